"""Sends requests and brings answers back: headers, timeouts, attempts, typed errors.

Synchronous and asynchronous calls share every decision; they differ in how they wait.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import NamedTuple

import httpx

from langchain_openrouter._http.clients import (
    AsyncClient,
    AsyncResponse,
    Client,
    InjectedAsyncClient,
    InjectedClient,
    Request,
)
from langchain_openrouter._http.failure import Overdue, Target, opening, reading, status_error
from langchain_openrouter._http.pool import Pool, shared_pool
from langchain_openrouter._http.retry import Attempts
from langchain_openrouter._http.sse import SSEDecoder
from langchain_openrouter.errors import OpenRouterError
from langchain_openrouter.network import Network
from langchain_openrouter.timeouts import Limits

_HEADERS = {"content-type": "application/json", "accept-encoding": "gzip, deflate"}


class Response(NamedTuple):
    """A whole answer with a status below 300."""

    headers: Mapping[str, str]
    content: bytes


class EventStream(NamedTuple):
    """An answer that is being read.

    `batches` has the payloads of the events: one list for each read from the network that completed any. An answer
    that is no event stream is one payload.
    """

    headers: Mapping[str, str]
    batches: Iterator[list[bytes]]


class AsyncEventStream(NamedTuple):
    """The asynchronous twin of `EventStream`."""

    headers: Mapping[str, str]
    batches: AsyncIterator[list[bytes]]


class CallSettings(NamedTuple):
    """What one call has of its own. `None` means as the transport has it."""

    headers: Mapping[str, str] | None = None
    """More headers, by lower-case name; an empty value leaves out a header that the transport has."""
    limits: Limits | None = None
    max_retries: int | None = None
    starts_work: bool = False
    """Whether the call starts work that goes on without it: then it is not sent again after a failure on the other side
    (a status of 408 or 5xx), which may have come after the start."""


class _Call(NamedTuple):
    """A request, where it goes, and the attempts that it has."""

    method: str
    path: str
    body: bytes | None
    headers: httpx.Headers
    target: Target
    attempts: Attempts


class Transport:
    """The way to one OpenRouter with one key.

    Args:
        base_url: Such as `https://openrouter.ai/api/v1`.
        headers: Sent with every request, the authorization among them.
        limits: How long calls may take.
        max_retries: Attempts after the first. Only opening is tried again, never what has begun to answer.
        network: The way there, for clients that are not given.
        client: Use this client for synchronous calls, and never close it.
        async_client: Use this client for asynchronous calls, and never close it.
    """

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str],
        *,
        limits: Limits = Limits(),  # noqa: B008 - immutable
        max_retries: int = 2,
        network: Network = Network(),  # noqa: B008 - immutable
        client: httpx.Client | None = None,
        async_client: httpx.AsyncClient | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = httpx.Headers({**_HEADERS, **headers}, encoding="utf-8")
        self._target = Target(self._base_url, limits)
        self._max_retries = max_retries
        self._network = network
        self._client = None if client is None else InjectedClient(client)
        self._async_client = None if async_client is None else InjectedAsyncClient(async_client)
        self._held_pool: Pool | None = None

    def post(self, path: str, body: bytes, settings: CallSettings | None = None) -> Response:
        """Send a JSON body and read the whole answer.

        Raises:
            OpenRouterError: Of the kind that the last attempt failed with.
        """
        call = self._post(path, body, settings)
        return self._read(self._open(call), call)

    async def apost(self, path: str, body: bytes, settings: CallSettings | None = None) -> Response:
        """Do what `post` does, without blocking the event loop."""
        call = self._post(path, body, settings)
        return await self._aread(await self._aopen(call), call)

    def get(self, path: str) -> Response:
        """Ask for a resource and read the whole answer. It costs nothing, so every failure that passes is tried again.

        Args:
            path: Such as `/models?output_modalities=all`.

        Raises:
            OpenRouterError: Of the kind that the last attempt failed with.
        """
        call = self._get(path)
        client = self._client or self._pool.client()
        while True:
            try:
                return self._read(self._attempt(client, call), call)
            except OpenRouterError as error:
                time.sleep(call.attempts.delay_after(error))

    async def aget(self, path: str) -> Response:
        """Do what `get` does, without blocking the event loop."""
        call = self._get(path)
        client = self._async_client or await self._pool.async_client()
        while True:
            try:
                return await self._aread(await self._aattempt(client, call), call)
            except OpenRouterError as error:
                await asyncio.sleep(call.attempts.delay_after(error))

    @contextmanager
    def stream(self, path: str, body: bytes, settings: CallSettings | None = None) -> Iterator[EventStream]:
        """Send a JSON body and read the answer as it comes. Leaving the context closes the connection."""
        call = self._post(path, body, settings)
        response = self._open(call)
        try:
            yield EventStream(response.headers, self._batches(response, call))
        finally:
            response.close()

    @asynccontextmanager
    async def astream(
        self, path: str, body: bytes, settings: CallSettings | None = None
    ) -> AsyncIterator[AsyncEventStream]:
        """Do what `stream` does, without blocking the event loop."""
        call = self._post(path, body, settings)
        response = await self._aopen(call)
        try:
            yield AsyncEventStream(response.headers, self._abatches(response, call))
        finally:
            await response.aclose()

    def close(self) -> None:
        """Close the connections for synchronous calls, for all models that share them. Injected clients stay open."""
        self._pool.close()

    async def aclose(self) -> None:
        """Close the connections of the running event loop, for all models that share them."""
        await self._pool.aclose()

    @property
    def _pool(self) -> Pool:
        # a forked child must not write to its parent's connections
        if self._held_pool is None or self._held_pool.pid != os.getpid():
            digest = _digest(self._headers.get("authorization", ""))
            self._held_pool = shared_pool(self._base_url, digest, self._network)
        return self._held_pool

    def _post(self, path: str, body: bytes, settings: CallSettings | None) -> _Call:
        headers, target, max_retries = self._headers, self._target, self._max_retries
        if settings is not None and settings.headers:
            merged = {**headers, **settings.headers}
            headers = httpx.Headers({name: value for name, value in merged.items() if value}, encoding="utf-8")
        if settings is not None and settings.limits is not None:
            target = target._replace(limits=settings.limits)
        if settings is not None and settings.max_retries is not None:
            max_retries = settings.max_retries
        if settings is not None and settings.starts_work:
            target = target._replace(starts_work=True)
        return _Call("POST", path, body, headers, target, Attempts(max_retries, target.limits.total))

    def _get(self, path: str) -> _Call:
        target = self._target._replace(only_reads=True)
        return _Call("GET", path, None, self._headers, target, Attempts(self._max_retries, target.limits.total))

    def _open(self, call: _Call) -> httpx.Response:
        client = self._client or self._pool.client()
        while True:
            try:
                return self._attempt(client, call)
            except OpenRouterError as error:
                time.sleep(call.attempts.delay_after(error))

    async def _aopen(self, call: _Call) -> AsyncResponse:
        client = self._async_client or await self._pool.async_client()
        while True:
            try:
                return await self._aattempt(client, call)
            except OpenRouterError as error:
                await asyncio.sleep(call.attempts.delay_after(error))

    def _attempt(self, client: Client, call: _Call) -> httpx.Response:
        with opening(call.target, call.attempts):
            response = client.open(self._request(call))
            if response.status_code < 300:  # noqa: PLR2004 - HTTP
                return response
            content = response.read()
            raise status_error(response.status_code, response.headers, content, call.target)

    async def _aattempt(self, client: AsyncClient, call: _Call) -> AsyncResponse:
        with opening(call.target, call.attempts):
            response = await client.open(self._request(call))
            if response.status_code < 300:  # noqa: PLR2004 - HTTP
                return response
            content = await response.aread()
            raise status_error(response.status_code, response.headers, content, call.target)

    def _request(self, call: _Call) -> Request:
        timeout = _within(call.target.limits, call.attempts.remaining())
        return Request(call.method, self._base_url + call.path, call.body, call.headers, timeout)

    def _read(self, response: httpx.Response, call: _Call) -> Response:
        headers = dict(response.headers.items())
        try:
            with reading(call.target, call.attempts, headers.get("x-generation-id")):
                pieces = [_in_time(piece, call.attempts) for piece in response.iter_bytes()]
                return Response(headers, b"".join(pieces))
        finally:
            response.close()

    async def _aread(self, response: AsyncResponse, call: _Call) -> Response:
        headers = dict(response.headers.items())
        try:
            with reading(call.target, call.attempts, headers.get("x-generation-id")):
                pieces = [_in_time(piece, call.attempts) async for piece in response.aiter_bytes()]
                return Response(headers, b"".join(pieces))
        finally:
            await response.aclose()

    def _batches(self, response: httpx.Response, call: _Call) -> Iterator[list[bytes]]:
        deadline = call.attempts if call.target.limits.bounds_streams else None
        with reading(call.target, deadline, response.headers.get("x-generation-id")):
            if not _is_event_stream(response):
                yield [response.read()]
                return
            decoder = SSEDecoder()
            for data in response.iter_bytes():
                if deadline is not None:
                    _in_time(data, deadline)
                if payloads := decoder.feed(data):
                    yield payloads
            yield decoder.close()

    async def _abatches(self, response: AsyncResponse, call: _Call) -> AsyncIterator[list[bytes]]:
        deadline = call.attempts if call.target.limits.bounds_streams else None
        with reading(call.target, deadline, response.headers.get("x-generation-id")):
            if not _is_event_stream(response):
                yield [await response.aread()]
                return
            decoder = SSEDecoder()
            async for data in response.aiter_bytes():
                if deadline is not None:
                    _in_time(data, deadline)
                if payloads := decoder.feed(data):
                    yield payloads
            yield decoder.close()


def _within(limits: Limits, remaining: float | None) -> httpx.Timeout:
    """What httpx is told to wait for, so that no wait reaches over the deadline."""
    waits = {"connect": limits.connect, "read": limits.idle, "write": limits.write, "pool": limits.pool}
    if remaining is None:
        return httpx.Timeout(**waits)
    # nothing waits for no time at all: the shortest wait that ends in a time-out
    left = max(remaining, 0.001)
    return httpx.Timeout(**{name: left if wait is None or wait > left else wait for name, wait in waits.items()})


def _in_time(piece: bytes, attempts: Attempts) -> bytes:
    # a server may keep a connection alive with white space for ever
    if attempts.remaining() == 0:
        raise Overdue
    return piece


def _is_event_stream(response: httpx.Response | AsyncResponse) -> bool:
    content_type: str = response.headers.get("content-type", "")
    return content_type.startswith("text/event-stream")


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
