"""Models as a table: HTML for notebooks, and rich's for terminals that have it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from langchain_openrouter import _sortable_table
from langchain_openrouter._sortable_table import Column
from langchain_openrouter.model_info import ModelInfo

if TYPE_CHECKING:
    from rich.table import Table

_MILLION = Decimal(1_000_000)

_COLUMNS: tuple[Column[ModelInfo], ...] = (
    Column("model", lambda info: info.id),
    Column("context", lambda info: info.context_length, is_right=True),
    Column("prompt, USD/M", lambda info: _per_million(info.pricing.prompt), is_right=True),
    Column("answer, USD/M", lambda info: _per_million(info.pricing.completion), is_right=True),
    Column("takes", lambda info: " ".join(info.input_modalities)),
    Column("gives", lambda info: " ".join(info.output_modalities)),
    Column("tools", lambda info: _mark(info, "tools")),
    Column("schemas", lambda info: _mark(info, "structured_outputs")),
)


def html_table(models: Iterable[ModelInfo]) -> str:
    """A table whose headings sort it."""
    return _sortable_table.html_table(_COLUMNS, models)


def rich_table(models: Sequence[ModelInfo]) -> Table:
    """A table for the terminal.

    Raises:
        ImportError: rich is not installed.
    """
    return _sortable_table.rich_table(f"{len(models)} models", _COLUMNS, models)


def _per_million(price: Decimal | None) -> Decimal | None:
    return None if price is None else (price * _MILLION).normalize()


def _mark(info: ModelInfo, parameter: str) -> str:
    return "yes" if info.supports(parameter) else ""
