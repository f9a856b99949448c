"""Which ledger a command reads."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from langchain_openrouter import SpendLedger

_VARIABLE = "OPENROUTER_LEDGER"

LedgerOption = Annotated[
    str | None,
    typer.Option(
        "--ledger",
        metavar="URL",
        help=f"sqlite:///FILE, a path or postgresql://... (default: {_VARIABLE}, else the file in your data folder).",
    ),
]


def open_ledger(url: str | None, *, create: bool = False) -> SpendLedger:
    """Open a ledger; what only reads makes none, so that nobody takes a name that is mistyped for no spending.

    Args:
        url: Where it is; `None` is where the environment says, else the default file.
        create: Whether it is made where there is none.

    Raises:
        ConfigurationError: The URL is none.
        LedgerError: The ledger cannot be opened.
    """
    from langchain_openrouter import SpendLedger

    return SpendLedger(url or os.environ.get(_VARIABLE, "").strip() or None, create=create)
