"""What was spent, as a table to read, to show and to reckon with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from langchain_openrouter import _sortable_table
from langchain_openrouter._sortable_table import Column
from langchain_openrouter.spend.nano import usd_from_nano
from langchain_openrouter.spend.totals import Group, Range, Sums
from langchain_openrouter.spend.windows import from_micros

if TYPE_CHECKING:
    from rich.table import Table

Name: TypeAlias = str | date | datetime | None


class SpendRow(NamedTuple):
    """What one group of attempts cost."""

    by: Mapping[str, Name]
    """What the group has in common, such as `{"model": "openai/gpt-5-mini"}`. `None` is not known, or none."""
    cost_usd: Decimal
    """USD that OpenRouter charged, as far as that is known."""
    upstream_usd: Decimal
    """USD that providers charged to one's own keys."""
    held_usd: Decimal
    """USD that attempts under way, and those whose cost is unknown, may still cost."""
    attempts: int
    """HTTP attempts; corrections are none."""
    input_tokens: int
    output_tokens: int
    under_way: int
    """Attempts whose end is to come."""
    unknown: int
    """Attempts whose end nobody saw, and which nobody has looked up yet."""
    unverified: int
    """Attempts that were booked at their hold, since OpenRouter has no record of them."""


class SpendTable(Sequence[SpendRow]):
    """Rows, the dearest first, or in the order of time. A notebook shows a table, and so does `rich.print`.

    Attempts with several tags are in the row of each, so that rows by tag add up to more than the total.
    """

    def __init__(
        self,
        by: tuple[str, ...],
        rows: Sequence[SpendRow],
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> None:
        self.by = by
        """What the rows are by."""
        self.rows = tuple(rows)
        self.since = since
        """From when attempts were counted, in UTC; `None` is from the beginning."""
        self.until = until
        """Until before when; `None` is without end."""

    def to_dicts(self) -> list[dict[str, Name | Decimal | int]]:
        """The rows as dicts, for `pandas.DataFrame` and its like."""
        return [{**row.by, **{name: getattr(row, name) for name in _NUMBERS}} for row in self.rows]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[SpendRow]:
        return iter(self.rows)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN204 - the overloads of Sequence
        return self.rows[index]

    def __repr__(self) -> str:
        return _sortable_table.text_table(self._columns(), self.rows)

    def _repr_html_(self) -> str:
        return _sortable_table.html_table(self._columns(), self.rows)

    def __rich__(self) -> Table:
        return _sortable_table.rich_table("spent", self._columns(), self.rows)

    def _columns(self) -> list[Column[SpendRow]]:
        return [
            *map(_named, self.by),
            *(column for column in _COLUMNS if column.title in _ALWAYS or any(map(column.read, self.rows))),
        ]


def spend_table(by: tuple[str, ...], found: Mapping[Group, Sums], span: Range) -> SpendTable:
    """Make a table of sums."""
    times = [place for place, name in enumerate(by) if name in ("hour", "day", "month")]

    def order(item: tuple[Group, Sums]) -> tuple[list[str], int, list[str]]:
        names = [*map(str, item[0])]
        return [names[place] for place in times], -item[1].charged_nano, names

    rows = [_row(dict(zip(by, group, strict=True)), sums) for group, sums in sorted(found.items(), key=order)]
    return SpendTable(by, rows, *(None if moment is None else from_micros(moment) for moment in span))


def _row(by: dict[str, Name], sums: Sums) -> SpendRow:
    return SpendRow(
        by=by,
        cost_usd=usd_from_nano(sums.charged_nano),
        upstream_usd=usd_from_nano(sums.upstream_nano),
        held_usd=usd_from_nano(sums.held_nano),
        attempts=sums.attempts,
        input_tokens=sums.input_tokens,
        output_tokens=sums.output_tokens,
        under_way=sums.under_way,
        unknown=sums.unknown,
        unverified=sums.unverified,
    )


_COLUMNS: tuple[Column[SpendRow], ...] = (
    Column("cost, USD", lambda row: row.cost_usd, is_right=True),
    Column("own keys, USD", lambda row: row.upstream_usd, is_right=True),
    Column("attempts", lambda row: row.attempts, is_right=True),
    Column("tokens in", lambda row: row.input_tokens, is_right=True),
    Column("tokens out", lambda row: row.output_tokens, is_right=True),
    Column("held, USD", lambda row: row.held_usd, is_right=True),
    Column("under way", lambda row: row.under_way, is_right=True),
    Column("unknown", lambda row: row.unknown, is_right=True),
    Column("unverified", lambda row: row.unverified, is_right=True),
)
_ALWAYS = frozenset({"cost, USD", "attempts", "tokens in", "tokens out"})
"""Columns that are shown even where all is nothing."""
_NUMBERS = ("cost_usd upstream_usd held_usd attempts input_tokens output_tokens under_way unknown unverified").split()


def _named(name: str) -> Column[SpendRow]:
    return Column(name, lambda row: _shown(row.by[name]))


def _shown(name: Name) -> str | None:
    return f"{name:%Y-%m-%d %H:%M}" if isinstance(name, datetime) else None if name is None else str(name)
