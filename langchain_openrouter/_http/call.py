"""One call: what is sent, where it goes, how long it may take, and the attempts that it has."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple, Protocol

import httpx

from langchain_openrouter._http.clients import Request
from langchain_openrouter._http.failure import Overdue, Target
from langchain_openrouter._http.retry import Attempts
from langchain_openrouter.errors import OpenRouterError
from langchain_openrouter.retry_events import OnRetry, RetryEvent, tell
from langchain_openrouter.timeouts import Limits

_SHORTEST_WAIT = 0.001
"""Seconds: to wait for no time at all is no time-out to some clients."""


class AttemptMeter(Protocol):
    """Is told of the attempts of one call. Whoever reads the answer tells it how they end."""

    def begin(self) -> None:
        """An attempt is about to be sent. What this raises keeps it from being sent."""

    async def abegin(self) -> None:
        """Do what `begin` does, without blocking the event loop."""

    def opened(self, headers: Mapping[str, str]) -> None:
        """Its answer has begun."""

    def refused(self, error: OpenRouterError) -> bool:
        """No answer has begun; whether another request is to be sent at once."""

    @property
    def body(self) -> bytes:
        """What the attempt that has begun sends."""


class CallSettings(NamedTuple):
    """What one call has of its own. `None` means as the transport has it."""

    headers: Mapping[str, str] | None = None
    """More headers, by lower-case name; an empty value leaves out a header that the transport has."""
    limits: Limits | None = None
    max_retries: int | None = None
    on_retry: OnRetry | None = None
    starts_work: bool = False
    """Whether the call starts work that goes on without it: then it is not sent again after a failure on the other side
    (a status of 408 or 5xx), which may have come after the start."""
    meter: AttemptMeter | None = None
    """Who is told of its attempts."""


class Call(NamedTuple):
    """A request, where it goes, and the attempts that it has."""

    method: str
    path: str
    body: bytes | None
    headers: httpx.Headers
    target: Target
    attempts: Attempts
    on_retry: OnRetry | None
    meter: AttemptMeter | None = None

    def request(self) -> Request:
        """What the next attempt sends, with waits that do not reach over the deadline."""
        timeout = _within(self.target.limits, self.attempts.remaining())
        body = self.body if self.meter is None else self.meter.body
        return Request(self.method, self.target.base_url + self.path, body, self.headers, timeout)

    def delay_after(self, error: OpenRouterError) -> float:
        """Decide what follows a failed attempt, and tell of it where that is another one.

        Returns:
            Seconds to wait before the next attempt.

        Raises:
            OpenRouterError: `error` itself, where there is to be no other attempt.
        """
        is_other = self.meter is not None and self.meter.refused(error)
        delay = 0.0 if is_other else self.attempts.delay_after(error)
        failed, max_retries = self.attempts.failed, self.attempts.max_retries
        tell(RetryEvent(failed, max_retries, delay, error, self.method, self.path), self.on_retry)
        return delay

    def in_time(self, piece: bytes) -> bytes:
        """A piece of the answer, which a server may keep alive with white space or comments for ever.

        Raises:
            Overdue: It came too late.
        """
        if self.attempts.remaining() == 0:
            raise Overdue
        return piece

    @property
    def stream_deadline(self) -> Attempts | None:
        """The attempts, where their deadline ends the reading of a stream too; else `None`."""
        return self.attempts if self.target.limits.bounds_streams else None


def _within(limits: Limits, remaining: float | None) -> httpx.Timeout:
    timeout, longest = _waits(limits)
    if remaining is None or longest <= remaining:
        return timeout
    left = max(remaining, _SHORTEST_WAIT)
    waits = timeout.as_dict()
    return httpx.Timeout(**{name: left if wait is None or wait > left else wait for name, wait in waits.items()})


@lru_cache(maxsize=64)
def _waits(limits: Limits) -> tuple[httpx.Timeout, float]:
    """What httpx is told to wait for, and the longest of it in seconds."""
    connect, idle, write, pool, *_ = limits
    longest = max(math.inf if wait is None else wait for wait in (connect, idle, write, pool))
    return httpx.Timeout(connect=connect, read=idle, write=write, pool=pool), longest
