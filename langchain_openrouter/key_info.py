"""What OpenRouter says of an API key: its limit, what it has spent and may spend.

Source: https://openrouter.ai/docs/api-reference/limits
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from langchain_openrouter._fields import count_of, flag_of, time_of
from langchain_openrouter.errors.facts import object_of, text_of
from langchain_openrouter.errors.scrub import scrubbed
from langchain_openrouter.usage import parse_usd

_WINDOWS = {None: "", "daily": "_daily", "weekly": "_weekly", "monthly": "_monthly"}


@dataclass(frozen=True, slots=True)
class UsageWindows:
    """USD spent with a key in OpenRouter's windows, which are those of UTC. `None` is not known."""

    total_usd: Decimal | None = None
    """Since the key was made."""
    daily_usd: Decimal | None = None
    """In the current day."""
    weekly_usd: Decimal | None = None
    """In the current week, from Monday."""
    monthly_usd: Decimal | None = None
    """In the current month."""

    def since_reset(self, limit_reset: str | None) -> Decimal | None:
        """USD that count against a limit: those of its own window, and never those of another one.

        Args:
            limit_reset: `daily`, `weekly`, `monthly`, or `None` for a limit that never resets.
        """
        windows = {
            None: self.total_usd,
            "daily": self.daily_usd,
            "weekly": self.weekly_usd,
            "monthly": self.monthly_usd,
        }
        return windows.get(limit_reset)


@dataclass(frozen=True, slots=True)
class SpendingLimit:
    """A limit on what a key may spend: its own, or a budget of its workspace, its member or a guardrail."""

    limit_usd: Decimal
    """USD that may be spent in each window."""
    used_usd: Decimal | None
    """USD that are spent in the current window; `None` is not known."""
    remaining_usd: Decimal | None
    """USD that are left of it, below zero where it was overrun; `None` is not known."""
    reset: str | None
    """When it starts anew: `daily`, `weekly` (Mondays) or `monthly`, in UTC; `None` is never."""
    scope: str = "key_limit"
    """Whose it is: `key_limit`, `api_key`, `member`, `workspace`..."""

    def resets_at(self, now: datetime) -> datetime | None:
        """When the window that `now` is in ends, in UTC; `None` is never, or not known."""
        start = window_start(self.reset, now)
        if start is None:
            return None
        longest = {"daily": 1, "weekly": 7, "monthly": 31}[self.reset or ""]
        return window_start(self.reset, start + timedelta(days=longest))


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """The key that asks. `None` means that OpenRouter did not say, if nothing else is written."""

    label: str | None = None
    """The key's name. Of a label that is a shortened key, what is left is its last characters, as `...890`."""
    limit: SpendingLimit | None = None
    """The key's own limit; `None` where it has none, which is not to say that the account has no end."""
    binding_limit: SpendingLimit | None = None
    """The limit that refuses first: the key's own, or a budget that OpenRouter says applies; `None` without any."""
    usage: UsageWindows = field(default_factory=UsageWindows)
    """USD that OpenRouter charged."""
    byok_usage: UsageWindows = field(default_factory=UsageWindows)
    """USD that providers charged to keys of one's own."""
    is_free_tier: bool | None = None
    """Whether credits were never bought. A hint: OpenRouter's documents contradict each other."""
    is_management_key: bool | None = None
    expires_at: datetime | None = None
    """In UTC; `None` is never, or not known."""
    free_requests_per_day: int | None = None
    """Requests a day that the account may make of `:free` models."""
    free_requests_left: int | None = None
    """How many of them are left until midnight UTC."""
    raw: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)
    """The object on the wire, whole, but for keys, which are shortened."""


def parse_key(wire: object) -> KeyInfo:
    """Read `data` of `GET /key`.

    Args:
        wire: The JSON value; fields may be missing, null or new.
    """
    raw = object_of(wire)
    usage, byok = _windows(raw, "usage"), _windows(raw, "byok_usage")
    limit = _own_limit(raw, usage, byok)
    free = object_of(raw.get("free_model_daily_requests"))
    management = flag_of(raw.get("is_management_key"))
    return KeyInfo(
        label=_label(raw.get("label")),
        limit=limit,
        binding_limit=_budget(raw.get("effective_budget")) or limit,
        usage=usage,
        byok_usage=byok,
        is_free_tier=flag_of(raw.get("is_free_tier")),
        is_management_key=flag_of(raw.get("is_provisioning_key")) if management is None else management,
        expires_at=time_of(raw.get("expires_at")),
        free_requests_per_day=count_of(free.get("limit")),
        free_requests_left=count_of(free.get("remaining")),
        raw=scrubbed(dict(raw)),
    )


def window_start(reset: str | None, time: datetime) -> datetime | None:
    """When the current `daily`, `weekly` or `monthly` window began, in UTC; `None` where it is none of them."""
    midnight = time.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    starts = {
        "daily": midnight,
        "weekly": midnight - timedelta(days=midnight.weekday()),
        "monthly": midnight.replace(day=1),
    }
    return starts.get(reset or "")


def _windows(raw: Mapping[str, object], name: str) -> UsageWindows:
    return UsageWindows(*(parse_usd(raw.get(f"{name}{window}")) for window in _WINDOWS.values()))


def _own_limit(raw: Mapping[str, object], usage: UsageWindows, byok: UsageWindows) -> SpendingLimit | None:
    limit, reset = parse_usd(raw.get("limit")), text_of(raw.get("limit_reset"))
    if limit is None:
        return None
    used = usage.since_reset(reset)
    if used is not None and flag_of(raw.get("include_byok_in_limit")):
        used += byok.since_reset(reset) or 0
    remaining = parse_usd(raw.get("limit_remaining"))
    if remaining is None and used is not None:
        remaining = limit - used
    return SpendingLimit(limit, used, remaining, reset)


def _budget(wire: object) -> SpendingLimit | None:
    budget = object_of(wire)
    limit = parse_usd(budget.get("limit_usd"))
    if limit is None:
        return None
    return SpendingLimit(
        limit,
        parse_usd(budget.get("spend_usd")),
        parse_usd(budget.get("remaining_usd")),
        text_of(budget.get("reset_interval")),
        text_of(budget.get("scope")) or "budget",
    )


def _label(wire: object) -> str | None:
    label = text_of(wire)
    if label is None or not label.startswith("sk-"):
        return label
    _, dots, end = label.rpartition("...")
    return f"...{end}" if dots else scrubbed(label)
