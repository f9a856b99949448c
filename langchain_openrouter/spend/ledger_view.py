"""What a ledger tells: entries, totals, how budgets stand."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import overload

from typing_extensions import Unpack

from langchain_openrouter.spend.budget import BudgetStatus
from langchain_openrouter.spend.budget_table import list_statuses
from langchain_openrouter.spend.entry import Entry, EntryState
from langchain_openrouter.spend.export import export_entries
from langchain_openrouter.spend.journal import fetch_records
from langchain_openrouter.spend.names import stored_name
from langchain_openrouter.spend.nano import usd_from_nano
from langchain_openrouter.spend.record import Record, entry_of
from langchain_openrouter.spend.selection import EntryFilters, Moment, select
from langchain_openrouter.spend.spend_table import SpendTable, spend_table
from langchain_openrouter.spend.store import Store
from langchain_openrouter.spend.totals import Range, Sums, add_up, check_by
from langchain_openrouter.spend.verification import Verification, verify
from langchain_openrouter.spend.windows import MICROS, parse_moment


class LedgerView:
    """The half of a ledger that reads. Everything may raise `LedgerError`, if the ledger cannot be read.

    Args:
        store: Where it is.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def budgets(self) -> tuple[BudgetStatus, ...]:
        """All budgets as they stand in their current windows; those of a pattern for each name that has spent."""
        with self._store.reading() as connection:
            return tuple(list_statuses(connection, connection.now()))

    @overload
    def total(self, since: Moment | None = None, until: Moment | None = None, by: None = None) -> Decimal: ...

    @overload
    def total(
        self, since: Moment | None = None, until: Moment | None = None, *, by: str | Iterable[str]
    ) -> SpendTable: ...

    def total(
        self, since: Moment | None = None, until: Moment | None = None, by: str | Iterable[str] | None = None
    ) -> Decimal | SpendTable:
        """What was spent, as far as it is known: USD, or a table by whatever is asked for.

        `ledger.total()`, `ledger.total("7d")`, `ledger.total(since="24h", by=("model", "user"))`. Attempts count
        at the time of their announcement.

        Args:
            since: From when: a time (UTC without a time zone), a day, how long ago (`timedelta`, `"30m"`, `"24h"`,
                `"7d"`, `"2w"`), or ISO text. `None` is from the beginning.
            until: Until before when; `None` is without end.
            by: Some of `model` (that answered, else that was requested), `provider`, `user`, `thread`, `node`, `tag`,
                `key`, `kind`, `hour`, `day` and `month`; a tuple, or `"model,user"`. An empty one is a single row.

        Raises:
            ConfigurationError: One of these is none.
        """
        span = self._range(since, until)
        names = () if by is None else check_by(by)
        with self._store.reading() as connection:
            found = add_up(connection, names, span)
        if by is None:
            return usd_from_nano(found.get((), Sums()).charged_nano)
        return spend_table(names, found, span)

    def entries(
        self, *, limit: int | None = None, newest_first: bool = False, **filters: Unpack[EntryFilters]
    ) -> Iterator[Entry]:
        """Go through entries in the order of their announcement, however many there are. They may change meanwhile.

        Args:
            limit: How many at most; `None` is all.
            newest_first: Whether to go backwards.
            **filters: See `EntryFilters`: `state`, `model`, `user`, `thread`, `node`, `tag`, `key`, `span`, `provider`,
                `kind`, `since`, `until`.

        Raises:
            ConfigurationError: A filter is none.
        """
        records = select(self._store, filters, _now(), limit=limit, newest_first=newest_first)
        return map(entry_of, records)

    def unknown(self) -> Iterator[Entry]:
        """The entries whose cost nobody knows, the oldest first. They may be settled while they are gone through."""
        return self.entries(state=EntryState.UNKNOWN)

    def entry(self, entry_id: str) -> Entry | None:
        """The entry of an id; `None` if there is none."""
        return self._find("id = ?", entry_id)

    def find_generation(self, generation_id: str) -> Entry | None:
        """The entry of a generation; `None` if there is none."""
        return self._find("generation_id = ?", stored_name(generation_id))

    def verify(self) -> Verification:
        """Work out anew what budgets and totals are made from, and compare it with the entries. It reads everything."""
        with self._store.reading() as connection:
            return verify(connection)

    def export(self, path: str | os.PathLike[str], **filters: Unpack[EntryFilters]) -> int:
        """Write entries to a file that ends with `.csv`, `.jsonl` or `.parquet`, which is replaced whole.

        Amounts are USD to the last digit, times UTC.

        Args:
            path: The file.
            **filters: Which entries, as for `entries`.

        Returns:
            How many were written.

        Raises:
            ConfigurationError: The ending is another one, or `pyarrow` is not installed, which Parquet needs.
            LedgerError: The file cannot be written.
        """
        return export_entries(self.entries(**filters), path)

    def _find(self, condition: str, value: str) -> Entry | None:
        with self._store.reading() as connection:
            found = list(fetch_records(connection, f"WHERE {condition}", [value]))
        return _entry(found)

    def _range(self, since: Moment | None, until: Moment | None) -> Range:
        now = _now()
        return Range(parse_moment(since, now), parse_moment(until, now))


def _entry(found: list[Record]) -> Entry | None:
    return entry_of(found[0]) if found else None


def _now() -> int:
    return time.time_ns() * MICROS // 10**9
