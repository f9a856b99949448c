"""Models as a table: HTML for notebooks, and rich's for terminals that have it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from langchain_openrouter.model_info import ModelInfo

if TYPE_CHECKING:
    from rich.table import Table

_MILLION = Decimal(1_000_000)


class _Column(NamedTuple):
    title: str
    read: Callable[[ModelInfo], str | Decimal | int | None]


_COLUMNS = (
    _Column("model", lambda info: info.id),
    _Column("context", lambda info: info.context_length),
    _Column("prompt, USD/M", lambda info: _per_million(info.pricing.prompt)),
    _Column("answer, USD/M", lambda info: _per_million(info.pricing.completion)),
    _Column("takes", lambda info: " ".join(info.input_modalities)),
    _Column("gives", lambda info: " ".join(info.output_modalities)),
    _Column("tools", lambda info: _mark(info, "tools")),
    _Column("schemas", lambda info: _mark(info, "structured_outputs")),
)

_SORT = (
    "const t=this.closest('table'),b=t.tBodies[0],i=this.cellIndex,d=this.dataset.up=this.dataset.up==1?-1:1,"
    "k=r=>{const v=r.cells[i].dataset.v;return v===''?null:isNaN(v)?v:+v};"
    "[...b.rows].sort((x,y)=>{const p=k(x),q=k(y);"
    "return p===q?0:p===null?1:q===null?-1:(p<q?-1:1)*d}).forEach(r=>b.append(r))"
)
"""Sorts the table by the heading that is clicked; unknown values stay last."""


def html_table(models: Iterable[ModelInfo]) -> str:
    """A table whose headings sort it."""
    heading = "".join(
        f'<th style="cursor:pointer" onclick="{escape(_SORT)}">{escape(column.title)}</th>' for column in _COLUMNS
    )
    rows = "".join(f"<tr>{''.join(map(_html_cell, _COLUMNS, [info] * len(_COLUMNS)))}</tr>" for info in models)
    return f"<table><thead><tr>{heading}</tr></thead><tbody>{rows}</tbody></table>"


def rich_table(models: Sequence[ModelInfo]) -> Table:
    """A table for the terminal.

    Raises:
        ImportError: rich is not installed.
    """
    from rich.table import Table
    from rich.text import Text

    table = Table(title=f"{len(models)} models")
    for column in _COLUMNS:
        table.add_column(column.title, justify="right" if "USD" in column.title else "left", overflow="fold")
    for info in models:
        table.add_row(*(Text(_shown(column.read(info))) for column in _COLUMNS))
    return table


def _html_cell(column: _Column, info: ModelInfo) -> str:
    value = column.read(info)
    sorted_by = f"{value:f}" if isinstance(value, Decimal) else "" if value is None else str(value)
    return f'<td data-v="{escape(sorted_by)}">{escape(_shown(value))}</td>'


def _shown(value: str | Decimal | int | None) -> str:
    if value is None:
        return "?"
    if isinstance(value, str):
        return value
    return f"{value:,d}" if isinstance(value, int) else f"{value:,f}"


def _per_million(price: Decimal | None) -> Decimal | None:
    return None if price is None else (price * _MILLION).normalize()


def _mark(info: ModelInfo, parameter: str) -> str:
    return "yes" if info.supports(parameter) else ""
