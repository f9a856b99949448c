"""The way to a server, as clients take it: through a proxy, with certificates, by a version of HTTP."""

from __future__ import annotations

import os
import ssl
from functools import cache
from typing import NamedTuple

import httpx
from pydantic import SecretStr

from langchain_openrouter._http.clients import AsyncBareClient, BareClient, PooledAsyncClient, PooledClient
from langchain_openrouter._http.threaded_client import ThreadedClient
from langchain_openrouter.errors import ConfigurationError
from langchain_openrouter.network import is_socks

_CONNECTIONS = 1000
_IDLE_CONNECTIONS = 100
_IDLE_SECONDS = 60.0
_LIMITS = httpx.Limits(
    max_connections=_CONNECTIONS, max_keepalive_connections=_IDLE_CONNECTIONS, keepalive_expiry=_IDLE_SECONDS
)


class Way(NamedTuple):
    """What clients need to know to get to the server."""

    verify: ssl.SSLContext | bool
    proxy: httpx.Proxy | None
    http2: bool

    @classmethod
    def of(
        cls, base_url: str, proxy: SecretStr | None, authorities: ssl.SSLContext | str | bool, *, http2: bool
    ) -> Way:
        """Load what the way to a server needs.

        Raises:
            ConfigurationError: The authorities cannot be read.
        """
        verify: ssl.SSLContext | bool = False
        if base_url.startswith("https") or proxy is not None:  # else no certificates need be loaded
            verify = authorities if isinstance(authorities, ssl.SSLContext) else _ssl_context(authorities, http2=http2)
        return cls(verify, _httpx_proxy(proxy, verify) if proxy is not None else None, http2)

    def client(self) -> PooledClient:
        """A client for synchronous calls, from any thread."""
        if self.http2:  # one connection carries many calls
            return BareClient(self._transport(self.verify, _LIMITS))
        # a context takes a good part of a millisecond to make, even without certificates
        verify = self.verify or _ssl_context(authorities=False, http2=False)
        single = httpx.Limits(max_connections=1, keepalive_expiry=_IDLE_SECONDS)
        return ThreadedClient(
            lambda: self._transport(verify, single),
            most=_CONNECTIONS,
            most_idle=_IDLE_CONNECTIONS,
            idle_for=_IDLE_SECONDS,
        )

    def _transport(self, verify: ssl.SSLContext | bool, limits: httpx.Limits) -> httpx.HTTPTransport:
        return httpx.HTTPTransport(verify=verify, proxy=self.proxy, http2=self.http2, limits=limits, trust_env=False)

    def async_client(self) -> PooledAsyncClient:
        """A client for asynchronous calls on the running event loop."""
        # aiohttp has neither HTTP/2 nor SOCKS
        if self.http2 or (self.proxy is not None and is_socks(self.proxy.url.scheme)):
            return AsyncBareClient(
                httpx.AsyncHTTPTransport(
                    verify=self.verify, proxy=self.proxy, http2=self.http2, limits=_LIMITS, trust_env=False
                )
            )
        # aiohttp takes tens of milliseconds to import, which synchronous calls need not wait for
        from langchain_openrouter._http.aiohttp_client import AiohttpClient

        return AiohttpClient(ssl=self.verify, limits=_LIMITS, proxy=self.proxy)


def _httpx_proxy(proxy: SecretStr, verify: ssl.SSLContext | bool) -> httpx.Proxy:
    url = proxy.get_secret_value()
    # httpcore takes a context for the way to the proxy only where that way has TLS
    context = verify if isinstance(verify, ssl.SSLContext) and url.startswith("https") else None
    return httpx.Proxy(url, ssl_context=context)


@cache
def _ssl_context(authorities: str | bool, *, http2: bool) -> ssl.SSLContext:  # noqa: ARG001 - see below
    """Load certificates: it takes tens of milliseconds, so once per process.

    Clients write into a context which versions of HTTP they offer, so that HTTP/2 has one of its own.
    """
    if not isinstance(authorities, str):
        return httpx.create_ssl_context(authorities, trust_env=False)
    is_directory = os.path.isdir(authorities)  # noqa: PTH112 - a str from the environment
    cafile, capath = (None, authorities) if is_directory else (authorities, None)
    try:
        return ssl.create_default_context(cafile=cafile, capath=capath)
    except OSError as error:
        raise ConfigurationError(
            f"No certificates can be read from {authorities!r} (`verify`, SSL_CERT_FILE or SSL_CERT_DIR): {error}"
        ) from error
