"""Asynchronous connections over aiohttp: with many calls at once they cost a fraction of httpx's CPU.

Answers and errors have the names of httpx, as far as the transport reads them.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping
from functools import lru_cache
from ssl import SSLContext

import aiohttp
import httpx
from aiohttp import ClientTimeout

from langchain_openrouter._http.clients import Request, parse_url

_ERRORS: tuple[tuple[type[Exception], type[httpx.RequestError]], ...] = (
    (aiohttp.ClientProxyConnectionError, httpx.ProxyError),
    (aiohttp.ClientHttpProxyError, httpx.ProxyError),
    (aiohttp.ClientConnectorError, httpx.ConnectError),
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout),
    (aiohttp.ServerTimeoutError, httpx.ReadTimeout),
    (aiohttp.InvalidURL, httpx.UnsupportedProtocol),
    (aiohttp.NonHttpUrlClientError, httpx.UnsupportedProtocol),
    (aiohttp.ClientError, httpx.RemoteProtocolError),
)
"""What aiohttp raises and what httpx raises in its place; the first that fits counts.

The rest are servers that hang up or do not speak HTTP.
"""


class AiohttpClient:
    """Opens answers over aiohttp's connections.

    Make it on the event loop that is to use it.

    Args:
        ssl: How certificates are checked.
        limits: How many connections there may be and how long they are kept.
        proxy: Where requests go through; `None` means straight to the server.
    """

    def __init__(self, *, ssl: SSLContext | bool, limits: httpx.Limits, proxy: httpx.Proxy | None) -> None:
        connector = aiohttp.TCPConnector(
            limit=limits.max_connections or 0, keepalive_timeout=limits.keepalive_expiry, ssl=ssl
        )
        self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        self._proxy = None if proxy is None else str(proxy.url)
        self._proxy_headers = None if proxy is None or proxy.raw_auth is None else _login(proxy.raw_auth)

    async def open(self, request: Request) -> AiohttpResponse:
        """Send a request."""
        waits = request.timeout
        with _raising_as_httpx:
            answer = await self._session.request(
                request.method,
                _normalise(request.url),
                data=request.content,
                headers=request.headers.multi_items(),
                timeout=ClientTimeout(connect=waits.pool, sock_connect=waits.connect, sock_read=waits.read),
                allow_redirects=False,
                proxy=self._proxy,
                proxy_headers=self._proxy_headers,
            )
        return AiohttpResponse(answer)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._session.close()


class AiohttpResponse:
    """An answer, as far as it is read here."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer
        self.status_code = answer.status
        self.headers = _join(answer.headers)

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        """The body in the pieces that the network made of it, decompressed."""
        with _raising_as_httpx:
            async for piece in self._answer.content.iter_any():
                yield piece

    async def aread(self) -> bytes:
        """The whole body."""
        with _raising_as_httpx:
            return await self._answer.read()

    async def aclose(self) -> None:
        """Give the connection back, or close it where the body was not read to its end."""
        self._answer.release()


def _login(auth: tuple[bytes, bytes]) -> dict[str, str]:
    # aiohttp has deprecated its parameter for the login, and its errors show what is in the URL; of the headers for a
    # proxy, it takes `Authorization` as the login, whether it tunnels or has the request forwarded
    return {"authorization": f"Basic {base64.b64encode(b':'.join(auth)).decode()}"}


class _RaisingAsHttpx:
    """A context in which aiohttp's errors become httpx's. It has no state, so that one serves every call."""

    def __enter__(self) -> None: ...

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, aiohttp.ClientError):
            cls = next(theirs for ours, theirs in _ERRORS if isinstance(error, ours))
            raise cls(str(error)) from error


_raising_as_httpx = _RaisingAsHttpx()


def _join(headers: Mapping[str, str]) -> dict[str, str]:
    # aiohttp's have a name as often as it came
    joined: dict[str, str] = {}
    for cased, value in headers.items():
        name = cased.lower()
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


@lru_cache(maxsize=64)
def _normalise(url: str) -> str:
    # httpx reads the URL, so that both kinds of calls go to the same place
    return str(parse_url(url))
