"""Connections to public addresses only: a name is looked up once, and what was checked is what is connected to."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator, Sequence
from typing import Any

import httpx

from openrouter_agents.tools.pages.addresses import PageError, check_addresses, check_url, port_of

_Resolved = Sequence[tuple[Any, Any, Any, Any, tuple[Any, ...]]]


class PinnedTransport(httpx.BaseTransport):
    """For one request; a connection to an address must not serve another name of the same address.

    Proxies of the environment are not used: they would do the looking up.

    Args:
        tls: Whom to trust.
        allow_loopback: Whether servers on this machine may be connected to, on any port: those of tests.
    """

    def __init__(self, tls: ssl.SSLContext, *, allow_loopback: bool = False) -> None:
        self._allow_loopback = allow_loopback
        self._inner = httpx.HTTPTransport(verify=tls, trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends a request.

        Raises:
            PageError: The request's host must not be connected to.
        """
        host, port = _place(request, allow_loopback=self._allow_loopback)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise PageError("The host was not found.") from None
        for pinned, is_last in _pinned(request, found, allow_loopback=self._allow_loopback):
            try:
                return self._inner.handle_request(pinned)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if is_last:
                    raise
        raise AssertionError  # there is at least one, and the last one returns or raises

    def close(self) -> None:
        """Closes the connection."""
        self._inner.close()


class AsyncPinnedTransport(httpx.AsyncBaseTransport):
    """The async twin of `PinnedTransport`."""

    def __init__(self, tls: ssl.SSLContext, *, allow_loopback: bool = False) -> None:
        self._allow_loopback = allow_loopback
        self._inner = httpx.AsyncHTTPTransport(verify=tls, trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The async twin of `handle_request`."""
        host, port = _place(request, allow_loopback=self._allow_loopback)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise PageError("The host was not found.") from None
        for pinned, is_last in _pinned(request, found, allow_loopback=self._allow_loopback):
            try:
                return await self._inner.handle_async_request(pinned)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if is_last:
                    raise
        raise AssertionError  # there is at least one, and the last one returns or raises

    async def aclose(self) -> None:
        """Closes the connection."""
        await self._inner.aclose()


def _place(request: httpx.Request, *, allow_loopback: bool) -> tuple[str, int | None]:
    url = check_url(request.url, allow_loopback=allow_loopback)
    return url.raw_host.decode("ascii"), port_of(url)


def _pinned(request: httpx.Request, found: _Resolved, *, allow_loopback: bool) -> Iterator[tuple[httpx.Request, bool]]:
    """The request for each address of its host, and whether it is the last. TLS and HTTP keep the host's name."""
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    check_addresses(addresses, allow_loopback=allow_loopback)
    for address in addresses:
        pinned = httpx.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,
            extensions={**request.extensions, "sni_hostname": request.url.raw_host.decode("ascii")},
        )
        yield pinned, address == addresses[-1]
