"""A circuit breaker: who failed twice in a row is left alone for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

FAILURES: Final = 2
"""Failures in a row after which it opens."""

PAUSE: Final = 60.0
"""Seconds for which it stays open; after that, a failure opens it again at once, and a success closes it."""


class CircuitBreaker:
    """Counts failures in a row, from any thread.

    Args:
        clock: Seconds on a clock that never steps back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until = 0.0

    def remaining(self) -> float:
        """Seconds until another try is due; 0 where it is now."""
        with self._lock:
            return max(0.0, self._open_until - self._clock())

    def failed(self) -> None:
        """Count a failure that may pass."""
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                self._open_until = self._clock() + PAUSE

    def succeeded(self) -> None:
        """Start anew."""
        with self._lock:
            self._failures = 0
            self._open_until = 0.0
