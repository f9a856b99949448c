"""Names for what goes over the wire. Answers are read tolerantly: any key may be missing, null or unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

PROVIDER = "openrouter"
"""What LangChain calls whoever made a message, in `model_provider`."""

Wire: TypeAlias = dict[str, Any]
"""A JSON object as decoded; its values are checked where they are read."""

ReadOnlyWire: TypeAlias = Mapping[str, Any]
"""A JSON object that is only read."""


def as_object(value: object) -> Wire:
    """Take a wire value for an object; anything else, null included, is an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """Take a wire value for an array; anything else, null included, is an empty one."""
    return value if isinstance(value, list) else []
