"""Which budgets apply to what is booked to these scopes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from langchain_openrouter.spend.windows import Window

SPAN = "span:"
"""What the scope of a `with ledger.budget(...)` block begins with."""


class Limit(NamedTuple):
    """A budget that applies to one scope."""

    scope: str
    window: Window
    nano: int
    """Nano-USD that may be spent."""


@dataclass(frozen=True)
class Limits:
    """All budgets, by what they are for. That of a name takes the place of its kind's, in the same window."""

    named: dict[str, dict[Window, int]] = field(default_factory=lambda: defaultdict(dict))
    """Nano-USD by scope and window."""
    patterns: dict[str, dict[Window, int]] = field(default_factory=lambda: defaultdict(dict))
    """The same, by kind of scope: each name has that much for itself."""

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str, int]]) -> Limits:
        """Sort budgets as the store has them: scope, window, nano-USD."""
        limits = cls()
        for scope, window, nano in rows:
            if scope.endswith(":*"):
                limits.patterns[scope[:-2]][Window(window)] = nano
            else:
                limits.named[scope][Window(window)] = nano
        return limits

    def __bool__(self) -> bool:
        return bool(self.named or self.patterns)

    def applying_to(self, scopes: Iterable[str]) -> Iterator[Limit]:
        """The budgets that must all admit what is booked to `scopes`; sorted, where these are."""
        for scope in scopes:
            windows = self.named.get(scope)
            pattern = self.patterns.get(scope.partition(":")[0]) if self.patterns else None
            if pattern:
                windows = {**pattern, **windows} if windows else pattern
            if windows:
                for window, nano in windows.items():
                    yield Limit(scope, window, nano)

    def with_spans(self, rows: Iterable[tuple[str, str, int]]) -> Limits:
        """These budgets, and those of blocks."""
        spans = Limits.of(rows)
        return Limits({**self.named, **spans.named}, self.patterns) if spans else self
