"""The statements that entries and counters are read and written with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from langchain_openrouter.spend.budget import TOTAL
from langchain_openrouter.spend.database import Connection, Database, fetch_in
from langchain_openrouter.spend.record import COLUMNS, OUTCOME, Record, outcome_of, row_of
from langchain_openrouter.spend.windows import DAY, Window, window_end, window_start

SELECT = f"SELECT {', '.join(COLUMNS)} FROM spend_entry"
_INSERT = f"INSERT INTO spend_entry ({', '.join(COLUMNS)}) VALUES ({','.join('?' * len(COLUMNS))})"
_UPDATE = f"UPDATE spend_entry SET {', '.join(f'{name} = ?' for name in OUTCOME)} WHERE id = ?"
OPEN = "state IN ('held', 'unknown')"
"""What the index of open entries is for; it is used where a query says the same."""

_SUMS = f"SELECT coalesce(sum(charged_nano), 0), coalesce(sum(CASE WHEN {OPEN} THEN hold_nano END), 0) FROM spend_entry"
_COLUMN_OF = {"model": "requested_model", "user": "user_id", "thread": "thread_id", "node": "node", "key": "key_hash"}
"""Where an entry has the one name that it is booked to, by kind of scope. The others have labels."""


@dataclass(slots=True)
class Counter:
    """What a scope has spent and holds in one window, in nano-USD. It follows from the entries."""

    scope: str
    window: Window
    start: int
    key: str
    """The primary key."""
    spent: int = 0
    held: int = 0


def counter_key(scope: str, window: Window, start: int) -> str:
    """The primary key of a counter."""
    return f"{window.value}:{start}:{scope}"


def load_records(connection: Connection, database: Database, ids: Iterable[str]) -> dict[str, Record]:
    """Entries by id, which stay as they are until the transaction ends."""
    rows = fetch_in(connection, f"{SELECT} WHERE id IN", ids, f" ORDER BY id{database.for_update}")
    return {row[0]: Record(*row) for row in rows}


def load_holders(connection: Connection, generation_ids: Iterable[str]) -> dict[str, str]:
    """The ids of the entries that have these generation ids."""
    return dict(
        fetch_in(connection, "SELECT generation_id, id FROM spend_entry WHERE generation_id IN", generation_ids)
    )


def load_counters(connection: Connection, database: Database, counters: Mapping[str, Counter]) -> None:
    """Read counters by key, which stay as they are until the transaction ends. A missing one is made of the entries."""
    select = "SELECT id, spent_nano, held_nano FROM spend_counter WHERE id IN"
    found = {key for key, *_ in fetch_in(connection, select, counters)}
    missing = [counters[key] for key in sorted(counters.keys() - found)]
    connection.run_many(
        "INSERT INTO spend_counter (id, scope, period, start, spent_nano, held_nano) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (id) DO NOTHING",
        [
            (
                one.key,
                one.scope,
                one.window.value,
                one.start,
                *count_entries(connection, one.scope, one.window, one.start),
            )
            for one in missing
        ],
    )
    for key, spent, held in fetch_in(connection, select, counters, f" ORDER BY id{database.for_update}"):
        counters[key].spent, counters[key].held = spent, held


def count_entries(connection: Connection, scope: str, window: Window, start: int) -> tuple[int, int]:
    """What the entries of a window say that a scope has spent, and holds, in nano-USD."""
    condition, parameters = scope_condition(scope)
    sql = f"{_SUMS} WHERE {condition}"
    end = window_end(window, start)
    if end is not None:
        sql += " AND held_at >= ? AND held_at < ?"
        parameters += [start, end]
    ((spent, held),) = connection.fetch(sql, parameters)
    return int(spent), int(held)


def scope_condition(scope: str) -> tuple[str, list[str | int | None]]:
    """What entries that are booked to a scope have, with its parameters."""
    if scope == TOTAL:
        return "1 = 1", []
    kind, _, name = scope.partition(":")
    if column := _COLUMN_OF.get(kind):
        return f"{column} = ?", [name]
    return "id IN (SELECT entry_id FROM spend_label WHERE scope = ?)", [scope]


def insert_records(connection: Connection, records: Iterable[Record]) -> None:
    """Write new entries, sorted, so that two processes never wait for each other crosswise."""
    records = sorted(records, key=lambda record: record.id)
    connection.run_many(_INSERT, map(row_of, records))
    labels = [(scope, record.held_at, record.id) for record in records for scope in record.labels()]
    if labels:
        connection.run_many("INSERT INTO spend_label (scope, announced_at, entry_id) VALUES (?, ?, ?)", labels)


def update_records(connection: Connection, records: Iterable[Record]) -> None:
    """Write what became of entries."""
    connection.run_many(_UPDATE, map(outcome_of, records))


def update_counters(connection: Connection, counters: Iterable[Counter]) -> None:
    """Write counters that were loaded in this transaction."""
    connection.run_many(
        "UPDATE spend_counter SET spent_nano = ?, held_nano = ? WHERE id = ?",
        [(one.spent, one.held, one.key) for one in sorted(counters, key=lambda one: one.key)],
    )


def prune_counters(connection: Connection) -> None:
    """Forget counters of windows that ended more than a day ago. One that is asked for again is made of the entries."""
    yesterday = connection.now() - DAY
    for window in Window:
        if window is not Window.LIFETIME:
            connection.run(
                "DELETE FROM spend_counter WHERE period = ? AND start < ?",
                (window.value, window_start(window, yesterday)),
            )


def fetch_records(connection: Connection, rest: str, parameters: list[str | int | None]) -> Iterator[Record]:
    """Entries of a query, of which `rest` is what comes after the names of the columns."""
    for row in connection.fetch(f"{SELECT} {rest}", parameters):
        yield Record(*row)
