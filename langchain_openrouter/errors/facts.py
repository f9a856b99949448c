"""Reads what an error carries: objects that came over the wire, which may hold anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def object_of(value: object) -> Mapping[str, Any]:
    """The object that a value is; an empty one where it is none."""
    return value if isinstance(value, Mapping) else {}


def text_of(value: object) -> str | None:
    """The text that a value is; `None` where it is none or has no characters."""
    return value if isinstance(value, str) and value else None


def texts_of(value: object) -> tuple[str, ...]:
    """The texts in a list; one text alone counts as a list of one."""
    values = value if isinstance(value, list) else [value]
    return tuple(one for one in values if isinstance(one, str) and one)
