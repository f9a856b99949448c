"""What attempts cost, added up one by one: in all, and by model, tag, node, user, thread and provider."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Literal, TypeAlias

from langchain_openrouter.spend.entry import Entry, EntryState

OTHERS = "(others)"
"""What is booked under more names than are kept."""

Dimension: TypeAlias = Literal["model", "tag", "node", "user", "thread", "provider"]

_EXACT = Context(prec=2000)
"""Sums of any floats are exact in it, so that what is added in any order, and taken away again, leaves no trace."""


@dataclass(frozen=True, slots=True)
class Spending:
    """What some attempts that have ended cost and used."""

    cost: Decimal = Decimal(0)
    """USD, of those whose cost is known."""
    upstream_cost: Decimal = Decimal(0)
    """USD that providers charged to one's own provider keys, as far as it is known."""
    attempts: int = 0
    """HTTP attempts; of models that are not of this package, calls."""
    retries: int = 0
    """Attempts among them that were not the first of their call."""
    input_tokens: int = 0
    output_tokens: int = 0
    unknown: int = 0
    """Attempts among them whose cost is not known."""


def is_unknown(entry: Entry) -> bool:
    """Whether an attempt has ended and nobody has said what it cost."""
    return entry.state not in {EntryState.HELD, EntryState.RELEASED} and _amount(entry.charged_usd) is None


class Totals:
    """Sums of attempts. Adding one, and taking it away again, takes the same time however many there are.

    Args:
        most_names: How many names of each kind are told apart; the attempts of all others are `OTHERS`. `None` is all.
    """

    def __init__(self, most_names: int | None) -> None:
        self._most_names = most_names
        self._all = _Sum()
        self._by: dict[Dimension, dict[str | None, _Sum]] = {dimension: {} for dimension in _READERS}

    def add(self, entry: Entry) -> None:
        """Count an attempt that has ended."""
        self._count(entry, 1)

    def subtract(self, entry: Entry) -> None:
        """Take an attempt out again that was added just as it is."""
        self._count(entry, -1)

    def all(self) -> Spending:
        """The sum of all."""
        return self._all.spending()

    def by(self, dimension: Dimension) -> dict[str | None, Spending]:
        """The sums by name, the dearest first."""
        sums = ((name, one.spending()) for name, one in self._by[dimension].items() if one.attempts)
        return dict(sorted(sums, key=lambda named: named[1].cost, reverse=True))

    def _count(self, entry: Entry, sign: int) -> None:
        one = _spending_of(entry)
        self._all.add(one, sign)
        for dimension, read in _READERS.items():
            sums = self._by[dimension]
            for name in read(entry):
                self._sum_of(sums, name).add(one, sign)

    def _sum_of(self, sums: dict[str | None, _Sum], name: str | None) -> _Sum:
        found = sums.get(name)
        if found is None:
            is_full = self._most_names is not None and len(sums) >= self._most_names
            found = sums.setdefault(OTHERS if is_full else name, _Sum())
        return found


class _Sum:
    """A `Spending` that grows."""

    __slots__ = ("attempts", "cost", "input_tokens", "output_tokens", "retries", "unknown", "upstream_cost")

    def __init__(self) -> None:
        self.cost = self.upstream_cost = Decimal(0)
        self.attempts = self.retries = self.input_tokens = self.output_tokens = self.unknown = 0

    def add(self, one: Spending, sign: int) -> None:
        if one.cost:
            self.cost = _EXACT.fma(one.cost, sign, self.cost)
        if one.upstream_cost:
            self.upstream_cost = _EXACT.fma(one.upstream_cost, sign, self.upstream_cost)
        self.attempts += sign * one.attempts
        self.retries += sign * one.retries
        self.input_tokens += sign * one.input_tokens
        self.output_tokens += sign * one.output_tokens
        self.unknown += sign * one.unknown

    def spending(self) -> Spending:
        return Spending(
            self.cost,
            self.upstream_cost,
            self.attempts,
            self.retries,
            self.input_tokens,
            self.output_tokens,
            self.unknown,
        )


_READERS: dict[Dimension, Callable[[Entry], tuple[str | None, ...]]] = {
    "model": lambda entry: (entry.model or entry.requested_model,),
    "tag": lambda entry: tuple(dict.fromkeys(entry.attribution.tags)) or (None,),
    "node": lambda entry: (entry.attribution.node,),
    "user": lambda entry: (entry.attribution.user,),
    "thread": lambda entry: (entry.attribution.thread_id,),
    "provider": lambda entry: (entry.provider,),
}
"""The names that an attempt is booked under; `None` where it has none."""


def _spending_of(entry: Entry) -> Spending:
    return Spending(
        cost=_amount(entry.charged_usd) or Decimal(0),
        upstream_cost=(None if entry.is_byok is False else _amount(entry.upstream_usd)) or Decimal(0),
        attempts=1,
        retries=int(entry.attempt > 1),
        input_tokens=0 if entry.usage is None else entry.usage.input_tokens,
        output_tokens=0 if entry.usage is None else entry.usage.output_tokens,
        unknown=int(is_unknown(entry)),
    )


def _amount(usd: Decimal | None) -> Decimal | None:
    """What can have been charged; `None` where it is not known."""
    return usd if usd is not None and usd.is_finite() and usd >= 0 else None
