"""Adding up: what was spent, by whatever people ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import NamedTuple

from langchain_openrouter.errors import ConfigurationError
from langchain_openrouter.spend.database import Connection, Row
from langchain_openrouter.spend.journal import OPEN
from langchain_openrouter.spend.rollup import ADDENDS, CUBES, DIMENSIONS, ROLLED_AS, SUMS, Cube
from langchain_openrouter.spend.windows import DAY, HOUR, Window, from_micros, to_date, window_end, window_start

_GRAINS = {"hour": HOUR, "day": DAY, "month": DAY}
"""Microseconds by which times are grouped in the database; months are made of days afterwards."""
_FINENESS = {Window.HOUR: 0, Window.DAY: 1, Window.MONTH: 2}
BY = (*DIMENSIONS, *_GRAINS)
"""What can be asked for."""

_LABELS = " LEFT JOIN spend_label ON entry_id = id AND scope >= 'tag:' AND scope < 'tag;'"
_TAG = "substr(scope, 5)"
_ENTRY_SUMS = ", ".join(
    f"sum({addend})"
    for addend in (
        *ADDENDS,
        "CASE WHEN state = 'held' THEN 1 ELSE 0 END",
        "CASE WHEN state = 'unknown' THEN 1 ELSE 0 END",
        f"CASE WHEN {OPEN} THEN coalesce(hold_nano, 0) ELSE 0 END",
    )
)
_ROLLED_SUMS = ", ".join([*(f"sum({name})" for name in SUMS), "0", "0", "0"])

Group = tuple[str | date | datetime | None, ...]
"""What a sum is of, in the order that was asked for."""


@dataclass(slots=True)
class Sums:
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

    def add(self, other: Sums) -> None:
        """Add what others add up to."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


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
    found: dict[Group, Sums] = {}
    for row in _rows(connection, by, span):
        keys, sums = row[: len(by)], Sums(*map(int, row[len(by) :]))
        group = tuple(_value(name, key) for name, key in zip(by, keys, strict=True))
        if (known := found.get(group)) is not None:
            known.add(sums)
        else:
            found[group] = sums
    return found


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
    inner = _inside(cube.window, span)
    yield from _cube_rows(connection, cube, by, inner)
    yield from _entry_rows(connection, by, "rolled = 0", span)
    if span.since != inner.since:
        yield from _entry_rows(connection, by, "rolled = 1", Range(span.since, inner.since))
    if span.until != inner.until:
        yield from _entry_rows(connection, by, "rolled = 1", Range(inner.until, span.until))


def _choose(by: Sequence[str], span: Range) -> Cube | None:
    """The cube with the fewest rows to add up that can tell; `None` where only entries can."""
    names = {name for name in by if name in DIMENSIONS}
    finest = min((_FINENESS[Window(name)] for name in by if name in _GRAINS), default=2)
    fitting = [cube for cube in CUBES if _tells(cube, names) and _FINENESS[cube.window] <= finest]
    if span != (None, None):
        # the ends of the range are entries, of which a day has fewer than a month
        fitting.sort(key=lambda cube: cube.window is Window.MONTH)
    return next((cube for cube in fitting if _holds(_inside(cube.window, span))), None)


def _tells(cube: Cube, names: set[str]) -> bool:
    # what has several tags is in the sums of each
    return names <= cube.dimensions and ("tag" in names) == ("tag" in cube.dimensions)


def _inside(window: Window, span: Range) -> Range:
    """The whole windows of a range."""
    since, until = span
    if since is not None and (start := window_start(window, since)) != since:
        since = window_end(window, start)
    return Range(since, None if until is None else window_start(window, until))


def _holds(span: Range) -> bool:
    return span.since is None or span.until is None or span.since < span.until


def _cube_rows(connection: Connection, cube: Cube, by: Sequence[str], span: Range) -> list[Row]:
    columns = [f"start / {_GRAINS[name]}" if name in _GRAINS else ROLLED_AS[name] for name in by]
    return _grouped(connection, columns, _ROLLED_SUMS, "spend_rollup WHERE cube = ?", [cube.name], "start", span)


def _entry_rows(connection: Connection, by: Sequence[str], condition: str, span: Range) -> list[Row]:
    columns = [_entry_column(name) for name in by]
    table = f"spend_entry{_LABELS if 'tag' in by else ''} WHERE {condition}"
    return _grouped(connection, columns, _ENTRY_SUMS, table, [], "held_at", span)


def _entry_column(name: str) -> str:
    if name in _GRAINS:
        return f"held_at / {_GRAINS[name]}"
    return _TAG if name == "tag" else DIMENSIONS[name]


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


def _value(name: str, key: str | int | None) -> str | date | datetime | None:
    """What a group is called: names as they are, hours as times, days as dates, months as `2026-11`."""
    if name not in _GRAINS:
        return str(key) if key else None
    micros = int(key or 0) * _GRAINS[name]
    if name == "hour":
        return from_micros(micros)
    return to_date(micros) if name == "day" else f"{to_date(micros):%Y-%m}"
