"""Connections, shared: one pool per (base URL, key, way there), with one client for threads and one per event loop.

A pool lives as long as somebody uses it. The clients of event loops close with their loop: a suspended asynchronous
generator per loop holds the client, and Python closes such generators when the loop shuts down or the last reference
goes, whichever comes first.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import threading
import weakref
from collections.abc import AsyncGenerator, Callable, MutableMapping
from typing import NamedTuple

from pydantic import SecretStr

from langchain_openrouter._http.clients import PooledAsyncClient, PooledClient
from langchain_openrouter._http.way import Way
from langchain_openrouter.network import Network


class PoolKey(NamedTuple):
    """What calls must share to share connections."""

    base_url: str
    key_digest: bytes
    """A digest of the API key, so that what one key opened never serves another."""
    proxy: SecretStr | None
    authorities: ssl.SSLContext | str | bool
    """Whose certificates are trusted: a context, a file or directory, `True` for certifi's, `False` for everybody's."""
    http2: bool
    pid: int
    """A connection cannot be shared with a forked child."""


class Pool:
    """The clients for one `PoolKey`."""

    def __init__(self, key: PoolKey) -> None:
        self.pid = key.pid
        self._way = Way.of(key.base_url, key.proxy, key.authorities, http2=key.http2)
        self._lock = threading.Lock()
        self._client: PooledClient | None = None
        self._close_client: Callable[[], object] | None = None
        self._async: MutableMapping[asyncio.AbstractEventLoop, _LoopClient] = weakref.WeakKeyDictionary()

    def client(self) -> PooledClient:
        """The client for synchronous calls, from any thread."""
        with self._lock:
            if self._client is None:
                self._client = self._way.client()
                self._close_client = weakref.finalize(self, self._client.close)
            return self._client

    async def async_client(self) -> PooledAsyncClient:
        """The client for the running event loop."""
        loop = asyncio.get_running_loop()
        with self._lock:
            held = self._async.get(loop)
            if held is None:
                held = self._async[loop] = _LoopClient(self, self._way)
        await held.start()
        return held.client

    def close(self) -> None:
        """Close the connections of synchronous calls; the next call opens new ones."""
        with self._lock:
            close, self._close_client, self._client = self._close_client, None, None
        if close is not None:
            close()

    async def aclose(self) -> None:
        """Close the connections of the running event loop; the next call opens new ones."""
        with self._lock:
            held = self._async.pop(asyncio.get_running_loop(), None)
        if held is not None:
            await held.close()


class _LoopClient:
    """An asynchronous client that closes with its event loop, or when its pool is gone."""

    def __init__(self, pool: Pool, way: Way) -> None:
        self.client = way.async_client()
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


_pools: weakref.WeakValueDictionary[PoolKey, Pool] = weakref.WeakValueDictionary()
_pools_lock = threading.Lock()


def shared_pool(base_url: str, key_digest: bytes, network: Network) -> Pool:
    """Return the pool for calls to `base_url` with that key on that way, made now if nobody has it.

    Raises:
        ConfigurationError: The environment's proxy or authorities cannot be used.
    """
    key = PoolKey(base_url, key_digest, network.proxy_for(base_url), network.authorities(), network.http2, os.getpid())
    with _pools_lock:
        pool = _pools.get(key)
        if pool is None:
            pool = _pools[key] = Pool(key)
        return pool
