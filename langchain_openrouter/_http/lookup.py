"""When to look again for a record that OpenRouter has not written yet."""

from __future__ import annotations

import time
from collections.abc import Callable

from langchain_openrouter.errors import NotFoundError, OpenRouterError

FIRST_DELAY = 1.0
"""Seconds between the first look and the second. It doubles from look to look."""
LONGEST_DELAY = 300.0
"""Seconds."""


class Lookup:
    """The looks for one record, under one deadline.

    A record is written some seconds after its answer; until then there is none. OpenRouter does not say how long that
    takes.

    Args:
        wait: Seconds to go on looking; 0 looks once.
        clock: Seconds on a clock that never steps back.
    """

    def __init__(self, wait: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._deadline = clock() + wait
        self._delay = FIRST_DELAY

    def delay_after(self, error: OpenRouterError) -> float:
        """Decide what follows a look that failed.

        Returns:
            Seconds until the next look: at least as many as the server asked for.

        Raises:
            OpenRouterError: `error` itself, where it will not pass, or not in time.
        """
        if not (isinstance(error, NotFoundError) or error.is_retryable):
            raise error
        delay = max(self._delay, error.retry_after or 0)
        if delay > self._deadline - self._clock():
            raise error
        self._delay = min(LONGEST_DELAY, self._delay * 2)
        return delay
