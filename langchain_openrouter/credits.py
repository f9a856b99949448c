"""What is left to spend: the account's balance, or what a key may still spend of its limit.

Sources: https://openrouter.ai/docs/api-reference/credits/get-credits, https://openrouter.ai/docs/api-reference/limits
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, NamedTuple

from langchain_openrouter._fact_table import Facts, html_facts, rich_facts
from langchain_openrouter.errors.facts import object_of
from langchain_openrouter.key_info import KeyInfo, SpendingLimit, window_start
from langchain_openrouter.usage import dollars, parse_usd

if TYPE_CHECKING:
    from rich.table import Table

FREE_REQUESTS_PER_MINUTE = 20
"""Requests a minute that an account may make of `:free` models."""
FREE_REQUESTS_PER_DAY = 50
"""Requests a day of `:free` models for an account that has bought little."""
FREE_REQUESTS_PER_DAY_OF_BUYERS = 1000
"""Requests a day of `:free` models for an account that has ever bought `BUYERS_USD` of credits."""
BUYERS_USD = Decimal(10)

_HOUR = 3600
_SHORTEST_SPAN = timedelta(hours=1)
"""Of a shorter one, nothing can be said."""
Kind = Literal["account", "key limit", "budget", "unlimited"]
_PERIODS = {"daily": " today", "weekly": " this week", "monthly": " this month"}


@dataclass(frozen=True, slots=True)
class Purchases:
    """What `GET /credits` says of an account, in USD."""

    bought_usd: Decimal
    used_usd: Decimal


class Pace(NamedTuple):
    """How fast money goes."""

    usd_per_hour: Decimal
    window: str
    """What it is the average of: the `daily`, `weekly` or `monthly` window so far, in UTC."""


@dataclass(frozen=True, slots=True)
class Credits:
    """What is left to spend, as OpenRouter said at `as_of`, less what is known to have been spent since."""

    as_of: datetime
    """When OpenRouter was asked, in UTC."""
    key: KeyInfo = field(default_factory=KeyInfo)
    """The key that asked."""
    purchases: Purchases | None = None
    """What the account bought and used in all; `None` where only the key is known, since a management key must ask."""
    spent_since_usd: Decimal = Decimal(0)
    """USD that this process has spent since `as_of`. They are taken off the balance."""

    @property
    def kind(self) -> Kind:
        """What the balance is of.

        `account` is all credits of the account, `key limit` the key's own limit, `budget` another limit that refuses
        this key first. `unlimited` is a key without a limit: the account's balance is not known.
        """
        if self.purchases is not None:
            return "account"
        if self.limit is None:
            return "unlimited"
        return "key limit" if self.limit.scope == "key_limit" else "budget"

    @property
    def source(self) -> Literal["/credits", "/key"]:
        """Where the balance comes from."""
        return "/key" if self.purchases is None else "/credits"

    @property
    def limit(self) -> SpendingLimit | None:
        """The limit that refuses this key first; `None` without any."""
        return self.key.binding_limit

    @property
    def balance_usd(self) -> Decimal | None:
        """USD that are left now; below zero, even free models are refused. `None` is unlimited, or not known."""
        if self.purchases is not None:
            return self.purchases.bought_usd - self.purchases.used_usd - self.spent_since_usd
        if self.limit is None or self.limit.remaining_usd is None:
            return None
        return self.limit.remaining_usd - self.spent_since_usd

    @property
    def limit_usd(self) -> Decimal | None:
        """USD that may be spent in all, or in each window of `limit_reset`; `None` is unlimited."""
        if self.purchases is not None:
            return self.purchases.bought_usd
        return None if self.limit is None else self.limit.limit_usd

    @property
    def limit_reset(self) -> str | None:
        """When the limit starts anew: `daily`, `weekly` (Mondays) or `monthly`, in UTC; `None` is never."""
        return None if self.limit is None or self.purchases is not None else self.limit.reset

    @property
    def used_usd(self) -> Decimal | None:
        """USD that are used of `limit_usd`, in the same window, at `as_of`. Without a limit, those of the key in all.

        `None` is not known.
        """
        if self.purchases is not None:
            return self.purchases.used_usd
        return self.key.usage.total_usd if self.limit is None else self.limit.used_usd

    @property
    def label(self) -> str | None:
        """The key's name; of a shortened key, its last characters."""
        return self.key.label

    @property
    def is_free_tier(self) -> bool | None:
        """Whether credits were never bought: a hint, or `None`."""
        return self.key.is_free_tier

    @property
    def is_management_key(self) -> bool | None:
        """Whether the key administers, and cannot call models; `None` is not known."""
        return self.key.is_management_key

    @property
    def expires_at(self) -> datetime | None:
        """When the key ends, in UTC; `None` is never, or not known."""
        return self.key.expires_at

    @property
    def free_requests_per_minute(self) -> int:
        """Requests a minute that the account may make of `:free` models."""
        return FREE_REQUESTS_PER_MINUTE

    @property
    def free_requests_per_day(self) -> int | None:
        """Requests a day that the account may make of `:free` models; `None` where OpenRouter says too little.

        It depends on whether the account has ever bought 10 USD of credits.
        """
        if self.key.free_requests_per_day is not None:
            return self.key.free_requests_per_day
        if self.purchases is not None:
            is_buyer = self.purchases.bought_usd >= BUYERS_USD
            return FREE_REQUESTS_PER_DAY_OF_BUYERS if is_buyer else FREE_REQUESTS_PER_DAY
        return FREE_REQUESTS_PER_DAY if self.is_free_tier else None

    @property
    def pace(self) -> Pace | None:
        """How fast the key has been spending: on average since its limit started anew, else this week, or this month.

        `None` is not known: the balance is the account's, OpenRouter does not say, or the windows are not an hour old.
        """
        if self.purchases is not None:
            return None
        windows = (self.limit_reset,) if self.limit_reset else ("weekly", "monthly")
        return next((pace for window in windows if (pace := self._pace_in(window)) is not None), None)

    def runs_out_at(self, usd_per_hour: Decimal | None, now: datetime) -> datetime | None:
        """When nothing will be left, in UTC, if money goes on being spent as fast as that.

        `None` is never: nothing is being spent, there is no limit, or it starts anew before that. `None` is also not
        known.

        Args:
            usd_per_hour: How fast; `None` is not known.
            now: When the balance is what it is.
        """
        balance = self.balance_usd
        if balance is None or not usd_per_hour:
            return None
        try:
            end = now + timedelta(hours=float(max(balance, Decimal(0)) / usd_per_hour))
        except OverflowError:
            return None
        anew = None if self.purchases is not None or self.limit is None else self.limit.resets_at(now)
        return None if anew is not None and end >= anew else end

    def _pace_in(self, window: str) -> Pace | None:
        start = window_start(window, self.as_of)
        used = self.used_usd if self.limit_reset else self.key.usage.since_reset(window)
        if start is None or used is None or self.as_of - start < _SHORTEST_SPAN:
            return None
        return Pace(used * _HOUR / Decimal(repr((self.as_of - start).total_seconds())), window)

    def __repr__(self) -> str:
        return f"<Credits: {self._sentence()}, as of {self.as_of:%Y-%m-%d %H:%M:%S} UTC>"

    def __rich__(self) -> Table:
        """A table for the terminal."""
        return rich_facts("Credits", self._facts())

    def _repr_html_(self) -> str:
        return html_facts("Credits", self._facts())

    def _sentence(self) -> str:
        if self.kind == "unlimited":
            return f"no limit on key {self.label or '?'}, the account's balance is not known"
        left = "an unknown amount" if self.balance_usd is None else dollars(self.balance_usd)
        limit = "" if self.limit_usd is None else f" of {dollars(self.limit_usd)}"
        of = {"account": "", "key limit": f", the limit of key {self.label or '?'}", "budget": ", a budget"}
        return f"{left} left{limit}{_PERIODS.get(self.limit_reset or '', '')}{of[self.kind]}"

    def _facts(self) -> Facts:
        windows = self.key.usage
        return {
            "left": "no limit" if self.kind == "unlimited" else _money(self.balance_usd),
            "of": None if self.limit_usd is None else f"{dollars(self.limit_usd)} ({self.kind})",
            "starts anew": self.limit_reset,
            "used": _money(self.used_usd),
            "key, today": _money(windows.daily_usd),
            "key, this week": _money(windows.weekly_usd),
            "key, this month": _money(windows.monthly_usd),
            "own provider keys, this month": _money(self.key.byok_usage.monthly_usd),
            "free requests a day": None if self.free_requests_per_day is None else f"{self.free_requests_per_day:,}",
            "key": self.label,
            "key ends": None if self.expires_at is None else f"{self.expires_at:%Y-%m-%d}",
            "as of": f"{self.as_of:%Y-%m-%d %H:%M:%S} UTC, from {self.source}",
            "spent since": _money(self.spent_since_usd or None),
        }


def parse_purchases(wire: object) -> Purchases | None:
    """Read `data` of `GET /credits`; `None` where it does not say what was bought and used."""
    data = object_of(wire)
    bought, used = parse_usd(data.get("total_credits")), parse_usd(data.get("total_usage"))
    return None if bought is None or used is None else Purchases(bought, used)


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else dollars(amount)
