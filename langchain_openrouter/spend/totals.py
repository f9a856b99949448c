"""Adding up: what was spent, by whatever people ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from langchain_openrouter.errors import ConfigurationError
from langchain_openrouter.spend.database import Connection, Row
from langchain_openrouter.spend.journal import OPEN
from langchain_openrouter.spend.rollup import ADDENDS, CUBES, DIMENSIONS, LABELS, ROLLED_AS, Cube
from langchain_openrouter.spend.windows import DAY, HOUR, from_micros, to_date

_GRAINS = {"hour": HOUR, "day": DAY, "month": DAY}
"""Microseconds by which times are grouped in the database; months are made of days afterwards."""
BY = (*DIMENSIONS, *_GRAINS)
"""What can be asked for."""

_ENTRY_SUMS = ", ".join(
    f"sum({addend})"
    for addend in (
        *ADDENDS.values(),
        "CASE WHEN state = 'held' THEN 1 ELSE 0 END",
        "CASE WHEN state = 'unknown' THEN 1 ELSE 0 END",
        f"CASE WHEN {OPEN} THEN coalesce(hold_nano, 0) ELSE 0 END",
    )
)
_ROLLED_SUMS = ", ".join([*(f"sum({name})" for name in ADDENDS), "0", "0", "0"])

Group = tuple[str | date | datetime | None, ...]
"""What a sum is of, in the order that was asked for."""


class Sums(NamedTuple):
    """What entries add up to, in whole nano-USD and tokens."""

    attempts: int = 0
    unverified: int = 0
    charged_nano: int = 0
    upstream_nano: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    under_way: int = 0
    unknown: int = 0
    held_nano: int = 0


class Range(NamedTuple):
    """Microseconds from `since` to before `until`; `None` is without end."""

    since: int | None
    until: int | None


def add_up(connection: Connection, by: Sequence[str], span: Range) -> dict[Group, Sums]:
    """Add up what was announced in a range of time.

    Sums that were made before are used where they can be; entries make up for the rest.

    Args:
        connection: Where to read, in a transaction.
        by: Some of `BY`.
        span: From when to when.
    """
    found: dict[Group, Sequence[int]] = {}
    values, width = [_VALUES.get(name, _name) for name in by], len(by)
    for row in _rows(connection, by, span):
        group = tuple([value(key) for value, key in zip(values, row, strict=False)])
        known, sums = found.get(group), row[width:]
        found[group] = sums if known is None else [one + other for one, other in zip(known, sums, strict=True)]
    # Postgres adds up to another kind of number
    return {group: Sums(*map(int, sums)) for group, sums in found.items()}


def check_by(by: str | Iterable[str]) -> tuple[str, ...]:
    """Make sure of what is asked for.

    Raises:
        ConfigurationError: Something cannot be asked for.
    """
    names = tuple(part.strip() for part in by.split(",")) if isinstance(by, str) else tuple(by)
    for name in names:
        if name not in BY:
            raise ConfigurationError(f"Spending is added up by {', '.join(BY)}, not by {name!r}.")
    return tuple(dict.fromkeys(names))


def _rows(connection: Connection, by: Sequence[str], span: Range) -> Iterator[Row]:
    cube = _choose(by, span)
    if cube is None:
        yield from _entry_rows(connection, by, "1 = 1", span)
        return
    inner = _inside(cube.grain, span)
    yield from _cube_rows(connection, cube, by, inner)
    yield from _entry_rows(connection, by, "rolled = 0", span)
    if span.since != inner.since:
        yield from _entry_rows(connection, by, "rolled = 1", Range(span.since, inner.since))
    if span.until != inner.until:
        yield from _entry_rows(connection, by, "rolled = 1", Range(inner.until, span.until))


def _choose(by: Sequence[str], span: Range) -> Cube | None:
    """The cube with the fewest rows to add up that can tell; `None` where only entries can."""
    names = {name for name in by if name in DIMENSIONS}
    finest = min((_GRAINS[name] for name in by if name in _GRAINS), default=None)
    for cube in CUBES:
        # what has several tags is in the sums of each
        tells = names <= cube.dimensions and ("tag" in names) == ("tag" in cube.dimensions)
        if tells and _is_fine_enough(cube.grain, finest, span):
            return cube
    return None


def _is_fine_enough(grain: int | None, finest: int | None, span: Range) -> bool:
    if grain is None:
        return finest is None and span == (None, None)
    return (finest is None or grain <= finest) and _holds(_inside(grain, span))


def _inside(grain: int | None, span: Range) -> Range:
    """The whole stretches of time in a range."""
    if grain is None:
        return span
    since, until = span
    return Range(
        None if since is None else -(-since // grain) * grain, None if until is None else until // grain * grain
    )


def _holds(span: Range) -> bool:
    return span.since is None or span.until is None or span.since < span.until


def _cube_rows(connection: Connection, cube: Cube, by: Sequence[str], span: Range) -> list[Row]:
    columns = [f"start / {_GRAINS[name]}" if name in _GRAINS else ROLLED_AS[name] for name in by]
    return _grouped(connection, columns, _ROLLED_SUMS, "spend_rollup WHERE cube = ?", [cube.name], "start", span)


def _entry_rows(connection: Connection, by: Sequence[str], condition: str, span: Range) -> list[Row]:
    columns = [_entry_column(name) for name in by]
    table = f"spend_entry{LABELS if 'tag' in by else ''} WHERE {condition}"
    return _grouped(connection, columns, _ENTRY_SUMS, table, [], "held_at", span)


def _entry_column(name: str) -> str:
    if name in _GRAINS:
        return f"held_at / {_GRAINS[name]}"
    return DIMENSIONS[name]


def _grouped(
    connection: Connection,
    columns: Sequence[str],
    sums: str,
    table: str,
    parameters: Sequence[str],
    time: str,
    span: Range,
) -> list[Row]:
    values: list[str | int | None] = list(parameters)
    sql = f"SELECT {', '.join([*columns, sums])} FROM {table}"
    for comparison, moment in ((">=", span.since), ("<", span.until)):
        if moment is not None:
            sql += f" AND {time} {comparison} ?"
            values.append(moment)
    if columns:
        return connection.fetch(
            f"{sql} GROUP BY {', '.join(str(number + 1) for number in range(len(columns)))}", values
        )
    # without groups there is a row even if there is nothing to add up
    return [row for row in connection.fetch(sql, values) if row[0] is not None]


def _name(key: str | None) -> str | None:
    return key or None


_VALUES: dict[str, Callable[[Any], str | date | datetime | None]] = {
    "hour": lambda hour: from_micros(int(hour) * HOUR),
    "day": lambda day: to_date(int(day) * DAY),
    "month": lambda day: f"{to_date(int(day) * DAY):%Y-%m}",
}
"""What a group is called whose key in the database is no name."""
