"""What a call used and what it cost: OpenRouter's `usage` object as tokens and exact USD.

Source: https://openrouter.ai/docs/use-cases/usage-accounting
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

_DETAIL_NAMES = {"cached_tokens": "cache_read", "cache_write_tokens": "cache_creation"}
"""LangChain's names where they are not the wire's without `_tokens`."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts and cost of one call. `None` means that the wire did not say; `0` was said."""

    input_tokens: int
    """Tokens of the prompt, cached ones included."""
    output_tokens: int
    """Tokens of the answer, reasoning included."""
    total_tokens: int
    input_details: Mapping[str, int] = field(default_factory=dict)
    """Parts of `input_tokens` that the wire named: `cache_read`, `cache_creation`, `audio`, `video`..."""
    output_details: Mapping[str, int] = field(default_factory=dict)
    """Parts of `output_tokens` that the wire named: `reasoning`, `audio`, `image`..."""
    cost: Decimal | None = None
    """USD charged to the OpenRouter account; `Decimal(0)` is a free call."""
    upstream_cost: Decimal | None = None
    """USD that the provider charges directly, with a key of one's own (BYOK)."""
    is_byok: bool | None = None
    """Whether the call ran on one's own provider key."""

    @property
    def spent(self) -> Decimal | None:
        """USD in all: `cost`, plus `upstream_cost` under BYOK. `None` where the cost is unknown."""
        if self.cost is None or not self.is_byok:
            return self.cost
        return self.cost + (self.upstream_cost or 0)


def total_usage(usages: Iterable[Usage | None]) -> Usage | None:
    """Add up what several calls used. What one of them does not tell, the sum does not tell either.

    Returns:
        The sum, whose `spent` is the sum of theirs: where only some ran on one's own provider key, `upstream_cost` is
        what those cost. Of no calls at all, zeros. `None` where a usage is `None`.
    """
    known: list[Usage] = []
    for usage in usages:
        if usage is None:
            return None
        known.append(usage)
    flags = {usage.is_byok for usage in known}
    return Usage(
        input_tokens=sum(usage.input_tokens for usage in known),
        output_tokens=sum(usage.output_tokens for usage in known),
        total_tokens=sum(usage.total_tokens for usage in known),
        input_details=_total_details(usage.input_details for usage in known),
        output_details=_total_details(usage.output_details for usage in known),
        cost=_total_usd(usage.cost for usage in known),
        upstream_cost=_total_upstream(known, own_keys=True in flags),
        is_byok=True in flags or (False if flags == {False} else None),
    )


def parse_usage(wire: Mapping[str, object]) -> Usage:
    """Read a `usage` object.

    One parser for a body and for the last chunk of a stream, so that the two can never disagree on cost.

    Args:
        wire: The JSON object as sent. Counts may be floats, null or missing.

    Returns:
        Counts in tokens and costs in USD. A total that is missing is the sum of its parts.
    """
    prompt = _first_object(wire, "prompt_tokens_details", "input_tokens_details")
    completion = _first_object(wire, "completion_tokens_details", "output_tokens_details")
    costs = _first_object(wire, "cost_details")
    input_tokens = _first_count(wire, "prompt_tokens", "input_tokens")
    output_tokens = _first_count(wire, "completion_tokens", "output_tokens")
    total = _count(wire.get("total_tokens"))
    is_byok = wire.get("is_byok")
    return Usage(
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        total_tokens=input_tokens + output_tokens if total is None else total,
        input_details=_details(prompt),
        output_details=_details(completion),
        cost=parse_usd(wire.get("cost")),
        upstream_cost=parse_usd(costs.get("upstream_inference_cost")),
        is_byok=is_byok if isinstance(is_byok, bool) else None,
    )


def parse_usd(value: object) -> Decimal | None:
    """Make an exact amount of a wire number, by its shortest digits. `None` for what is no finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return Decimal(repr(value))


def dollars(amount: Decimal) -> str:
    """USD for people: every digit that counts, such as `$0.0023` or `-$5`."""
    return f"{'-' if amount < 0 else ''}${abs(amount).normalize():f}"


def _total_details(details: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in details:
        total.update(one)
    return dict(total)


def _total_upstream(usages: list[Usage], *, own_keys: bool) -> Decimal | None:
    if not own_keys:
        return _total_usd(usage.upstream_cost for usage in usages)
    # `spent` takes what a provider does not tell of its charge for nothing
    told = [usage.upstream_cost for usage in usages if usage.is_byok and usage.upstream_cost is not None]
    return _total_usd(told) if told else None


def _total_usd(amounts: Iterable[Decimal | None]) -> Decimal | None:
    total = Decimal(0)
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def _first_object(wire: Mapping[str, object], *names: str) -> Mapping[str, object]:
    for name in names:
        value = wire.get(name)
        if isinstance(value, Mapping):
            return value
    return {}


def _details(wire: Mapping[str, object]) -> dict[str, int]:
    counts = ((_DETAIL_NAMES.get(name, name.removesuffix("_tokens")), _count(value)) for name, value in wire.items())
    return {name: count for name, count in counts if count is not None}


def _first_count(wire: Mapping[str, object], *names: str) -> int:
    for name in names:
        count = _count(wire.get(name))
        if count is not None:
            return count
    return 0


def _count(value: object) -> int | None:
    # some providers send counts as floats
    if type(value) is int:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return int(value)
    return None
