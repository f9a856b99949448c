"""What a ledger must say, worked out the slow way: no counters, calendars for windows, everything from all entries."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from langchain_openrouter.spend.entry import Entry

HOLDING = ("held", "unknown")
_OF_WINDOW = {
    "hour": lambda at: (at.date(), at.hour),
    "day": lambda at: at.date(),
    "week": lambda at: at.isocalendar()[:2],
    "month": lambda at: (at.year, at.month),
    "lifetime": lambda _: None,
}


@dataclass
class Booked:
    """An attempt that was admitted, or booked without having been."""

    entry: Entry
    owner: str | None = None
    """By which ledger it is held."""
    state: str = "held"
    cost: Decimal = Decimal(0)
    generation: str | None = None

    @property
    def hold(self):
        return (self.entry.hold_usd or 0) if self.state in HOLDING else 0


@dataclass
class Model:
    """Budgets and attempts, and what follows."""

    budgets: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    """USD by scope and window, those of open blocks among them."""
    booked: dict[str, Booked] = field(default_factory=dict)

    def applying(self, entry):
        """Scope, window and limit of each budget that an attempt must fit."""
        for scope in entry.scopes():
            pattern = f"{scope.partition(':')[0]}:*"
            for window in _OF_WINDOW:
                limit = self.budgets.get((scope, window), self.budgets.get((pattern, window)))
                if limit is not None:
                    yield scope, window, limit

    def counted(self, scope, window=None, at=None):
        """USD that a scope has spent and holds in the window of a moment."""
        of = _OF_WINDOW[window or "lifetime"]
        found = [
            one
            for one in self.booked.values()
            if scope in one.entry.scopes() and (at is None or of(one.entry.held_at) == of(at))
        ]
        return sum(one.cost for one in found), sum(one.hold for one in found)

    def refusing(self, entry):
        """What a refusal may name: every budget that has too little left, with how it stands."""
        for scope, window, limit in self.applying(entry):
            spent, held = self.counted(scope, window, entry.held_at)
            if spent + held + entry.hold_usd > limit:
                yield scope, window, limit, spent, held

    def reserve(self, entry, owner):
        """`None`, `"needs a hold"`, or the budgets that refuse."""
        if entry.id in self.booked:
            return None
        if entry.hold_usd is None and any(self.applying(entry)):
            return "needs a hold"
        refusals = list(self.refusing(entry)) if entry.hold_usd is not None else []
        if refusals:
            return refusals
        self.booked[entry.id] = Booked(entry, owner)
        return None

    def bind(self, entry, generation):
        one = self.booked.get(entry.id)
        if one is not None and one.state in HOLDING:
            self._claim(one, generation)

    def settle(self, entry, cost, generation):
        """A cost of `None` is none."""
        one = self.booked.setdefault(entry.id, Booked(entry))
        if one.state not in HOLDING or (generation and not self._claim(one, generation)):
            return False
        if cost is None:
            one.state = "unknown"
            return False
        one.state, one.cost = "settled", cost
        return True

    def release(self, entry):
        one = self.booked.get(entry.id)
        if one is None or one.state not in HOLDING:
            return False
        one.state = "released"
        return True

    def lose(self, entry):
        one = self.booked.get(entry.id)
        if one is None or one.state != "held":
            return False
        one.state = "unknown"
        return True

    def close(self, owner):
        """Nobody will see the end of what a ledger holds when it is closed."""
        for one in self.booked.values():
            if one.owner == owner:
                self.lose(one.entry)

    def _claim(self, one, generation):
        if any(other.generation == generation for other in self.booked.values() if other is not one):
            one.state = "released"
            return False
        one.generation = generation
        return True
