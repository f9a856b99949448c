"""When to look again at something that takes minutes or hours."""

from __future__ import annotations

import time
from collections.abc import Callable

from langchain_openrouter.errors import NotFoundError, OpenRouterError

FIRST_DELAY = 2.0
"""Seconds between the first look and the second."""
LONGEST_DELAY = 60.0
"""Seconds: the delay grows by half from look to look, up to this."""
FAILED_LOOKS = 10
"""Looks in a row that may fail in a way that passes."""


class Polling:
    """The looks of one wait, under one deadline.

    Args:
        timeout: Seconds for the whole wait; `None` means no deadline.
        clock: Seconds on a clock that never steps back.
    """

    def __init__(self, timeout: float | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._deadline = None if timeout is None else clock() + timeout
        self._delay = FIRST_DELAY
        self._failed = 0

    def succeeded(self) -> None:
        """Note that a look succeeded."""
        self._failed = 0

    def bear(self, error: OpenRouterError, *, just_made: bool) -> None:
        """Let a failure pass that a wait of hours must survive: of the network, of the server.

        Args:
            error: What the look failed with.
            just_made: Whether what is looked at has been made and not been seen yet: OpenRouter may take seconds to
                find a new batch.

        Raises:
            OpenRouterError: `error` itself, where it does not pass, or too many came in a row.
        """
        self._failed += 1
        passes = error.is_retryable or (just_made and isinstance(error, NotFoundError))
        if not passes or self._failed >= FAILED_LOOKS:
            raise error

    def next_delay(self) -> float | None:
        """Seconds until the next look; `None`: the time is up."""
        delay = self._delay
        self._delay = min(LONGEST_DELAY, delay * 1.5)
        if self._deadline is None:
            return delay
        left = self._deadline - self._clock()
        return min(delay, left) if left > 0 else None
