"""Which failed attempt is followed by another one, and after how long."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from langchain_openrouter.errors import APIStatusError, OpenRouterError

FIRST_BACKOFF = 0.5
"""Seconds: the longest wait before the second attempt. It doubles from attempt to attempt."""
LONGEST_BACKOFF = 8.0
"""Seconds: the longest wait that is chosen by us."""
LONGEST_RETRY_AFTER = 60.0
"""Seconds: a server that asks for more gets no retry; the error, with its `retry_after`, goes to the caller at once."""


class Attempts:
    """Counts the attempts of one call, under one deadline.

    Args:
        max_retries: Attempts after the first; `0` means one request.
        timeout: Seconds for the whole call, waits included; `None` means no deadline.
        clock: Seconds on a clock that never steps back.
        draw: A random number in [0, 1), for full jitter.
    """

    def __init__(
        self,
        max_retries: int,
        timeout: float | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self.max_retries = max_retries
        self.failed = 0
        """Attempts that were followed by another one."""
        self._clock = clock
        self._draw = draw
        self._deadline = None if timeout is None else clock() + timeout

    def remaining(self) -> float | None:
        """Seconds until the deadline, never negative; `None` without one."""
        return None if self._deadline is None else max(0.0, self._deadline - self._clock())

    def delay_after(self, error: OpenRouterError) -> float:
        """Decide what follows a failed attempt.

        Returns:
            Seconds to wait before the next attempt.

        Raises:
            OpenRouterError: `error` itself, where there is to be no other attempt.
        """
        if self.failed >= self.max_retries or not error.is_retryable:
            raise error
        delay = self._delay(error)
        remaining = self.remaining()
        if delay is None or (remaining is not None and delay >= remaining):
            raise error
        self.failed += 1
        return delay

    def _delay(self, error: OpenRouterError) -> float | None:
        asked = error.retry_after if isinstance(error, APIStatusError) else None
        if asked is not None:
            return asked if asked <= LONGEST_RETRY_AFTER else None
        return self._draw() * min(LONGEST_BACKOFF, FIRST_BACKOFF * 2.0**self.failed)
