"""What an account spent, day by day, at each provider of each model.

Source: https://openrouter.ai/docs/api-reference/analytics/get-user-activity
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from langchain_openrouter._fields import count_of
from langchain_openrouter.errors.facts import object_of, text_of
from langchain_openrouter.usage import parse_usd


@dataclass(frozen=True, slots=True)
class ActivityDay:
    """One day of one model at one provider. `None` means that OpenRouter did not say."""

    day: date | None
    """In UTC."""
    model: str | None
    provider: str | None
    usage_usd: Decimal | None
    """USD that OpenRouter charged."""
    byok_usage_usd: Decimal | None
    """USD that providers charged to keys of one's own."""
    requests: int | None
    input_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None
    """Included in `output_tokens`."""
    raw: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)
    """The object on the wire, whole."""


def parse_activity_day(wire: object) -> ActivityDay:
    """Read one row of `GET /activity`."""
    raw = object_of(wire)
    return ActivityDay(
        day=_day(raw.get("date")),
        model=text_of(raw.get("model")),
        provider=text_of(raw.get("provider_name")),
        usage_usd=parse_usd(raw.get("usage")),
        byok_usage_usd=parse_usd(raw.get("byok_usage_inference")),
        requests=count_of(raw.get("requests")),
        input_tokens=count_of(raw.get("prompt_tokens")),
        output_tokens=count_of(raw.get("completion_tokens")),
        reasoning_tokens=count_of(raw.get("reasoning_tokens")),
        raw=raw,
    )


def _day(wire: object) -> date | None:
    try:
        # some answers have had a time behind the day
        return date.fromisoformat((text_of(wire) or "")[:10])
    except ValueError:
        return None
