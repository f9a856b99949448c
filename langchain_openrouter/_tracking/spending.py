"""What attempts cost, added up one by one: in all, and by model, tag, node, user, thread and provider."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Literal, TypeAlias, get_args

from langchain_openrouter.spend.entry import Entry, EntryState

OTHERS = "(others)"
"""What is booked under more names than are kept."""

Dimension: TypeAlias = Literal["model", "tag", "node", "user", "thread", "provider"]
_DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
_Names: TypeAlias = tuple[tuple[str | None, ...], ...]

_MOST_UNPARTED = 1000
"""Sets of names whose sums wait to be parted."""

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
    return _amount(entry.charged_usd) is None and entry.state not in {EntryState.HELD, EntryState.RELEASED}


class Totals:
    """Sums of attempts. Adding one, and taking it away again, takes the same time however many there are.

    Args:
        most_names: How many names of each kind are told apart; the attempts of all others are `OTHERS`. `None` is all.
    """

    def __init__(self, most_names: int | None) -> None:
        self._most_names = most_names
        self._all = _Sum()
        self._by: dict[Dimension, dict[str | None, _Sum]] = {dimension: {} for dimension in _DIMENSIONS}
        # the attempts of a program share a few sets of names: each has a sum, which is parted by kind when it is read
        self._unparted: dict[_Names, _Sum] = {}

    def add(self, entry: Entry) -> None:
        """Count an attempt that has ended."""
        self._count(entry, 1)

    def subtract(self, entry: Entry) -> None:
        """Take an attempt out again that was added just as it is."""
        self._count(entry, -1)

    def all(self) -> Spending:
        """The sum of all."""
        self._part()
        return self._all.spending()

    def by(self, dimension: Dimension) -> dict[str | None, Spending]:
        """The sums by name, the dearest first."""
        self._part()
        sums = ((name, one.spending()) for name, one in self._by[dimension].items() if one.attempts)
        return dict(sorted(sums, key=lambda named: named[1].cost, reverse=True))

    def _count(self, entry: Entry, sign: int) -> None:
        names = _names_of(entry)
        found = self._unparted.get(names)
        if found is None:
            if len(self._unparted) >= _MOST_UNPARTED:
                self._part()
            found = self._unparted[names] = _Sum()
        found.count(entry, sign)

    def _part(self) -> None:
        for names, one in self._unparted.items():
            self._all.add(one)
            for dimension, of_dimension in zip(_DIMENSIONS, names, strict=True):
                for name in of_dimension:
                    self._sum_of(self._by[dimension], name).add(one)
        self._unparted.clear()

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

    def count(self, entry: Entry, sign: int) -> None:
        """Add an attempt, or take it away where the sign is -1."""
        self.attempts += sign
        cost = _amount(entry.charged_usd)
        if cost:
            self.cost = _EXACT.fma(cost, sign, self.cost)
        upstream = None if entry.is_byok is False else _amount(entry.upstream_usd)
        if upstream:
            self.upstream_cost = _EXACT.fma(upstream, sign, self.upstream_cost)
        if entry.attempt > 1:
            self.retries += sign
        if entry.usage is not None:
            self.input_tokens += sign * entry.usage.input_tokens
            self.output_tokens += sign * entry.usage.output_tokens
        if is_unknown(entry):
            self.unknown += sign

    def add(self, other: _Sum) -> None:
        """Add all that another one is the sum of."""
        self.cost = _EXACT.add(self.cost, other.cost)
        self.upstream_cost = _EXACT.add(self.upstream_cost, other.upstream_cost)
        self.attempts += other.attempts
        self.retries += other.retries
        self.input_tokens += other.input_tokens
        self.output_tokens += other.output_tokens
        self.unknown += other.unknown

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


def _names_of(entry: Entry) -> _Names:
    """The names that an attempt is booked under, in the order of `_DIMENSIONS`; `None` where it has none."""
    by = entry.attribution
    return (
        (entry.model or entry.requested_model,),
        tuple(dict.fromkeys(by.tags)) or (None,),
        (by.node,),
        (by.user,),
        (by.thread_id,),
        (entry.provider,),
    )


def _amount(usd: Decimal | None) -> Decimal | None:
    """What can have been charged; `None` where it is not known."""
    return usd if usd is not None and usd.is_finite() and usd >= 0 else None
