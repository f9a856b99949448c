"""The attempts that a handler has been told of, each counted once however often it is told."""

from __future__ import annotations

from collections.abc import Iterable

from langchain_openrouter._tracking.spending import Totals, is_unknown
from langchain_openrouter.spend.entry import Entry, EntryState

_ORDER = {EntryState.HELD: 0, EntryState.UNKNOWN: 1, EntryState.RELEASED: 2, EntryState.SETTLED: 3}
"""An attempt only moves on: what is told late of an earlier state is passed over."""

_MOST_UNREAD = 64
"""What waits to be read. Read together, it takes a fraction of the time that it takes between two calls."""


class AttemptBook:
    """Attempts by id. It is not safe over threads by itself.

    Args:
        keep: How many attempts that have ended are kept. It is also how far back one is recognized that is told again.
            `None` keeps all.
    """

    def __init__(self, keep: int | None) -> None:
        self._totals = Totals(keep)
        self._keep = keep
        self._under_way: dict[str, Entry] = {}
        self._ended: dict[str, Entry] = {}
        self._names: dict[str, frozenset[str]] = {}
        self._owners: dict[str, str] = {}
        self._unread: list[tuple[Entry, Iterable[str]]] = []

    @property
    def totals(self) -> Totals:
        """The sums of those that have ended."""
        self._read()
        return self._totals

    @property
    def under_way(self) -> tuple[Entry, ...]:
        """Attempts whose end has not been told."""
        self._read()
        return tuple(self._under_way.values())

    @property
    def ended(self) -> tuple[Entry, ...]:
        """Attempts that have ended and are kept, in the order of their ends."""
        self._read()
        return tuple(self._ended.values())

    @property
    def unknown(self) -> tuple[Entry, ...]:
        """Those that have ended and are kept, and whose cost is not known."""
        return tuple(entry for entry in self.ended if is_unknown(entry))

    def take(self, entry: Entry, names: Iterable[str] = ()) -> None:
        """Take an attempt as it stands now.

        Args:
            entry: The attempt.
            names: What its generation is called beside `entry.generation_id`. A generation that is known under any of
                its names is not taken a second time.
        """
        self._unread.append((entry, names))
        if len(self._unread) >= _MOST_UNREAD:
            self._read()

    def _read(self) -> None:
        unread, self._unread = self._unread, []
        for entry, names in unread:
            self._enter(entry, names)

    def _enter(self, entry: Entry, names: Iterable[str]) -> None:
        all_names = frozenset(name for name in (entry.generation_id, *names) if name)
        if any(self._owners.get(name, entry.id) != entry.id for name in all_names):
            self._drop(entry.id)
            return
        known = self._ended.get(entry.id)
        if known is not None and _ORDER[entry.state] < _ORDER[known.state]:
            return
        self._name(entry.id, all_names)
        if entry.state is EntryState.HELD:
            self._under_way[entry.id] = entry
            return
        self._under_way.pop(entry.id, None)
        if known is not None:
            self._totals.subtract(known)
        self._ended[entry.id] = entry
        self._totals.add(entry)
        self._forget_the_oldest()

    def _name(self, entry_id: str, names: frozenset[str]) -> None:
        if not names:
            return
        self._names[entry_id] = self._names.get(entry_id, frozenset()) | names
        self._owners.update(dict.fromkeys(names, entry_id))

    def _drop(self, entry_id: str) -> None:
        """Take an attempt out that turns out to be another one that is known."""
        self._under_way.pop(entry_id, None)
        known = self._ended.pop(entry_id, None)
        if known is not None:
            self._totals.subtract(known)
        self._forget_names(entry_id)

    def _forget_the_oldest(self) -> None:
        while self._keep is not None and len(self._ended) > self._keep:
            entry_id = next(iter(self._ended))
            del self._ended[entry_id]
            self._forget_names(entry_id)

    def _forget_names(self, entry_id: str) -> None:
        for name in self._names.pop(entry_id, ()):
            del self._owners[name]
