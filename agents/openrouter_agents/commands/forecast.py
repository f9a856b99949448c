"""How fast money goes, and until when it lasts: by what OpenRouter says was spent so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from langchain_openrouter import Account, Credits, OpenRouterError
from openrouter_agents.costs import format_usd

_DAYS = 7
_HOURS_OF_A_DAY = 24
_WINDOWS = {"daily": "today", "weekly": "this week", "monthly": "this month"}


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is to be expected if money goes on being spent as it was."""

    usd_per_hour: Decimal | None = None
    """`None` is not known."""
    over: str | None = None
    """Of what time that is the average, in words."""
    runs_out_at: datetime | None = None
    """When nothing will be left, in UTC; `None` is never, or not known."""

    def __str__(self) -> str:
        if self.usd_per_hour is None:
            return "not known yet"
        end = "" if self.runs_out_at is None else f"; at that, it lasts until {self.runs_out_at:%Y-%m-%d %H:%M} UTC"
        return f"{format_usd(self.usd_per_hour)} an hour {self.over}{end}"


def forecast(account: Account, left: Credits) -> Forecast:
    """Say how fast money goes, and when it runs out.

    The account's balance is reckoned with its last seven completed days, a limit with its window so far.
    """
    if left.kind == "account":
        rate, over = _account_rate(account, left), f"in the last {_DAYS} days"
    elif left.pace is not None:
        rate, over = left.pace.usd_per_hour, _WINDOWS[left.pace.window]
    else:
        rate, over = None, ""
    if rate is None:
        return Forecast()
    # more digits would say more than is known
    return Forecast(Decimal(f"{rate:.3g}"), over, left.runs_out_at(rate, left.as_of))


def _account_rate(account: Account, left: Credits) -> Decimal | None:
    try:
        days = account.fetch_activity()
    except OpenRouterError:
        return None
    since = left.as_of.date() - timedelta(days=_DAYS)
    spent = [one.usage_usd for one in days if one.day is not None and one.day >= since and one.usage_usd is not None]
    return sum(spent, Decimal(0)) / (_DAYS * _HOURS_OF_A_DAY)
