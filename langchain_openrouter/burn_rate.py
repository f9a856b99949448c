"""How fast money is being spent: over the last minutes, by what is noted here and by what OpenRouter tells."""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from threading import Lock
from typing import NamedTuple

WINDOW = 900.0
"""Seconds that count."""
SHORTEST_SPAN = 60.0
"""Seconds that must have been watched: of less, nothing can be said."""
_GRAIN = 5.0
"""Seconds of which what was noted is kept as one sum, so that memory does not grow with the number of calls."""
_HOUR = 3600


class _Noted(NamedTuple):
    at: float
    usd: Decimal


class _Told(NamedTuple):
    at: float
    used_usd: Decimal
    noted_usd: Decimal
    """All that had been noted by then."""


class BurnRate:
    """Watches one key or account.

    What is noted is known at once and complete for this process; what OpenRouter tells comes every few minutes, late,
    and has what everybody else spends. Where both cover the same minutes, the larger one counts.

    Args:
        started_at: When the watch began, in seconds on the clock of all calls.
        window: Seconds that count.
    """

    def __init__(self, started_at: float, window: float = WINDOW) -> None:
        self.noted_usd = Decimal(0)
        """All that was ever noted."""
        self._started_at = started_at
        self._window = window
        self._noted: deque[_Noted] = deque()
        self._told: deque[_Told] = deque()
        self._lock = Lock()

    def note(self, at: float, usd: Decimal) -> Decimal:
        """Take note of what was spent.

        Returns:
            USD that were ever noted.
        """
        with self._lock:
            self.noted_usd += usd
            if self._noted and 0 <= at - self._noted[-1].at < _GRAIN:
                last = self._noted.pop()
                self._noted.append(_Noted(last.at, last.usd + usd))
            else:
                self._noted.append(_Noted(at, usd))
            self._forget(at)
            return self.noted_usd

    def tell(self, at: float, used_usd: Decimal, noted_usd: Decimal) -> None:
        """Take what OpenRouter tells.

        Args:
            at: When it was asked.
            used_usd: USD that were used in all, in a number that never starts anew.
            noted_usd: USD that had been noted when it was asked.
        """
        with self._lock:
            self._told.append(_Told(at, used_usd, noted_usd))
            self._forget(at)

    def usd_per_hour(self, now: float) -> Decimal | None:
        """USD an hour over the last minutes; `None` while less than a minute has been watched."""
        with self._lock:
            self._forget(now)
            span = min(self._window, now - self._started_at)
            if span < SHORTEST_SPAN:
                return None
            return max(Decimal(0), self._spent()) * _HOUR / Decimal(repr(span))

    def _spent(self) -> Decimal:
        noted = sum((one.usd for one in self._noted), Decimal(0))
        if not self._told:
            return noted
        first, last = self._told[0], self._told[-1]
        # not a sum: what was noted before the first telling may only be in the last one
        return max(noted, last.used_usd - first.used_usd + self.noted_usd - last.noted_usd)

    def _forget(self, now: float) -> None:
        for kept in (self._noted, self._told):
            while kept and kept[0].at < now - self._window:
                kept.popleft()
