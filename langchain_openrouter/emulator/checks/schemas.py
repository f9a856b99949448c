"""The JSON Schemas of output formats and tools, as OpenAI's endpoints judge them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

SCHEMA_TYPES = frozenset({"object", "array", "string", "number", "integer", "boolean", "null"})
_COMBINED = ("anyOf", "oneOf", "allOf")
_NAMED = ("properties", "$defs", "definitions")

Context = tuple[str, ...]


def schema_problem(schema: Mapping[str, object], *, strict: bool) -> str | None:
    """The first thing that is wrong with a schema; `None`: nothing.

    Args:
        schema: A JSON Schema.
        strict: Whether every object must forbid other keys and require all of its own.
    """
    for context, part in _parts(schema, ()):
        problem = _type_problem(part) or (_strict_problem(part, context) if strict else None)
        if problem is not None:
            return problem
    return None


def _parts(schema: Mapping[str, object], context: Context) -> Iterator[tuple[Context, Mapping[str, object]]]:
    """The schema and all schemas within it, each with the way to it."""
    yield context, schema
    for key, value in schema.items():
        named = value if key in _NAMED and isinstance(value, Mapping) else {}
        listed = value if key in _COMBINED and isinstance(value, list) else []
        inner: list[tuple[Context, object]] = [((key, str(name)), part) for name, part in named.items()]
        inner += [((key, str(index)), part) for index, part in enumerate(listed)]
        inner += [((key,), value)] if key == "items" else []
        for step, part in inner:
            if isinstance(part, Mapping):
                yield from _parts(part, context + step)


def _type_problem(part: Mapping[str, object]) -> str | None:
    kinds = part.get("type")
    unknown = [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if kind not in {*SCHEMA_TYPES, None}]
    return f"'{unknown[0]}' is not valid under any of the given schemas." if unknown else None


def _strict_problem(part: Mapping[str, object], context: Context) -> str | None:
    properties = part.get("properties")
    if part.get("type") != "object" and not isinstance(properties, Mapping):
        return None
    if part.get("additionalProperties") is not False:
        return f"In context={context}, 'additionalProperties' is required to be supplied and to be false."
    required = part.get("required")
    named = required if isinstance(required, list) else []
    missing = [name for name in properties if name not in named] if isinstance(properties, Mapping) else []
    if missing:
        return (
            f"In context={context}, 'required' is required to be supplied and to be an array including every key in "
            f"properties. Missing '{missing[0]}'."
        )
    return None
