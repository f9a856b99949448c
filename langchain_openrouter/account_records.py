"""What OpenRouter has on record for a key: single generations, the key itself, and what was spent day by day.

Sources: https://openrouter.ai/docs/api-reference/get-a-generation,
https://openrouter.ai/docs/api-reference/api-keys/get-current-key,
https://openrouter.ai/docs/api-reference/analytics/get-user-activity
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import orjson
from pydantic import SecretStr
from typing_extensions import Unpack

from langchain_openrouter._api_key import check_key, full_key_hash, key_hash, require_key
from langchain_openrouter._environment import base_url_of, version
from langchain_openrouter.activity import ActivityDay, parse_activity_day
from langchain_openrouter.errors import OpenRouterError, ResponseFormatError
from langchain_openrouter.generation import Generation, parse_generation
from langchain_openrouter.key_info import KeyInfo, parse_key
from langchain_openrouter.network import NetworkOptions, network_of
from langchain_openrouter.timeouts import parse_timeout

if TYPE_CHECKING:
    import httpx

    from langchain_openrouter._http.lookup import Lookup
    from langchain_openrouter._http.transport import Transport

_TIMEOUT = 30.0
"""Seconds for a question with all its attempts."""


class AccountRecords:
    """Asks OpenRouter for records, every time.

    Args:
        api_key: The key; `None` means `OPENROUTER_API_KEY`.
        base_url: The API; `None` means `OPENROUTER_API_BASE`, else OpenRouter itself.
        default_headers: More headers for every request, such as a proxy wants. They are left out of pickles.
        client: An `httpx.Client` of your own for synchronous calls; it is never closed here.
        async_client: An `httpx.AsyncClient` of your own for asynchronous calls; it is never closed here.
        sleep: Waits so many seconds between two looks for a generation.
        asleep: Waits so many seconds on an event loop.
        **network: `proxy`, `verify`, `http2` and `trust_env`, as `ChatOpenRouter` has them.

    Raises:
        ConfigurationError: There is no key, or no way out by these settings.
    """

    def __init__(
        self,
        api_key: str | SecretStr | None = None,
        base_url: str | None = None,
        *,
        default_headers: Mapping[str, str] | None = None,
        client: httpx.Client | None = None,
        async_client: httpx.AsyncClient | None = None,
        sleep: Callable[[float], object] = time.sleep,
        asleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        **network: Unpack[NetworkOptions],
    ) -> None:
        self.base_url = base_url_of(base_url)
        self._api_key: SecretStr | None = require_key(api_key)
        self._default_headers = dict(default_headers or {})
        self._client, self._async_client = client, async_client
        self._sleep, self._asleep = sleep, asleep
        self._network = network_of(network)

    @property
    def key_hash(self) -> str:
        """The first 16 hexadecimal digits of the key's SHA-256, by which the ledger names it."""
        return key_hash(self._secret)

    def fetch_generation(self, generation_id: str, *, wait: float = 30.0) -> Generation:
        """What OpenRouter has on record of one generation: its true cost above all, also where it was aborted.

        Args:
            generation_id: The `gen-...` id of an answer, an error or a ledger's entry.
            wait: Seconds to go on asking (after 1, 2, 4, 8... s): the record is written some seconds after the answer.
                0 asks once.

        Raises:
            NotFoundError: There is no such record, or not yet.
            PermissionDeniedError: It is another account's.
            OpenRouterError: Asking failed.
        """
        path, lookup = _generation_path(generation_id), self._lookup(wait)
        while True:
            try:
                return parse_generation(wire_data(self._one_try.get(path).content))
            except OpenRouterError as error:
                self._sleep(lookup.delay_after(error))

    async def afetch_generation(self, generation_id: str, *, wait: float = 30.0) -> Generation:
        """Do what `fetch_generation` does, without blocking the event loop."""
        path, lookup = _generation_path(generation_id), self._lookup(wait)
        while True:
            try:
                return parse_generation(wire_data((await self._one_try.aget(path)).content))
            except OpenRouterError as error:
                await self._asleep(lookup.delay_after(error))

    def fetch_key(self) -> KeyInfo:
        """What OpenRouter says of the key: its limit, what it has spent, when it ends.

        Raises:
            OpenRouterError: Asking failed.
        """
        return parse_key(wire_data(self._transport.get("/key").content))

    async def afetch_key(self) -> KeyInfo:
        """Do what `fetch_key` does, without blocking the event loop."""
        return parse_key(wire_data((await self._transport.aget("/key")).content))

    def fetch_activity(self, day: date | None = None, *, key: str | SecretStr | None = None) -> tuple[ActivityDay, ...]:
        """What the account spent on its last 30 completed days, by day, model and provider. Takes a management key.

        Args:
            day: Only that day, in UTC.
            key: Only what this API key spent.

        Raises:
            PermissionDeniedError: The account's key is no management key.
            OpenRouterError: Asking failed.
        """
        return _activity(self._transport.get(_activity_path(day, key)).content)

    async def afetch_activity(
        self, day: date | None = None, *, key: str | SecretStr | None = None
    ) -> tuple[ActivityDay, ...]:
        """Do what `fetch_activity` does, without blocking the event loop."""
        return _activity((await self._transport.aget(_activity_path(day, key))).content)

    def _lookup(self, wait: float) -> Lookup:
        from langchain_openrouter._http.lookup import Lookup

        return Lookup(wait)

    @property
    def _secret(self) -> SecretStr:
        return check_key(self._api_key)

    @cached_property
    def _transport(self) -> Transport:
        return self._new_transport(max_retries=2)

    @cached_property
    def _one_try(self) -> Transport:
        return self._new_transport(max_retries=0)

    def _new_transport(self, max_retries: int) -> Transport:
        from langchain_openrouter._http.transport import Transport

        headers = {
            "authorization": f"Bearer {self._secret.get_secret_value()}",
            "user-agent": f"langchain-openrouter-agents/{version()}",
            **{name.lower(): value for name, value in self._default_headers.items()},
        }
        return Transport(
            self.base_url,
            headers,
            limits=parse_timeout(_TIMEOUT),
            max_retries=max_retries,
            network=self._network,
            client=self._client,
            async_client=self._async_client,
        )


def _generation_path(generation_id: str) -> str:
    return f"/generation?id={quote(generation_id, safe='')}"


def _activity_path(day: date | None, key: str | SecretStr | None) -> str:
    wanted = {}
    if day is not None:
        wanted["date"] = f"{day:%Y-%m-%d}"
    if key is not None:
        wanted["api_key_hash"] = full_key_hash(SecretStr(key) if isinstance(key, str) else key)
    return f"/activity?{urlencode(wanted)}" if wanted else "/activity"


def _activity(content: bytes) -> tuple[ActivityDay, ...]:
    rows = wire_data(content)
    if not isinstance(rows, list):
        raise ResponseFormatError(f"The activity is no list: {content[:200]!r}")
    return tuple(parse_activity_day(row) for row in rows)


def wire_data(content: bytes) -> object:
    """The `data` of an answer.

    Raises:
        ResponseFormatError: There is none.
    """
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ResponseFormatError(f"The answer is no JSON: {content[:200]!r}") from error
    if not isinstance(body, dict) or "data" not in body:
        raise ResponseFormatError(f"The answer has no `data`: {content[:200]!r}")
    return body["data"]
