"""The account behind a key: what is left, how fast it goes, and what OpenRouter has on record.

Sources: https://openrouter.ai/docs/api-reference/credits/get-credits, https://openrouter.ai/docs/api-reference/limits
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr
from typing_extensions import Unpack

from langchain_openrouter._api_key import full_key_hash
from langchain_openrouter._credit_cache import CreditCache, credit_cache
from langchain_openrouter._environment import api_key_from_environment
from langchain_openrouter._ttl import ttl_of
from langchain_openrouter.account_records import AccountRecords, wire_data
from langchain_openrouter.credits import Credits, Purchases, parse_purchases
from langchain_openrouter.errors import (
    ConfigurationError,
    NotFoundError,
    PermissionDeniedError,
    ResponseFormatError,
)
from langchain_openrouter.low_balance import LowBalanceWatch, parse_threshold, warn_of_low_balance
from langchain_openrouter.network import NetworkOptions

if TYPE_CHECKING:
    import httpx

    from langchain_openrouter.connection import OpenRouterConnection

_FIVE_MINUTES = 300.0
_NO_KEY = SecretStr("none")


class Account(AccountRecords):
    """The account behind an API key.

    ```python
    from langchain_openrouter import Account

    account = Account()
    account.fetch_credits().balance_usd  # USD, or None where the key has no limit
    account.fetch_generation("gen-...").total_cost
    ```

    All accounts of a process with the same key and address share what they know. Credits are kept for five minutes, and
    counted down between two answers by what `note_spent` is told. Older ones are still returned at once and renewed in
    the background, which never fails a call: `as_of` says how old they are.

    Args:
        api_key: The key; `None` means `OPENROUTER_API_KEY`. With a management key, the balance is the account's.
        base_url: The API; `None` means `OPENROUTER_API_BASE`, else OpenRouter itself.
        ttl: Seconds for which credits are new; `None` means `OPENROUTER_CACHE_TTL_CREDITS` (milliseconds), else five
            minutes. 0 asks every time.
        default_headers: More headers for every request, such as a proxy wants. They are left out of pickles.
        client: An `httpx.Client` of your own for what is not awaited; it is never closed here.
        async_client: An `httpx.AsyncClient` of your own for generations, keys and activity that are awaited.
        clock: Seconds since 1970.
        sleep: Waits so many seconds between two looks for a generation.
        asleep: Waits so many seconds on an event loop.
        **network: `proxy`, `verify`, `http2` and `trust_env`, as `ChatOpenRouter` has them.

    Raises:
        ConfigurationError: There is no key, no way out by these settings, or the time is no number of at least 0.
    """

    def __init__(  # noqa: PLR0913 - all are optional
        self,
        api_key: str | SecretStr | None = None,
        base_url: str | None = None,
        ttl: float | None = None,
        *,
        default_headers: Mapping[str, str] | None = None,
        client: httpx.Client | None = None,
        async_client: httpx.AsyncClient | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], object] = time.sleep,
        asleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        **network: Unpack[NetworkOptions],
    ) -> None:
        super().__init__(
            api_key,
            base_url,
            default_headers=default_headers,
            client=client,
            async_client=async_client,
            sleep=sleep,
            asleep=asleep,
            **network,
        )
        self.ttl = ttl_of(ttl, "OPENROUTER_CACHE_TTL_CREDITS", _FIVE_MINUTES)
        self._clock = clock
        self._watches: list[LowBalanceWatch] = []
        self._found_cache: tuple[int, CreditCache] | None = None
        """The id of the process that has it, and what is known there."""

    def __repr__(self) -> str:
        return f"<Account at {urlsplit(self.base_url).hostname}: {self.cached_credits() or 'not asked yet'}>"

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the settings, without the key: it is taken from the environment."""
        return _unpickled, (self.base_url, self.ttl)

    def __deepcopy__(self, memo: object) -> Account:
        """Nothing of it changes."""
        return self

    def fetch_credits(self, *, refresh: bool = False) -> Credits:
        """What is left to spend.

        Args:
            refresh: Ask OpenRouter, whatever is kept.

        Raises:
            OpenRouterError: Nothing is kept, and asking failed.
        """
        if not refresh and (kept := self._kept()) is not None:
            return kept
        return self._asked(anew=refresh).result()

    async def afetch_credits(self, *, refresh: bool = False) -> Credits:
        """Do what `fetch_credits` does, without blocking the event loop."""
        if not refresh and (kept := self._kept()) is not None:
            return kept
        return await asyncio.wrap_future(self._asked(anew=refresh))

    def cached_credits(self) -> Credits | None:
        """What is left by the last answer and what was spent since, however old. `None` before the first answer.

        Never uses the network.
        """
        return None if self._api_key is None else self._cache.live()

    def refresh_in_background(self) -> None:
        """Ask for the credits in a thread, if they are missing or too old, and asking has not just failed."""
        now = self._clock()
        if not self._cache.is_new(now, self.ttl) and not self._cache.has_just_failed(now):
            self._asked(anew=False)

    def note_spent(self, usd: Decimal) -> None:
        """Count the balance down by what a call cost, until OpenRouter is asked again.

        Raises:
            ConfigurationError: It is not a finite number.
        """
        if not usd.is_finite():
            raise ConfigurationError(f"What was spent must be a finite number of USD, not {usd}.")
        is_watched = self._cache.note(self._clock(), usd)
        if is_watched and self.ttl:
            self.refresh_in_background()

    def invalidate(self) -> None:
        """Say that the credits that are kept are wrong, as after a 402, and ask for them anew in the background."""
        self._cache.invalidate()
        self.refresh_in_background()

    def warn_below(
        self, usd: Decimal | str | float, callback: Callable[[Credits], object] = warn_of_low_balance
    ) -> LowBalanceWatch:
        """Be told when the balance falls below a threshold: once, and again only after it has risen above it.

        The balance is asked for in the background now and, as long as `note_spent` is called, whenever it is too old.

        Args:
            usd: The threshold in USD.
            callback: Called with the credits, in the thread that learns of it; it must not block, and what it raises is
                logged. By default, a `LowBalanceWarning` is issued.

        Returns:
            The watch. It lasts until `stop_watching`, or as long as it or this account is held.

        Raises:
            ConfigurationError: The threshold is not a finite number.
        """
        watch = LowBalanceWatch(parse_threshold(usd), callback)
        self._watches.append(watch)
        self._cache.watch(watch)
        self.refresh_in_background()
        return watch

    def stop_watching(self, watch: LowBalanceWatch) -> None:
        """End a watch of `warn_below`. To end it twice does no harm."""
        self._cache.unwatch(watch)
        with contextlib.suppress(ValueError):
            self._watches.remove(watch)

    def burn_rate(self) -> Decimal | None:
        """USD an hour that are being spent, over the last 15 minutes.

        It is what this process spends, or what OpenRouter says that all spend, where that is more. `None` while less
        than a minute has been watched. Never uses the network.
        """
        return self._cache.burn_rate.usd_per_hour(self._clock())

    def runs_out_at(self) -> datetime | None:
        """When nothing will be left, in UTC, if money goes on being spent as in the last 15 minutes.

        `None` is never: nothing is being spent, there is no limit, or it starts anew before that. `None` is also not
        known. Never uses the network.
        """
        left, rate = self.cached_credits(), self.burn_rate()
        return None if left is None else left.runs_out_at(rate, datetime.fromtimestamp(self._clock(), UTC))

    def _kept(self) -> Credits | None:
        if not self.ttl or not self._cache.is_usable():
            return None
        kept = self._cache.live()
        self.refresh_in_background()
        return kept

    def _asked(self, *, anew: bool) -> Future[Credits]:
        return self._cache.fetch(self._ask, self._clock, anew=anew or not self.ttl)

    def _ask(self) -> Credits:
        as_of = datetime.fromtimestamp(self._clock(), UTC)
        purchases = refusal = None
        if not self._cache.purchases_are_hidden:
            try:
                purchases = self._fetch_purchases()
            except (PermissionDeniedError, NotFoundError) as error:
                refusal = error
        key = self.fetch_key()
        if refusal is not None and key.is_management_key:
            raise refusal
        # which kind of key it is never changes, so a refusal is asked for once
        self._cache.purchases_are_hidden = purchases is None
        return Credits(as_of, key, purchases)

    def _fetch_purchases(self) -> Purchases:
        content = self._transport.get("/credits").content
        purchases = parse_purchases(wire_data(content))
        if purchases is None:
            raise ResponseFormatError(f"The credits have no amounts: {content[:200]!r}")
        return purchases

    @property
    def _cache(self) -> CreditCache:
        found = self._found_cache
        if found is None or found[0] != os.getpid():
            cache = credit_cache(self.base_url, full_key_hash(self._secret), self._clock())
            found = self._found_cache = (os.getpid(), cache)
        return found[1]


def account_of(client: OpenRouterConnection) -> Account:
    """The account that a client spends from, asked by the way out that the client has."""
    return Account(
        client.openrouter_api_key,
        client.base_url,
        default_headers=client.default_headers,
        client=client.http_client,
        async_client=client.http_async_client,
        **client.network_options(),
    )


def _unpickled(base_url: str, ttl: float) -> Account:
    account = Account(_NO_KEY, base_url, ttl)
    account._api_key = api_key_from_environment()  # noqa: SLF001 - a constructor
    return account
