"""A provider with what makes it fit for use: results that are kept, a circuit breaker, another try, and filters."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import UTC, datetime
from typing import Final

from openrouter_agents.tools.search.breaker import CircuitBreaker
from openrouter_agents.tools.search.cache import SearchCache
from openrouter_agents.tools.search.filters import refine
from openrouter_agents.tools.search.provider import SearchError, SearchOutcome, SearchProvider, SearchRequest

_TRIES: Final = 2
_JITTER: Final = 0.5
_LONGEST_WAIT: Final = 3.0


class ProviderLink:
    """Searches with one provider, from several threads and loops.

    Args:
        provider: Who searches.
        cache: Where results are kept, of providers that have a `cache_key`.
        breaker: What keeps calls from a provider that is down.
    """

    def __init__(self, provider: SearchProvider, cache: SearchCache, breaker: CircuitBreaker | None = None) -> None:
        self.provider = provider
        self.name = provider.name
        self._cache = cache
        self._breaker = breaker or CircuitBreaker()

    def search(self, request: SearchRequest) -> SearchOutcome:
        """Finds pages, each once, that are what was asked for.

        Raises:
            SearchError: When the search could not be made.
        """
        tries = _Tries(self._breaker)
        outcome = self._kept(request)
        while outcome is None:
            tries.begin()
            try:
                found = self.provider.search(request)
            except SearchError as error:
                time.sleep(tries.delay_after(error))
            else:
                outcome = self._done(request, found)
        return self._refined(request, outcome)

    async def asearch(self, request: SearchRequest) -> SearchOutcome:
        """The async twin of `search`."""
        tries = _Tries(self._breaker)
        # The disk is for threads, not for the event loop.
        outcome = await asyncio.to_thread(self._kept, request)
        while outcome is None:
            tries.begin()
            try:
                found = await self.provider.asearch(request)
            except SearchError as error:
                await asyncio.sleep(tries.delay_after(error))
            else:
                outcome = await asyncio.to_thread(self._done, request, found)
        return self._refined(request, outcome)

    def _kept(self, request: SearchRequest) -> SearchOutcome | None:
        source = getattr(self.provider, "cache_key", None)
        kept = self._cache.get(source, request) if source else None
        if kept is None:
            return None
        outcome, found_at = kept
        when = f"{datetime.fromtimestamp(found_at, UTC):%Y-%m-%d %H:%M}"
        return {**outcome, "warnings": [*outcome["warnings"], f"Found at {when} UTC and kept since then."]}

    def _done(self, request: SearchRequest, outcome: SearchOutcome) -> SearchOutcome:
        self._breaker.succeeded()
        if source := getattr(self.provider, "cache_key", None):
            self._cache.put(source, request, outcome)
        return outcome

    def _refined(self, request: SearchRequest, outcome: SearchOutcome) -> SearchOutcome:
        return refine(outcome, request, self.name, getattr(self.provider, "filters", ()))


class _Tries:
    """Which failure is followed by another try, and after how long."""

    def __init__(self, breaker: CircuitBreaker) -> None:
        self._breaker = breaker
        self._left = _TRIES

    def begin(self) -> None:
        self._left -= 1
        if pause := self._breaker.remaining():
            raise SearchError(f"It failed several times and is left alone for another {pause:.0f} s.")

    def delay_after(self, error: SearchError) -> float:
        if error.is_transient:
            self._breaker.failed()
        wait = error.retry_after
        if not self._left or wait is None or wait > _LONGEST_WAIT:
            raise error
        return wait + random.uniform(0, _JITTER)  # noqa: S311 - spreads tries, guards nothing
