"""Choosing entries, and going through them a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TypeAlias, TypedDict

from langchain_openrouter.errors import ConfigurationError
from langchain_openrouter.spend.entry import EntryState
from langchain_openrouter.spend.journal import OPEN, fetch_records, scope_condition
from langchain_openrouter.spend.names import stored_name
from langchain_openrouter.spend.record import Record
from langchain_openrouter.spend.store import Store
from langchain_openrouter.spend.windows import parse_moment

PAGE = 500
"""Entries that are read at a time."""

Moment: TypeAlias = datetime | date | timedelta | str
"""A time (UTC without a time zone), a day, how long ago (`timedelta`, `"30m"`, `"24h"`, `"7d"`), or ISO text."""


class EntryFilters(TypedDict, total=False):
    """What entries are chosen by. All that is given must be met; `None` is not asked."""

    state: EntryState | str | None
    """`held`, `settled`, `released` or `unknown`."""
    model: str | None
    """The model that answered, else the one that was requested."""
    user: str | None
    thread: str | None
    node: str | None
    tag: str | None
    key: str | None
    """The first 16 hexadecimal digits of the key's SHA-256."""
    span: str | None
    """The id of a `with ledger.budget(...)` block."""
    provider: str | None
    kind: str | None
    """`chat`, `embeddings`, `rerank` or `adjustment`."""
    since: Moment | None
    """The earliest time of announcement."""
    until: Moment | None
    """The first time that is not wanted any more."""


_LABELS = frozenset({"tag", "span"})
_SCOPES = frozenset({"user", "thread", "node", "key"})
_COLUMNS = {"model": "coalesce(model, requested_model)", "provider": "provider", "kind": "kind"}
_TIMES = {"since": "held_at >= ?", "until": "held_at < ?"}


class _Choice:
    """A query: where entries come from, what they have, and what puts them in order."""

    def __init__(self) -> None:
        self.source = ""
        self.order = "held_at", "id"
        self.conditions = ["1 = 1"]
        self.parameters: list[str | int | None] = []

    def add(self, condition: str, parameters: list[str | int | None]) -> None:
        self.conditions.append(condition)
        self.parameters += parameters

    def add_label(self, scope: str) -> None:
        """Go through the entries of a label, which is in order of their announcement."""
        if self.source:
            self.add(*scope_condition(scope))
            return
        self.source = "JOIN spend_label ON entry_id = id"
        self.order = "announced_at", "entry_id"
        self.add("scope = ?", [scope])


def select(
    store: Store, filters: EntryFilters, now: int, *, limit: int | None = None, newest_first: bool = False
) -> Iterator[Record]:
    """Go through entries in the order of their announcement. Between two pages nothing is kept open.

    Args:
        store: Where to read.
        filters: Which entries.
        now: Microseconds since 1970, from which `since="7d"` counts.
        limit: How many at most; `None` is all.
        newest_first: Whether to go backwards.

    Raises:
        ConfigurationError: A filter is none.
        LedgerError: The ledger cannot be read.
    """
    if limit is not None and limit < 0:
        raise ConfigurationError(f"limit is how many entries at most, at least 0, not {limit}.")
    choice = _Choice()
    for name, value in filters.items():
        if name not in EntryFilters.__annotations__:
            known = ", ".join(EntryFilters.__annotations__)
            raise ConfigurationError(f"Entries are chosen by {known}, not by {name!r}.")
        if value is not None:
            _choose(choice, name, value, now)
    return _pages(store, choice, limit, newest_first=newest_first)


def _pages(store: Store, choice: _Choice, limit: int | None, *, newest_first: bool) -> Iterator[Record]:
    direction, beyond = ("DESC", "<") if newest_first else ("ASC", ">")
    time, key = choice.order
    where, values, left = list(choice.conditions), list(choice.parameters), limit
    while left is None or left > 0:
        size = PAGE if left is None else min(PAGE, left)
        rest = f"{choice.source} WHERE {' AND '.join(where)} ORDER BY {time} {direction}, {key} {direction} LIMIT ?"
        with store.reading() as connection:
            page = list(fetch_records(connection, rest, [*values, size]))
        yield from page
        if len(page) < size:
            return
        left = None if left is None else left - size
        where = [*choice.conditions, f"({time}, {key}) {beyond} (?, ?)"]
        values = [*choice.parameters, page[-1].held_at, page[-1].id]


def _choose(choice: _Choice, name: str, value: object, now: int) -> None:
    if name in _TIMES:
        choice.add(_TIMES[name], [parse_moment(value, now)])
    elif not isinstance(value, str):
        raise ConfigurationError(f"{name} is a text, not {value!r}.")
    elif name == "state":
        choice.add(*_state_condition(value))
    elif name in _LABELS:
        choice.add_label(f"{name}:{stored_name(value)}")
    elif name in _SCOPES:
        choice.add(*scope_condition(f"{name}:{stored_name(value)}"))
    else:
        choice.add(f"{_COLUMNS[name]} = ?", [stored_name(value)])


def _state_condition(value: str) -> tuple[str, list[str | int | None]]:
    try:
        state = EntryState(value)
    except ValueError:
        raise ConfigurationError(f"A state is {', '.join(EntryState)}, not {value!r}.") from None
    # the index of open entries is used where a query asks for it in its own words
    is_open = state in (EntryState.HELD, EntryState.UNKNOWN)
    return f"state = ?{f' AND {OPEN}' if is_open else ''}", [state.value]
