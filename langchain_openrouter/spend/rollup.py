"""Sums of entries that have ended, by what people ask for. They are made some time later, off the way of calls.

An entry that has ended never changes, so it is added to its sums once. Until then it is counted as it stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from langchain_openrouter.spend.database import Connection, Row, fetch_in
from langchain_openrouter.spend.journal import OPEN
from langchain_openrouter.spend.windows import Window, window_start

PART = 1000
"""Entries that are added at a time."""

DIMENSIONS = {
    "model": "coalesce(model, requested_model)",
    "provider": "provider",
    "user": "user_id",
    "thread": "thread_id",
    "node": "node",
    "tag": "tag",
    "key": "key_hash",
    "kind": "kind",
}
"""What entries are summed by, and where an entry has it. The model is the one that answered, else the requested one."""

ROLLED_AS = {**DIMENSIONS, "model": "model"}
"""Where a sum has it."""

SUMS = "attempts unverified charged_nano upstream_nano input_tokens output_tokens".split()

ADDENDS = (
    "CASE WHEN attempt > 0 THEN 1 ELSE 0 END",
    "CASE WHEN source = 'hold' THEN 1 ELSE 0 END",
    "coalesce(charged_nano, 0)",
    "coalesce(upstream_nano, 0)",
    "coalesce(input_tokens, 0)",
    "coalesce(output_tokens, 0)",
)
"""What one entry adds to each of `SUMS`."""


class Cube(NamedTuple):
    """Sums for each window and each combination of some dimensions."""

    name: str
    window: Window
    dimensions: frozenset[str]


CUBES = (
    Cube("month", Window.MONTH, frozenset({"model", "provider", "user", "node", "key", "kind"})),
    Cube("thread", Window.MONTH, frozenset({"thread", "user"})),
    Cube("tag", Window.DAY, frozenset({"tag", "model"})),
    Cube("day", Window.DAY, frozenset({"model", "user", "key", "kind"})),
    Cube("hour", Window.HOUR, frozenset({"model", "provider", "node", "key", "kind"})),
)
"""From the coarsest, which has the fewest rows to add up."""

_KEY = ("cube", "start", *ROLLED_AS.values())
_ADD = (
    f"INSERT INTO spend_rollup ({', '.join([*_KEY, *SUMS])}) VALUES ({','.join('?' * (len(_KEY) + len(SUMS)))}) "
    f"ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET "
    + ", ".join(f"{name} = spend_rollup.{name} + excluded.{name}" for name in SUMS)
)
_ENDED = (
    f"SELECT id, held_at, {', '.join(sql for name, sql in DIMENSIONS.items() if name != 'tag')}, {', '.join(ADDENDS)} "
    f"FROM spend_entry WHERE rolled = 0 AND NOT {OPEN} ORDER BY held_at, id LIMIT ?"
)
_NAMES = [name for name in DIMENSIONS if name != "tag"]
_TAG = "tag:"


def roll_up(connection: Connection) -> bool:
    """Add entries that have ended to their sums, as a task of its own; whether there may be more."""
    ended = connection.fetch(_ENDED, (PART,))
    ids = [row[0] for row in ended]
    tags: dict[str, list[str]] = defaultdict(list)
    for entry_id, scope in fetch_in(connection, "SELECT entry_id, scope FROM spend_label WHERE entry_id IN", ids):
        if scope.startswith(_TAG):
            tags[entry_id].append(scope.removeprefix(_TAG))
    sums: dict[Row, list[int]] = {}
    for row in ended:
        addends = row[-len(SUMS) :]
        for key in _keys(row, tags.get(row[0]) or [""]):
            total = sums.setdefault(key, [0] * len(SUMS))
            total[:] = map(int.__add__, total, addends)
    connection.run_many(_ADD, [(*key, *total) for key, total in sorted(sums.items())])
    connection.run_many("UPDATE spend_entry SET rolled = 1 WHERE id = ?", [(one,) for one in ids])
    return len(ended) == PART


def _keys(row: Row, tags: Iterable[str]) -> Iterator[Row]:
    """The sums that an entry is part of; of those by tag, one for each."""
    held_at, *values = row[1 : 2 + len(_NAMES)]
    named = dict(zip(_NAMES, (value or "" for value in values), strict=True))
    for cube in CUBES:
        start = window_start(cube.window, held_at)
        for tag in tags if "tag" in cube.dimensions else [""]:
            both = {**named, "tag": tag}
            yield (cube.name, start, *(both[name] if name in cube.dimensions else "" for name in ROLLED_AS))
