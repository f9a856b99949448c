"""Connections, shared: one pool per (base URL, key, proxy), with one client for threads and one for each event loop.

A pool lives as long as somebody uses it. The clients of event loops close with their loop: a suspended asynchronous
generator per loop holds the client, and Python closes such generators when the loop shuts down or the last reference
goes, whichever comes first.
"""

from __future__ import annotations

import asyncio
import os
import threading
import urllib.request
import weakref
from collections.abc import AsyncGenerator, MutableMapping
from functools import cache
from ssl import SSLContext
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import httpx

from langchain_openrouter._http.clients import BareClient

if TYPE_CHECKING:
    from langchain_openrouter._http.aiohttp_client import AiohttpClient

_LIMITS = httpx.Limits(max_connections=1000, max_keepalive_connections=100, keepalive_expiry=60.0)


class PoolKey(NamedTuple):
    """What calls must share to share connections."""

    base_url: str
    key_digest: bytes
    """A digest of the API key, so that what one key opened never serves another."""
    proxy: str | None
    pid: int
    """A connection cannot be shared with a forked child."""


class Pool:
    """The clients for one `PoolKey`."""

    def __init__(self, key: PoolKey) -> None:
        self.pid = key.pid
        self._verify: SSLContext | bool = _ssl_context() if key.base_url.startswith("https") or key.proxy else False
        self._proxy = key.proxy
        self._lock = threading.Lock()
        self._client: BareClient | None = None
        self._async: MutableMapping[asyncio.AbstractEventLoop, _LoopClient] = weakref.WeakKeyDictionary()

    def client(self) -> BareClient:
        """The client for synchronous calls, from any thread."""
        with self._lock:
            if self._client is None:
                self._client = BareClient(
                    httpx.HTTPTransport(verify=self._verify, proxy=self._proxy, limits=_LIMITS, trust_env=False)
                )
                weakref.finalize(self, self._client.close)
            return self._client

    async def async_client(self) -> AiohttpClient:
        """The client for the running event loop."""
        loop = asyncio.get_running_loop()
        with self._lock:
            held = self._async.get(loop)
            if held is None:
                held = self._async[loop] = _LoopClient(self, self._verify, self._proxy)
        await held.start()
        return held.client

    def close(self) -> None:
        """Close the connections of synchronous calls; the next call opens new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    async def aclose(self) -> None:
        """Close the connections of the running event loop; the next call opens new ones."""
        with self._lock:
            held = self._async.pop(asyncio.get_running_loop(), None)
        if held is not None:
            await held.close()


class _LoopClient:
    """An asynchronous client that closes with its event loop, or when its pool is gone."""

    def __init__(self, pool: Pool, verify: SSLContext | bool, proxy: str | None) -> None:
        self.client = _aiohttp_client(verify, proxy)
        self._loop = weakref.ref(asyncio.get_running_loop())
        self._closer = self._close_at_the_end()
        # the finalizer holds this object from outside: were it only reachable from the pool, the garbage collector
        # would finalize its sockets together with the pool, before they could be closed
        self._orphaned = weakref.finalize(pool, self._close_soon)
        self._orphaned.atexit = False
        self._started = False

    async def start(self) -> None:
        if not self._started:
            self._started = True
            await anext(self._closer)

    async def close(self) -> None:
        await self._closer.aclose()

    def _close_soon(self) -> None:
        loop = self._loop()
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(lambda: loop.create_task(self.close()))

    async def _close_at_the_end(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            self._orphaned.detach()
            await self.client.aclose()


def _aiohttp_client(verify: SSLContext | bool, proxy: str | None) -> AiohttpClient:
    # aiohttp takes tens of milliseconds to import, which synchronous calls need not wait for
    from langchain_openrouter._http.aiohttp_client import AiohttpClient

    return AiohttpClient(ssl=verify, limits=_LIMITS, proxy=httpx.Proxy(proxy) if proxy else None)


_pools: weakref.WeakValueDictionary[PoolKey, Pool] = weakref.WeakValueDictionary()
_pools_lock = threading.Lock()


def shared_pool(base_url: str, key_digest: bytes) -> Pool:
    """Return the pool for calls to `base_url` with that key, made now if nobody has it.

    The proxy is what the environment says for that URL (`HTTPS_PROXY`, `NO_PROXY` and their kin).
    """
    key = PoolKey(base_url, key_digest, _environment_proxy(base_url), os.getpid())
    with _pools_lock:
        pool = _pools.get(key)
        if pool is None:
            pool = _pools[key] = Pool(key)
        return pool


def _environment_proxy(base_url: str) -> str | None:
    parts = urlsplit(base_url)
    proxies = urllib.request.getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


@cache
def _ssl_context() -> SSLContext:
    # loading the certificates takes tens of milliseconds: once per process
    return httpx.create_ssl_context()
