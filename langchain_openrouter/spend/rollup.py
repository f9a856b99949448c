"""Sums of entries that have ended, by what people ask for. They are made some time later, off the way of calls.

An entry that has ended never changes, so it is added to its sums once. Until then it is counted as it stands.
"""

from __future__ import annotations

from typing import NamedTuple

from langchain_openrouter.spend.database import Connection
from langchain_openrouter.spend.journal import OPEN, prune_counters
from langchain_openrouter.spend.windows import DAY, HOUR

PART = 500
"""Entries that are added at a time."""

DIMENSIONS = {
    "model": "coalesce(model, requested_model, '')",
    "provider": "provider",
    "user": "user_id",
    "thread": "thread_id",
    "node": "node",
    "tag": "substr(scope, 5)",
    "key": "key_hash",
    "kind": "kind",
}
"""What entries are summed by, and where an entry has it. The model is the one that answered, else the requested one.

It is not the expression of an index, or SQLite would go through all entries in that order rather than sort a few.
"""

ROLLED_AS = {**DIMENSIONS, "model": "model", "tag": "tag"}
"""Where a sum has it."""

LABELS = " LEFT JOIN spend_label ON entry_id = id AND scope >= 'tag:' AND scope < 'tag;'"
"""Gives an entry a row for each of its tags, and one without a tag where it has none."""

ADDENDS = {
    "attempts": "CASE WHEN attempt > 0 THEN 1 ELSE 0 END",
    "unverified": "CASE WHEN source = 'hold' THEN 1 ELSE 0 END",
    "charged_nano": "coalesce(charged_nano, 0)",
    "upstream_nano": "coalesce(upstream_nano, 0)",
    "input_tokens": "coalesce(input_tokens, 0)",
    "output_tokens": "coalesce(output_tokens, 0)",
}
"""What is summed, and what one entry adds to it."""


class Cube(NamedTuple):
    """Sums for each combination of some dimensions, in each stretch of time."""

    name: str
    grain: int | None
    """Microseconds of a stretch; `None` is all time."""
    dimensions: frozenset[str]


CUBES = (
    Cube("hour", HOUR, frozenset()),
    Cube("thread", None, frozenset({"thread"})),
    Cube("model,user", None, frozenset({"model", "user"})),
    Cube("user by day", DAY, frozenset({"user"})),
    Cube("provider by day", DAY, frozenset({"model", "provider", "key", "kind"})),
    Cube("node by day", DAY, frozenset({"model", "node"})),
    Cube("tag by day", DAY, frozenset({"tag", "model"})),
    Cube("model,user by day", DAY, frozenset({"model", "user"})),
    Cube("model by hour", HOUR, frozenset({"model"})),
)
"""The first that can tell something has the fewest rows to add up."""

_KEY = ("cube", "start", *ROLLED_AS.values())
_ENDED = f"rolled = 0 AND NOT {OPEN}"
_UP_TO = f"{_ENDED} AND (held_at, id) <= (?, ?)"
_LAST = f"SELECT held_at, id FROM spend_entry WHERE {_ENDED} ORDER BY held_at, id LIMIT 1 OFFSET ?"


def roll_up(connection: Connection) -> bool:
    """Add entries that have ended to their sums, as a task of its own; whether there may be more."""
    last = connection.fetch(_LAST, (PART - 1,))
    if not last:
        return False
    for statement in _STATEMENTS:
        connection.run(statement, last[0])
    connection.run(f"UPDATE spend_entry SET rolled = 1 WHERE {_UP_TO}", last[0])
    prune_counters(connection)
    return True


def _statement(cube: Cube) -> str:
    start = "0" if cube.grain is None else f"held_at / {cube.grain} * {cube.grain}"
    values = [f"coalesce({sql}, '')" if name in cube.dimensions else "''" for name, sql in DIMENSIONS.items()]
    sums = [f"sum({addend})" for addend in ADDENDS.values()]
    # groups by number: the start, and the values after it
    groups = ", ".join(str(number) for number in range(2, 3 + len(values)))
    return (
        f"INSERT INTO spend_rollup ({', '.join([*_KEY, *ADDENDS])}) "
        f"SELECT '{cube.name}', {', '.join([start, *values, *sums])} "
        f"FROM spend_entry{LABELS if 'tag' in cube.dimensions else ''} WHERE {_UP_TO} GROUP BY {groups} "
        f"ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET "
        + ", ".join(f"{name} = spend_rollup.{name} + excluded.{name}" for name in ADDENDS)
    )


_STATEMENTS = tuple(map(_statement, CUBES))
