"""One transaction for many operations: load what they are about, apply the rules, write what has changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
from langchain_openrouter.spend.known import Known
from langchain_openrouter.spend.limits import SPAN, Limit, Limits
from langchain_openrouter.spend.operations import Operation
from langchain_openrouter.spend.record import Record, booked_to
from langchain_openrouter.spend.windows import HOUR, window_start


def apply_all(
    connection: Connection, database: Database, known: Known, operations: Sequence[Operation]
) -> list[object]:
    """Apply operations in their order, and write what they change.

    Args:
        connection: Where, in a transaction.
        database: Where that is.
        known: What is known already. It has to be told when the transaction has gone through.
        operations: What to do.

    Returns:
        What each of them answers. It counts once the transaction has ended.
    """
    known.look(connection)
    _load(connection, database, known, operations)
    generations = {one.generation_id for one in operations if one.generation_id is not None}
    booking = Booking(
        now=connection.now(),
        entries=known.entries,
        holders=load_holders(connection, generations) if generations else {},
        limited=known.limited,
    )
    answers = [one.apply(booking) for one in operations]
    _write(connection, booking)
    known.forget_ended(one.entry_id for one in operations)
    return answers


def _load(connection: Connection, database: Database, known: Known, operations: Sequence[Operation]) -> None:
    """Get to know the entries that operations are about, and what these are limited by."""
    missing = {one.entry_id for one in operations}.difference(known.entries)
    if not missing:
        return
    found = load_records(connection, database, missing)
    # an entry is booked to what it was first told to be
    told = {one.entry_id: one.told for one in reversed(operations) if one.told is not None and one.entry_id in missing}
    known.entries.update(found)
    _load_limited(connection, database, known, {**told, **found}.values())


def _load_limited(connection: Connection, database: Database, known: Known, records: Iterable[Record]) -> None:
    """Get to know the counters that entries are limited by: the same for all of an hour that are booked alike."""
    unlike = {key: record for record in records if (key := _likeness(record)) not in known.limited_alike}
    if unlike:
        limits = _limits_of(connection, known, unlike.values())
        missing: dict[str, Counter] = {}
        for key, record in unlike.items():
            known.limited_alike[key] = [
                Limited(_counter(known.counters, missing, limit, record.held_at), limit.nano)
                for limit in limits.applying_to(record.scopes())
            ]
        load_counters(connection, database, missing)
        known.counters.update(missing)
    for record in records:
        known.limited[record.id] = known.limited_alike[_likeness(record)]


def _likeness(record: Record) -> tuple[object, ...]:
    # no window is shorter than an hour
    return record.held_at // HOUR, *booked_to(record)


def _limits_of(connection: Connection, known: Known, records: Iterable[Record]) -> Limits:
    """All budgets that may apply to entries, those of their blocks too."""
    blocks = {span for record in records if record.spans for span in record.labels() if span.startswith(SPAN)}
    if not blocks:
        return known.limits
    select = "SELECT scope, period, limit_nano FROM spend_budget WHERE scope IN"
    return known.limits.with_spans(
        (scope, period, nano) for scope, period, nano in fetch_in(connection, select, blocks)
    )


def _counter(known: dict[str, Counter], missing: dict[str, Counter], limit: Limit, at: int) -> Counter:
    start = window_start(limit.window, at)
    key = counter_key(limit.scope, limit.window, start)
    counter = known.get(key) or missing.get(key)
    if counter is None:
        counter = missing[key] = Counter(limit.scope, limit.window, start, key)
    return counter


def _write(connection: Connection, booking: Booking) -> None:
    if booking.inserted:
        insert_records(connection, booking.inserted.values())
    if booking.changed:
        update_records(connection, booking.changed.values())
    if booking.touched:
        update_counters(connection, booking.touched.values())
