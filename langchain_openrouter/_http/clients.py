"""What opens an answer: httpx's transport directly, or a client of the user's own.

`httpx.Client` spends a good part of what a whole call costs on cookies, redirects, authentication and hooks, and
OpenRouter's API needs none of them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from functools import lru_cache
from typing import NamedTuple, Protocol

import httpx

parse_url = lru_cache(maxsize=64)(httpx.URL)


class Request(NamedTuple):
    """What is sent."""

    method: str
    url: str
    content: bytes | None
    headers: httpx.Headers
    timeout: httpx.Timeout


class AsyncResponse(Protocol):
    """An answer, as far as it is read: httpx's, or one like it."""

    @property
    def status_code(self) -> int:
        """The status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, by names in lower case."""

    def aiter_bytes(self) -> AsyncIterator[bytes]:
        """The body in the pieces that the network made of it, decompressed."""

    async def aread(self) -> bytes:
        """The whole body, decompressed."""

    async def aclose(self) -> None:
        """Give the connection back, or close it where the body was not read to its end."""


class Client(Protocol):
    """Opens answers. Their bodies are still to be read."""

    def open(self, request: Request) -> httpx.Response:
        """Send a request.

        Raises:
            httpx.HTTPError: There is no answer.
        """


class AsyncClient(Protocol):
    """The asynchronous twin of `Client`."""

    async def open(self, request: Request) -> AsyncResponse:
        """Do what `Client.open` does."""


class PooledClient(Client, Protocol):
    """A `Client` whose connections are ours to close."""

    def close(self) -> None:
        """Close the connections."""


class PooledAsyncClient(AsyncClient, Protocol):
    """An `AsyncClient` whose connections are ours to close."""

    async def aclose(self) -> None:
        """Close the connections."""


class BareClient:
    """Opens answers over a transport, and does nothing beside."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport

    def open(self, request: Request) -> httpx.Response:
        """Send a request."""
        return self._transport.handle_request(bare(request))

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()


class AsyncBareClient:
    """The asynchronous twin of `BareClient`."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def open(self, request: Request) -> httpx.Response:
        """Send a request."""
        return await self._transport.handle_async_request(bare(request))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()


class InjectedClient:
    """Opens answers with a client of the user's own, with all that it does."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def open(self, request: Request) -> httpx.Response:
        """Send a request."""
        return self._client.send(_build(self._client, request), stream=True)


class InjectedAsyncClient:
    """The asynchronous twin of `InjectedClient`."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def open(self, request: Request) -> httpx.Response:
        """Send a request."""
        return await self._client.send(_build(self._client, request), stream=True)


def bare(request: Request) -> httpx.Request:
    """What a transport takes."""
    method, url, content, headers, timeout = request
    extensions = {"timeout": timeout.as_dict()}
    return httpx.Request(method, parse_url(url), content=content, headers=headers, extensions=extensions)


def _build(client: httpx.Client | httpx.AsyncClient, request: Request) -> httpx.Request:
    method, url, content, headers, timeout = request
    return client.build_request(method, url, content=content, headers=headers, timeout=timeout)
