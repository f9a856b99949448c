"""One transaction for many operations: load what they are about, apply the rules, write what has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from langchain_openrouter.spend.booking import Booking, Limited
from langchain_openrouter.spend.database import Connection, Database, fetch_in
from langchain_openrouter.spend.journal import (
    Counter,
    counter_key,
    insert_records,
    load_counters,
    load_holders,
    load_records,
    update_counters,
    update_records,
)
from langchain_openrouter.spend.limits import SPAN, Limit, Limits
from langchain_openrouter.spend.operations import Operation
from langchain_openrouter.spend.record import Record
from langchain_openrouter.spend.windows import window_start


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


def apply_all(
    connection: Connection, database: Database, cache: LimitsCache, operations: Sequence[Operation]
) -> list[object]:
    """Apply operations in their order, and write what they change.

    Returns:
        What each of them answers. It counts once the transaction has ended.
    """
    entries = load_records(connection, database, (one.entry_id for one in operations))
    # an entry is booked to what it was first told to be
    told = {one.entry_id: one.told for one in reversed(operations) if one.told is not None}
    generations = {one.generation_id for one in operations if one.generation_id is not None}
    booking = Booking(
        now=connection.now(),
        entries=entries,
        holders=load_holders(connection, generations) if generations else {},
        limited=_load_limited(connection, database, cache.load(connection), {**told, **entries}),
    )
    answers = [one.apply(booking) for one in operations]
    _write(connection, booking)
    return answers


def _load_limited(
    connection: Connection, database: Database, limits: Limits, records: Mapping[str, Record]
) -> dict[str, list[Limited]]:
    """The counters that each record is limited by."""
    blocks = {span for record in records.values() if record.spans for span in record.labels() if span.startswith(SPAN)}
    if blocks:
        select = "SELECT scope, period, limit_nano FROM spend_budget WHERE scope IN"
        limits = limits.with_spans(
            (scope, period, nano) for scope, period, nano in fetch_in(connection, select, blocks)
        )
    if not limits:
        return {}
    counters: dict[str, Counter] = {}
    limited = {
        record.id: [
            Limited(_counter(counters, limit, record.held_at), limit.nano)
            for limit in limits.applying_to(record.scopes())
        ]
        for record in records.values()
    }
    load_counters(connection, database, counters)
    return limited


def _counter(counters: dict[str, Counter], limit: Limit, at: int) -> Counter:
    start = window_start(limit.window, at)
    key = counter_key(limit.scope, limit.window, start)
    counter = counters.get(key)
    if counter is None:
        counter = counters[key] = Counter(limit.scope, limit.window, start, key)
    return counter


def _write(connection: Connection, booking: Booking) -> None:
    if booking.inserted:
        insert_records(connection, booking.inserted.values())
    if booking.changed:
        update_records(connection, booking.changed.values())
    if booking.touched:
        update_counters(connection, booking.touched.values())
