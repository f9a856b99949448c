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

from langchain_openrouter._http.call import Call, CallSettings
from langchain_openrouter._http.clients import AsyncClient, AsyncResponse, Client, InjectedAsyncClient, InjectedClient
from langchain_openrouter._http.failure import Opening, Reading, Target, status_error
from langchain_openrouter._http.pool import Pool, shared_pool
from langchain_openrouter._http.retry import Attempts
from langchain_openrouter._http.sse import SSEDecoder
from langchain_openrouter.errors import OpenRouterError
from langchain_openrouter.network import Network
from langchain_openrouter.retry_events import OnRetry
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


class Transport:
    """The way to one OpenRouter with one key.

    Args:
        base_url: Such as `https://openrouter.ai/api/v1`.
        headers: Sent with every request, the authorization among them.
        limits: How long calls may take.
        max_retries: Attempts after the first. Only opening is tried again, never what has begun to answer.
        on_retry: Is told of each attempt that is followed by another one.
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
        on_retry: OnRetry | None = None,
        network: Network = Network(),  # noqa: B008 - immutable
        client: httpx.Client | None = None,
        async_client: httpx.AsyncClient | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = httpx.Headers({**_HEADERS, **headers}, encoding="utf-8")
        self._target = Target(self._base_url, limits)
        self._max_retries = max_retries
        self._on_retry = on_retry
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
                time.sleep(call.delay_after(error))

    async def aget(self, path: str) -> Response:
        """Do what `get` does, without blocking the event loop."""
        call = self._get(path)
        client = self._async_client or await self._pool.async_client()
        while True:
            try:
                return await self._aread(await self._aattempt(client, call), call)
            except OpenRouterError as error:
                await asyncio.sleep(call.delay_after(error))

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

    def _post(self, path: str, body: bytes, settings: CallSettings | None) -> Call:
        headers, target, max_retries, on_retry = self._headers, self._target, self._max_retries, self._on_retry
        if settings is not None and settings.headers:
            merged = {**headers, **settings.headers}
            headers = httpx.Headers({name: value for name, value in merged.items() if value}, encoding="utf-8")
        if settings is not None and settings.limits is not None:
            target = target._replace(limits=settings.limits)
        if settings is not None and settings.max_retries is not None:
            max_retries = settings.max_retries
        if settings is not None and settings.on_retry is not None:
            on_retry = settings.on_retry
        if settings is not None and settings.starts_work:
            target = target._replace(starts_work=True)
        attempts, meter = Attempts(max_retries, target.limits.total), settings.meter if settings is not None else None
        return Call("POST", path, body, headers, target, attempts, on_retry, meter)

    def _get(self, path: str) -> Call:
        target = self._target._replace(only_reads=True)
        attempts = Attempts(self._max_retries, target.limits.total)
        return Call("GET", path, None, self._headers, target, attempts, self._on_retry)

    def _open(self, call: Call) -> httpx.Response:
        client = self._client or self._pool.client()
        while True:
            try:
                return self._attempt(client, call)
            except OpenRouterError as error:
                time.sleep(call.delay_after(error))

    async def _aopen(self, call: Call) -> AsyncResponse:
        client = self._async_client or await self._pool.async_client()
        while True:
            try:
                return await self._aattempt(client, call)
            except OpenRouterError as error:
                await asyncio.sleep(call.delay_after(error))

    def _attempt(self, client: Client, call: Call) -> httpx.Response:
        if call.meter is not None:
            call.meter.begin()
        with Opening(call.target, call.attempts):
            response = client.open(call.request())
            if response.status_code < 300:  # noqa: PLR2004 - HTTP
                if call.meter is not None:
                    call.meter.opened(response.headers)
                return response
            content = response.read()
            raise status_error(response.status_code, response.headers, content, call.target)

    async def _aattempt(self, client: AsyncClient, call: Call) -> AsyncResponse:
        if call.meter is not None:
            await call.meter.abegin()
        with Opening(call.target, call.attempts):
            response = await client.open(call.request())
            if response.status_code < 300:  # noqa: PLR2004 - HTTP
                if call.meter is not None:
                    call.meter.opened(response.headers)
                return response
            content = await response.aread()
            raise status_error(response.status_code, response.headers, content, call.target)

    def _read(self, response: httpx.Response, call: Call) -> Response:
        headers = dict(response.headers.items())
        try:
            with Reading(call.target, call.attempts, headers.get("x-generation-id")):
                pieces = [call.in_time(piece) for piece in response.iter_bytes()]
                return Response(headers, b"".join(pieces))
        finally:
            response.close()

    async def _aread(self, response: AsyncResponse, call: Call) -> Response:
        headers = dict(response.headers.items())
        try:
            with Reading(call.target, call.attempts, headers.get("x-generation-id")):
                pieces = [call.in_time(piece) async for piece in response.aiter_bytes()]
                return Response(headers, b"".join(pieces))
        finally:
            await response.aclose()

    def _batches(self, response: httpx.Response, call: Call) -> Iterator[list[bytes]]:
        with Reading(call.target, deadline := call.stream_deadline, response.headers.get("x-generation-id")):
            if not _is_event_stream(response):
                yield [response.read()]
                return
            decoder = SSEDecoder()
            for data in response.iter_bytes():
                if deadline is not None:
                    call.in_time(data)
                if payloads := decoder.feed(data):
                    yield payloads
            yield decoder.close()

    async def _abatches(self, response: AsyncResponse, call: Call) -> AsyncIterator[list[bytes]]:
        with Reading(call.target, deadline := call.stream_deadline, response.headers.get("x-generation-id")):
            if not _is_event_stream(response):
                yield [await response.aread()]
                return
            decoder = SSEDecoder()
            async for data in response.aiter_bytes():
                if deadline is not None:
                    call.in_time(data)
                if payloads := decoder.feed(data):
                    yield payloads
            yield decoder.close()


def _is_event_stream(response: httpx.Response | AsyncResponse) -> bool:
    content_type: str = response.headers.get("content-type", "")
    return content_type.startswith("text/event-stream")


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
