"""When each unknown entry is looked up next."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Container

from langchain_openrouter._http.lookup import FIRST_DELAY, LONGEST_DELAY

_JITTER = 0.25
"""The most that is added to a delay, as a share of it: processes must not ask in step."""


class LookSchedule:
    """Remembers the looks at entries: the first after a second, and each of the next after twice as long.

    Args:
        clock: Seconds on a clock that never steps back.
        draw: A random number in [0, 1).
    """

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, draw: Callable[[], float] = random.random
    ) -> None:
        self._clock = clock
        self._draw = draw
        self._delays: dict[str, float] = {}
        self._due_at: dict[str, float] = {}
        self._rest = FIRST_DELAY / 2
        self._rests_until = -math.inf

    def is_due(self, entry_id: str) -> bool:
        """Whether it is time to look at an entry. One that is new is due in a second."""
        if entry_id not in self._due_at:
            self.postpone(entry_id)
        return max(self._due_at[entry_id], self._rests_until) <= self._clock()

    def rest(self, at_least: float) -> None:
        """Look at nothing for a while, after asking has failed: each time twice as long, until `resume`.

        Args:
            at_least: Seconds that the server asked for; 0 where it did not.
        """
        self._rest = min(LONGEST_DELAY, self._rest * 2)
        self._rests_until = self._clock() + max(at_least, self._rest)

    def resume(self) -> None:
        """Take note that asking has not failed."""
        self._rest = FIRST_DELAY / 2

    def postpone(self, entry_id: str) -> None:
        """Look at an entry later: each time twice as much later."""
        delay = min(LONGEST_DELAY, self._delays.get(entry_id, FIRST_DELAY / 2) * 2)
        self._delays[entry_id] = delay
        self._due_at[entry_id] = self._clock() + delay * (1 + _JITTER * self._draw())

    def give_up(self, entry_id: str) -> None:
        """Never look at an entry again."""
        self._due_at[entry_id] = math.inf

    def forget_all_but(self, entry_ids: Container[str]) -> None:
        """Forget entries that are settled."""
        for forgotten in [entry_id for entry_id in self._due_at if entry_id not in entry_ids]:
            del self._due_at[forgotten]
            self._delays.pop(forgotten, None)

    def seconds_until_next(self) -> float:
        """Seconds until an entry is due, or the longest delay: other processes may leave entries, too."""
        now = self._clock()
        soonest = min([now + LONGEST_DELAY, *self._due_at.values()])
        return max(0.0, soonest - now, self._rests_until - now)
