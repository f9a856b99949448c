"""`response_format`: the shape that an answer is to have.

Source: https://openrouter.ai/docs/features/structured-outputs
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Any

from langchain_core.utils.function_calling import convert_to_json_schema
from pydantic import TypeAdapter

from langchain_openrouter._wire.types import Wire
from langchain_openrouter.errors import RequestError

_KINDS = frozenset({"text", "json_object", "json_schema", "grammar", "python"})
"""Types of a `response_format` on the wire; another `type` is that of a JSON schema."""

_LONGEST_NAME = 64
"""Characters: OpenRouter's limit for the name of a schema."""


def render_response_format(wanted: object, *, strict: bool | None = None) -> Wire:
    """Render a Pydantic class, a `TypedDict` class, a dataclass, a JSON schema, or what the wire has for it.

    Args:
        wanted: One of these.
        strict: Whether the provider must hold to the schema; `None` leaves it to the provider.

    Raises:
        RequestError: It is none of these.
    """
    if isinstance(wanted, Mapping):
        if wanted.get("type") in _KINDS:
            return dict(wanted)
        if isinstance(wanted.get("schema"), Mapping) and "name" in wanted:
            return {"type": "json_schema", "json_schema": dict(wanted)}
    schema = describe_schema(wanted, strict=strict)
    envelope: Wire = {"name": str(schema.get("title", "answer"))[:_LONGEST_NAME], "schema": schema}
    if "description" in schema:
        envelope["description"] = schema["description"]
    if strict is not None:
        envelope["strict"] = strict
    return {"type": "json_schema", "json_schema": envelope}


def describe_schema(wanted: object, *, strict: bool | None = None) -> Wire:
    """Describe a class, or complete a JSON schema that has no name.

    Raises:
        RequestError: It is no schema.
    """
    if isinstance(wanted, type) and is_dataclass(wanted):
        wanted = TypeAdapter(wanted).json_schema()
    try:
        return convert_to_json_schema(with_title(wanted), strict=strict)
    except (AttributeError, KeyError, NameError, TypeError, ValueError) as error:
        raise RequestError(
            "A response_format must be a Pydantic class, a TypedDict class, a dataclass, a JSON schema or a dict like "
            f"{{'type': 'json_object'}}; {repr(wanted)[:200]} is none of them: {error}"
        ) from error


def with_title(schema: Any) -> Any:  # noqa: ANN401 - a schema of any form, of the same form again
    """Give a JSON schema a name, which the wire wants and a plain schema need not have."""
    if isinstance(schema, Mapping) and not {"title", "name", "function"} & schema.keys():
        return {**schema, "title": "answer"}
    return schema
