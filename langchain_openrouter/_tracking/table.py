"""What calls cost as a table of models: HTML for notebooks, and rich's for terminals that have it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from langchain_openrouter import _sortable_table
from langchain_openrouter._sortable_table import Column
from langchain_openrouter._tracking.spending import Spending

if TYPE_CHECKING:
    from rich.table import Table


class _Row(NamedTuple):
    model: str | None
    spending: Spending


_COLUMNS: tuple[Column[_Row], ...] = (
    Column("model", lambda row: row.model),
    Column("attempts", lambda row: row.spending.attempts, is_right=True),
    Column("tokens in", lambda row: row.spending.input_tokens, is_right=True),
    Column("tokens out", lambda row: row.spending.output_tokens, is_right=True),
    Column("USD", lambda row: row.spending.cost, is_right=True),
    Column("of unknown cost", lambda row: row.spending.unknown, is_right=True),
)


def html_table(title: str, by_model: Mapping[str | None, Spending]) -> str:
    """A table whose headings sort it."""
    return _sortable_table.html_table(_COLUMNS, map(_Row._make, by_model.items()), caption=title)


def rich_table(title: str, by_model: Mapping[str | None, Spending]) -> Table:
    """A table for the terminal.

    Raises:
        ImportError: rich is not installed.
    """
    return _sortable_table.rich_table(title, _COLUMNS, map(_Row._make, by_model.items()))
