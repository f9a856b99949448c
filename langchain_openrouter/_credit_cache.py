"""What is known in this process of the credits behind one key: the last answer, and what has been spent since."""

from __future__ import annotations

import itertools
import math
import os
import threading
import weakref
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from langchain_openrouter._refresh import REST_AFTER_FAILURE
from langchain_openrouter._single_flight import SingleFlight
from langchain_openrouter.burn_rate import BurnRate
from langchain_openrouter.credits import Credits
from langchain_openrouter.low_balance import LowBalanceWatch


class _Kept(NamedTuple):
    credits: Credits
    order: int
    """Its place among all answers by when they were asked for: they may come in another order."""
    asked_at: float
    """Seconds since 1970."""
    noted_usd: Decimal
    """All that had been noted when it was asked. What is noted later counts as not included in the answer."""


class CreditCache:
    """Shared by all accounts with the same key and address.

    Args:
        now: Seconds since 1970.
    """

    def __init__(self, now: float) -> None:
        self.burn_rate = BurnRate(now)
        self.purchases_are_hidden = False
        """Whether OpenRouter has said that this key may not ask for the account's purchases."""
        self._kept: _Kept | None = None
        self._orders = itertools.count(1)
        self._valid_from = 0
        self._failed_at = -math.inf
        self._flight: SingleFlight[Credits] = SingleFlight()
        self._watches: weakref.WeakSet[LowBalanceWatch] = weakref.WeakSet()
        self._lock = threading.Lock()

    def live(self) -> Credits | None:
        """The last answer, less what has been noted since; `None` before the first one. Never uses the network."""
        kept = self._kept
        if kept is None:
            return None
        return replace(kept.credits, spent_since_usd=self.burn_rate.noted_usd - kept.noted_usd)

    def is_usable(self) -> bool:
        """Whether there is an answer, however old, and nothing has happened that makes it wrong."""
        return self._kept is not None and self._kept.order >= self._valid_from

    def is_new(self, now: float, ttl: float) -> bool:
        """Whether the last answer need not be renewed."""
        return self.is_usable() and self._kept is not None and 0 <= now - self._kept.asked_at < ttl

    def invalidate(self) -> None:
        """Let no answer be used that was asked for until now."""
        self._valid_from = next(self._orders)

    def fetch(self, ask: Callable[[], Credits], clock: Callable[[], float], *, anew: bool) -> Future[Credits]:
        """Ask OpenRouter, in a thread of its own.

        Args:
            ask: What asks.
            clock: Seconds since 1970.
            anew: Whether an answer that is on its way will not do.
        """
        start = self._flight.start if anew else self._flight.join
        return start(lambda: self._fetch(ask, clock))

    def has_just_failed(self, now: float) -> bool:
        """Whether asking failed a short time ago, so that nobody should ask again without need."""
        return 0 <= now - self._failed_at < REST_AFTER_FAILURE

    def note(self, now: float, usd: Decimal) -> bool:
        """Take note of what was spent.

        Returns:
            Whether anybody watches the balance.
        """
        self.burn_rate.note(now, usd)
        return self._show()

    def watch(self, watch: LowBalanceWatch) -> None:
        """Show the watch every change, for as long as somebody holds it."""
        with self._lock:
            self._watches.add(watch)
        self._show()

    def unwatch(self, watch: LowBalanceWatch) -> None:
        """Show the watch nothing more."""
        with self._lock:
            self._watches.discard(watch)

    def _fetch(self, ask: Callable[[], Credits], clock: Callable[[], float]) -> Credits:
        order, asked_at, noted = next(self._orders), clock(), self.burn_rate.noted_usd
        try:
            answer = ask()
        except Exception:
            self._failed_at = asked_at
            raise
        self._failed_at = -math.inf
        self._keep(_Kept(answer, order, asked_at, noted))
        return self.live() or answer

    def _keep(self, kept: _Kept) -> None:
        with self._lock:
            if self._kept is not None and self._kept.order > kept.order:
                return
            self._kept = kept
        used = _used_in_all(kept.credits)
        if used is not None:
            self.burn_rate.tell(kept.asked_at, used, kept.noted_usd)
        self._show()

    def _show(self) -> bool:
        if not self._watches:
            return False
        with self._lock:
            watches = list(self._watches)
        now = self.live() if watches else None
        if now is not None:
            for watch in watches:
                watch.look(now)
        return bool(watches)


_caches: dict[Hashable, CreditCache] = {}


def credit_cache(base_url: str, key_digest: str, now: float) -> CreditCache:
    """The process's one cache for that key at that address."""
    name = (os.getpid(), base_url, key_digest)
    cache = _caches.get(name)
    return _caches.setdefault(name, CreditCache(now)) if cache is None else cache


def _used_in_all(answer: Credits) -> Decimal | None:
    return answer.key.usage.total_usd if answer.purchases is None else answer.purchases.used_usd
