"""Synchronous connections for many threads: each call has one to itself while it lasts.

A pool of connections that threads share has one lock, under which it looks through all of its connections, twice a
call: beyond some 16 threads that costs more than the calls do.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from threading import Semaphore
from typing import NamedTuple, cast

import httpx

from langchain_openrouter._http.clients import Request, bare


class _Idle(NamedTuple):
    """A transport that waits for its next call."""

    transport: httpx.BaseTransport
    since: float
    """On the client's clock."""


class ThreadedClient:
    """Opens answers over transports that each carry one call at a time; who was used last is used next.

    No lock guards them: each step is a single operation of a set or a deque, so that neither a forked child nor a
    finalizer ever waits for a thread that is in the middle of one.

    Args:
        transport: Makes a transport, for one connection.
        most: Calls at the same time; more of them wait for their turn.
        most_idle: Transports that are kept when nobody uses them.
        idle_for: Seconds for which they are kept.
        clock: Seconds on a clock that never steps back.
    """

    def __init__(
        self,
        transport: Callable[[], httpx.BaseTransport],
        *,
        most: int,
        most_idle: int,
        idle_for: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._new_transport = transport
        self._turns = Semaphore(most)
        self._most_idle = most_idle
        self._idle_for = idle_for
        self._clock = clock
        self._idle: deque[_Idle] = deque()  # who has waited longest is first
        self._transports: set[httpx.BaseTransport] = set()
        self._is_closed = False

    def open(self, request: Request) -> httpx.Response:
        """Send a request, when it is its turn.

        Raises:
            httpx.HTTPError: There is no answer.
        """
        if not self._turns.acquire(timeout=request.timeout.pool):
            raise httpx.PoolTimeout("all connections are in use")
        transport = self._take()
        try:
            response = transport.handle_request(bare(request))
        except BaseException:
            self.give_back(transport, is_usable=False)
            raise
        response.stream = _LentStream(response.stream, transport, self)
        return response

    def give_back(self, transport: httpx.BaseTransport, *, is_usable: bool) -> None:
        """End a call's use of a transport.

        Args:
            transport: The call's.
            is_usable: Whether the answer was read to its end.
        """
        now = self._clock()
        if is_usable and not self._is_closed:
            self._idle.append(_Idle(transport, now))
        else:
            self._drop(transport)
        self._turns.release()
        self._drop_idle(now - self._idle_for)

    def close(self) -> None:
        """Close the connections, those in use too."""
        self._is_closed = True
        for transport in self._transports.copy():
            self._drop(transport)

    def _take(self) -> httpx.BaseTransport:
        try:
            transport = self._idle.pop().transport
        except IndexError:
            transport = self._new_transport()
        self._transports.add(transport)  # also if it was idle: the client may have been closed since
        return transport

    def _drop_idle(self, oldest: float) -> None:
        try:
            while self._idle[0].since < oldest or len(self._idle) > self._most_idle:
                self._drop(self._idle.popleft().transport)
        except IndexError:  # none is left, or others took it in between
            return

    def _drop(self, transport: httpx.BaseTransport) -> None:
        self._transports.discard(transport)
        transport.close()


class _LentStream(httpx.SyncByteStream):
    """A body, which holds a transport until it is read or left."""

    def __init__(
        self,
        stream: httpx.SyncByteStream | httpx.AsyncByteStream,
        transport: httpx.BaseTransport,
        client: ThreadedClient,
    ) -> None:
        self._stream = cast("httpx.SyncByteStream", stream)
        self._transport = transport
        self._client: ThreadedClient | None = client
        self._is_read = False

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except BaseException:
            self.close()
            raise
        self._is_read = True

    def close(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        try:
            self._stream.close()
        finally:
            client.give_back(self._transport, is_usable=self._is_read)
