"""What a writer knows of the database from one transaction to the next, as long as nobody else has written there."""

from __future__ import annotations

from collections.abc import Iterable

from langchain_openrouter.spend.booking import Limited
from langchain_openrouter.spend.database import Connection
from langchain_openrouter.spend.entry import EntryState
from langchain_openrouter.spend.journal import Counter
from langchain_openrouter.spend.limits import Limits
from langchain_openrouter.spend.record import Record

_MOST = 10_000
"""Kinds of entries of which it is remembered what they are limited by."""


class LimitsCache:
    """All budgets, read anew when their number of the version in the database has changed."""

    def __init__(self) -> None:
        # one attribute, since several threads may load at once
        self._known: tuple[str | None, Limits] = (None, Limits())

    @property
    def limits(self) -> Limits:
        """The budgets as they were at the last look."""
        return self._known[1]

    def load(self, connection: Connection) -> Limits:
        """The budgets as they are in this transaction, without those of blocks."""
        ((version,),) = connection.fetch("SELECT value FROM spend_meta WHERE name = 'budgets'")
        known, limits = self._known
        if version != known:
            rows = connection.fetch("SELECT scope, period, limit_nano FROM spend_budget WHERE owner IS NULL")
            limits = Limits.of((scope, period, nano) for scope, period, nano in rows)
            self._known = version, limits
        return limits


class Known:
    """Budgets, their counters, and attempts that are under way, as the last transaction left them.

    It is believed where that transaction has gone through, and the database says that nobody else has written since.
    """

    def __init__(self) -> None:
        self._budgets = LimitsCache()
        self._looked_at: int | None = None
        self.forget()

    def forget(self) -> None:
        """Believe nothing of it."""
        self._confirmed: int | None = None
        self.entries: dict[str, Record] = {}
        """By id."""
        self.limited: dict[str, list[Limited]] = {}
        """The counters that an entry is limited by, by its id; nothing where no budget applies."""
        self.limited_alike: dict[tuple[object, ...], list[Limited]] = {}
        """The same, by what entries have in common that are limited alike."""
        self.counters: dict[str, Counter] = {}
        """By primary key."""

    def look(self, connection: Connection) -> None:
        """Begin a transaction, in which all of this will change."""
        version = connection.version()
        if version is None or version != self._confirmed or len(self.limited_alike) > _MOST:
            self.forget()
            self._budgets.load(connection)
        self._looked_at, self._confirmed = version, None

    @property
    def limits(self) -> Limits:
        """The budgets, without those of blocks."""
        return self._budgets.limits

    def confirm(self) -> None:
        """The transaction has gone through."""
        self._confirmed = self._looked_at

    def forget_ended(self, ids: Iterable[str]) -> None:
        """Keep only those entries that are under way."""
        for entry_id in ids:
            record = self.entries.get(entry_id)
            if record is None or record.state != EntryState.HELD:
                self.entries.pop(entry_id, None)
                self.limited.pop(entry_id, None)
