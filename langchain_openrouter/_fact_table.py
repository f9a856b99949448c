"""One thing as a table of its facts: HTML for notebooks, and rich's for terminals that have it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

Facts = Mapping[str, str | None]
"""What stands in the table, by the name of each fact; `None` leaves a fact out."""


def html_facts(title: str, facts: Facts) -> str:
    """A table for notebooks."""
    rows = "".join(
        f'<tr><th style="text-align:left">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in facts.items()
        if value is not None
    )
    return f"<table><caption>{escape(title)}</caption><tbody>{rows}</tbody></table>"


def rich_facts(title: str, facts: Facts) -> Table:
    """A table for the terminal.

    Raises:
        ImportError: rich is not installed.
    """
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, show_header=False)
    for name, value in facts.items():
        if value is not None:
            table.add_row(Text(name, style="bold"), Text(value))
    return table
