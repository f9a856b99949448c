"""Results for programs: one JSON document on standard output."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import typer

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document; USD are strings, times ISO in UTC.")]


def print_json(document: Mapping[str, object]) -> None:
    """Write a document. Amounts are strings of all their digits, times ISO; whatever is not known is null."""
    typer.echo(json.dumps(document, indent=2, default=_plain))


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")
