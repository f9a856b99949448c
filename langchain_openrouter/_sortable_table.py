"""A table of things alike: HTML that sorts for notebooks, and rich's for terminals that have it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from rich.table import Table

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column: its heading, and what a row has in it. `None` is shown as unknown."""

    title: str
    read: Callable[[Row], str | Decimal | int | None]
    is_right: bool = False
    """Whether a terminal shows it at the right."""


_SORT = (
    "const t=this.closest('table'),b=t.tBodies[0],i=this.cellIndex,d=this.dataset.up=this.dataset.up==1?-1:1,"
    "k=r=>{const v=r.cells[i].dataset.v;return v===''?null:isNaN(v)?v:+v};"
    "[...b.rows].sort((x,y)=>{const p=k(x),q=k(y);"
    "return p===q?0:p===null?1:q===null?-1:(p<q?-1:1)*d}).forEach(r=>b.append(r))"
)
"""Sorts the table by the heading that is clicked; unknown values stay last."""


def html_table(columns: Sequence[Column[Row]], rows: Iterable[Row], *, caption: str = "") -> str:
    """A table whose headings sort it."""
    heading = "".join(
        f'<th style="cursor:pointer" onclick="{escape(_SORT)}">{escape(column.title)}</th>' for column in columns
    )
    body = "".join(f"<tr>{''.join(_html_cell(column.read(row)) for column in columns)}</tr>" for row in rows)
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{heading}</tr></thead><tbody>{body}</tbody></table>"


def rich_table(title: str, columns: Sequence[Column[Row]], rows: Iterable[Row]) -> Table:
    """A table for the terminal. Where it is narrow, texts are folded and numbers are not.

    Raises:
        ImportError: rich is not installed.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        if column.is_right:
            table.add_column("\n".join(column.title.replace(",", "").split()), justify="right", no_wrap=True)
        else:
            table.add_column(column.title, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_shown(column.read(row))) for column in columns))
    return table


def text_table(columns: Sequence[Column[Row]], rows: Iterable[Row]) -> str:
    """A table of plain text, which is no wider than what it holds."""
    lines = [[column.title for column in columns], *([_shown(column.read(row)) for column in columns] for row in rows)]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column.is_right else cell.ljust(width)
            for column, cell, width in zip(columns, line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def _html_cell(value: str | Decimal | int | None) -> str:
    sorted_by = f"{value:f}" if isinstance(value, Decimal) else "" if value is None else str(value)
    return f'<td data-v="{escape(sorted_by)}">{escape(_shown(value))}</td>'


def _shown(value: str | Decimal | int | None) -> str:
    if value is None:
        return "?"
    if isinstance(value, str):
        return value
    return f"{value:,d}" if isinstance(value, int) else f"{value:,f}"
