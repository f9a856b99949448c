"""The calls of the Batch API, at whichever of its two addresses this OpenRouter has it.

Source: https://openrouter.ai/docs/batch-quickstart
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar
from urllib.parse import quote

from langchain_openrouter._http.call import CallSettings
from langchain_openrouter._http.transport import Response, Transport
from langchain_openrouter.errors import APIStatusError

_Answer = TypeVar("_Answer")

# The beta stands beside the base URL's `v1`; httpx resolves the dots.
_ADDRESSES = ("/batches", "/../beta/batches")
_ELSEWHERE = (404, 405)

_answered: dict[str, str] = {}
"""The address that answered last, by base URL. It is asked first; the other one is still asked where it says 404."""


class BatchCalls:
    """Submits batches and asks for them.

    Args:
        transport: The way there.
        base_url: Where it leads.
    """

    def __init__(self, transport: Transport, base_url: str) -> None:
        self._transport = transport
        self._base_url = base_url

    def create(self, body: bytes, settings: CallSettings | None = None) -> Response:
        """Submit a batch. It is not sent again where it may have been accepted.

        Raises:
            OpenRouterError: It was not accepted, or it is not known whether it was.
        """
        settings = _starting_work(settings)
        return self._ask(lambda address: self._transport.post(address, body, settings))

    async def acreate(self, body: bytes, settings: CallSettings | None = None) -> Response:
        """Do what `create` does, without blocking the event loop."""
        settings = _starting_work(settings)
        return await self._aask(lambda address: self._transport.apost(address, body, settings))

    def fetch(self, batch_id: str) -> Response:
        """Ask for a batch.

        Raises:
            OpenRouterError: Of the kind that the last attempt failed with.
        """
        return self._ask(lambda address: self._transport.get(_below(address, batch_id)))

    async def afetch(self, batch_id: str) -> Response:
        """Do what `fetch` does, without blocking the event loop."""
        return await self._aask(lambda address: self._transport.aget(_below(address, batch_id)))

    def cancel(self, batch_id: str) -> Response:
        """Ask for a batch to be stopped.

        Raises:
            OpenRouterError: Of the kind that the last attempt failed with.
        """
        return self._ask(lambda address: self._transport.post(_below(address, batch_id) + "/cancel", b"{}"))

    async def acancel(self, batch_id: str) -> Response:
        """Do what `cancel` does, without blocking the event loop."""
        return await self._aask(lambda address: self._transport.apost(_below(address, batch_id) + "/cancel", b"{}"))

    def _ask(self, send: Callable[[str], _Answer]) -> _Answer:
        search = _Search(self._base_url)
        for address in search:
            with search.passing(address):
                return send(address)
        raise search.refusals[0]

    async def _aask(self, send: Callable[[str], Awaitable[_Answer]]) -> _Answer:
        search = _Search(self._base_url)
        for address in search:
            with search.passing(address):
                return await send(address)
        raise search.refusals[0]


class _Search:
    """Goes from address to address, the one that answered last first, and keeps what they said."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self.refusals: list[APIStatusError] = []

    def __iter__(self) -> Iterator[str]:
        known = _answered.get(self._base_url)
        return iter(sorted(_ADDRESSES, key=lambda address: address != known))

    @contextmanager
    def passing(self, address: str) -> Iterator[None]:
        """Let "there is no such thing here" pass, so that the search goes on; remember an address that answers."""
        try:
            yield
        except APIStatusError as error:
            if error.status_code not in _ELSEWHERE:
                raise
            self.refusals.append(error)
        else:
            _answered[self._base_url] = address


def _starting_work(settings: CallSettings | None) -> CallSettings:
    return (settings or CallSettings())._replace(starts_work=True)


def _below(address: str, batch_id: str) -> str:
    return f"{address}/{quote(batch_id, safe='')}"
