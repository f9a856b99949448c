"""One transaction for many operations: load what they are about, apply the rules, write what has changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from langchain_openrouter.spend.booking import Booking
from langchain_openrouter.spend.database import Connection, Database, fetch_in
from langchain_openrouter.spend.journal import (
    Counter,
    counter_for,
    insert_records,
    load_counters,
    load_holders,
    load_records,
    update_counters,
    update_records,
)
from langchain_openrouter.spend.limits import SPAN, Limits
from langchain_openrouter.spend.operations import Operation
from langchain_openrouter.spend.record import Record


class LimitsCache:
    """All budgets, read anew when their number of the version in the database has changed."""

    def __init__(self) -> None:
        self.version: str | None = None
        self.limits = Limits()

    def load(self, connection: Connection) -> Limits:
        """The budgets as they are in this transaction, without those of blocks."""
        ((version,),) = connection.fetch("SELECT value FROM spend_meta WHERE name = 'budgets'")
        if version != self.version:
            rows = connection.fetch("SELECT scope, period, limit_nano FROM spend_budget WHERE owner IS NULL")
            self.limits, self.version = Limits.of((scope, period, nano) for scope, period, nano in rows), version
        return self.limits


def apply_all(
    connection: Connection, database: Database, cache: LimitsCache, operations: Sequence[Operation]
) -> list[object]:
    """Apply operations in their order, and write what they change.

    Returns:
        What each of them answers. It counts once the transaction has ended.
    """
    entries = load_records(connection, database, (one.entry_id for one in operations))
    records = [*entries.values(), *(one.told for one in operations if one.told is not None)]
    limits = cache.load(connection)
    if spans := {scope for record in records if record.spans for scope in record.scopes() if scope.startswith(SPAN)}:
        select = "SELECT scope, period, limit_nano FROM spend_budget WHERE scope IN"
        limits = limits.with_spans((scope, period, nano) for scope, period, nano in fetch_in(connection, select, spans))
    generations = {one.generation_id for one in operations if one.generation_id is not None}
    booking = Booking(
        now=database.now(connection),
        limits=limits,
        entries=entries,
        holders=load_holders(connection, generations) if generations else {},
        counters=load_counters(connection, database, _counters_of(records, limits)) if limits else {},
    )
    answers = [one.apply(booking) for one in operations]
    _write(connection, booking)
    return answers


def _counters_of(records: Iterable[Record], limits: Limits) -> Iterator[Counter]:
    for record in records:
        for limit in limits.applying_to(record.scopes()):
            yield counter_for(limit, record.held_at)


def _write(connection: Connection, booking: Booking) -> None:
    if booking.inserted:
        insert_records(connection, booking.inserted.values())
    if booking.changed:
        update_records(connection, booking.changed.values())
    if booking.touched:
        update_counters(connection, booking.touched.values())
