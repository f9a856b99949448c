"""JSON schemas: references and `allOf` made plain, and whether a value is valid."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Final, TypeAlias

from langchain_openrouter.emulator.brain import JSON
from langchain_openrouter.emulator.brains.pattern import matches

Schema: TypeAlias = Mapping[str, JSON]
_MAX_REFERENCES: Final = 32


def is_schema(value: JSON) -> bool:
    """Whether a JSON value can be a schema: an object or a boolean."""
    return isinstance(value, Mapping | bool)


def as_schema(value: JSON) -> Schema:
    """Read a schema; `true` allows everything, `false` nothing."""
    if isinstance(value, Mapping):
        return value
    return {"not": {}} if value is False else {}


def listed(value: JSON) -> Sequence[JSON]:
    """The entries of a JSON array; none where it is none."""
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def plain(schema: Schema, root: Schema) -> Schema:
    """Follow `$ref` and merge `allOf`, so that all keywords of a schema stand side by side."""
    for _ in range(_MAX_REFERENCES):
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            break
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        schema = merged(_resolve(reference, root), beside)
    parts = listed(schema.get("allOf"))
    if not parts:
        return schema
    whole: Schema = {key: value for key, value in schema.items() if key != "allOf"}
    for part in parts:
        whole = merged(whole, plain(as_schema(part), root))
    return whole


def _resolve(reference: str, root: Schema) -> Schema:
    found: JSON = root
    for step in reference.removeprefix("#").split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        found = found.get(key) if isinstance(found, Mapping) else None
    return as_schema(found)


def merged(one: Schema, other: Schema) -> Schema:
    """Join two schemas into one that is valid where both are."""
    whole = dict(one)
    for key, value in other.items():
        join = _JOINS.get(key)
        whole[key] = join(whole[key], value) if key in whole and join else value
    return whole


def _join_properties(one: JSON, other: JSON) -> JSON:
    left, right = as_schema(one), as_schema(other)
    shared = {name: {"allOf": [left[name], right[name]]} for name in left if name in right}
    return {**left, **right, **shared}


def _join_types(one: JSON, other: JSON) -> JSON:
    left, right = ([value] if isinstance(value, str) else listed(value) for value in (one, other))
    both = [kind for kind in left if kind in right]
    if not both and {*left} | {*right} >= {"integer", "number"}:
        both = ["integer"]
    return both[0] if len(both) == 1 else both


def _join_numbers(choose: Callable[[float, float], float]) -> Callable[[JSON, JSON], JSON]:
    return lambda one, other: (
        choose(one, other) if isinstance(one, int | float) and isinstance(other, int | float) else other
    )


_JOINS: Final[Mapping[str, Callable[[JSON, JSON], JSON]]] = {
    "properties": _join_properties,
    "type": _join_types,
    "required": lambda one, other: list(dict.fromkeys([*listed(one), *listed(other)])),
    "enum": lambda one, other: [value for value in listed(one) if value in listed(other)],
    "allOf": lambda one, other: [*listed(one), *listed(other)],
    "items": lambda one, other: {"allOf": [one, other]},
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), _join_numbers(max)),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), _join_numbers(min)),
}


def type_of(value: JSON) -> str:
    """The JSON type of a value; whole numbers are integers."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "integer" if value.is_integer() else "number"
        case str():
            return "string"
    return "object" if isinstance(value, Mapping) else "array"


def is_valid(value: JSON, schema: Schema, root: Schema) -> bool:
    """Whether a value fits a schema, by the keywords that tool schemas use."""
    schema = plain(schema, root)
    kinds = [schema["type"]] if isinstance(schema.get("type"), str) else listed(schema.get("type"))
    kind = type_of(value)
    if kinds and kind not in kinds and not (kind == "integer" and "number" in kinds):
        return False
    if "const" in schema and not _same(value, schema["const"]):
        return False
    if "enum" in schema and not any(_same(value, allowed) for allowed in listed(schema["enum"])):
        return False
    return _fits_combined(value, schema, root) and _fits_kind(value, schema, root)


def _same(one: JSON, other: JSON) -> bool:
    return one == other and (type_of(one) == "boolean") == (type_of(other) == "boolean")


def _fits_combined(value: JSON, schema: Schema, root: Schema) -> bool:
    if "not" in schema and is_valid(value, as_schema(schema["not"]), root):
        return False
    any_of, one_of = (listed(schema.get(key)) for key in ("anyOf", "oneOf"))
    if any_of and not any(is_valid(value, as_schema(option), root) for option in any_of):
        return False
    return not one_of or sum(is_valid(value, as_schema(option), root) for option in one_of) == 1


def _fits_kind(value: JSON, schema: Schema, root: Schema) -> bool:
    match value:
        case bool() | None:
            return True
        case int() | float():
            return fits_bounds(value, schema)
        case str():
            pattern = schema.get("pattern")
            fits_pattern = not isinstance(pattern, str) or matches(pattern, value)
            return _fits_size(len(value), schema, "Length") and fits_pattern
        case Mapping():
            return _fits_object(value, schema, root)
    return _fits_array(listed(value), schema, root)


def fits_bounds(value: float, schema: Schema) -> bool:
    """Whether a number is within the bounds of a schema, and a multiple of what it asks for."""
    checks: tuple[tuple[str, Callable[[float, float], bool]], ...] = (
        ("minimum", lambda number, bound: number >= bound),
        ("maximum", lambda number, bound: number <= bound),
        ("exclusiveMinimum", lambda number, bound: number > bound),
        ("exclusiveMaximum", lambda number, bound: number < bound),
        ("multipleOf", lambda number, step: step == 0 or Fraction(number) % Fraction(step) == 0),
    )
    return math.isfinite(value) and all(
        fits(value, bound)
        for key, fits in checks
        if isinstance(bound := schema.get(key), int | float) and not isinstance(bound, bool)
    )


def _fits_size(size: int, schema: Schema, noun: str) -> bool:
    least, most = schema.get(f"min{noun}"), schema.get(f"max{noun}")
    return (not isinstance(least, int | float) or size >= least) and (not isinstance(most, int | float) or size <= most)


def _fits_object(value: Mapping[str, JSON], schema: Schema, root: Schema) -> bool:
    properties = as_schema(schema.get("properties", {}))
    others = as_schema(schema.get("additionalProperties", True))
    return (
        all(name in value for name in listed(schema.get("required")))
        and _fits_size(len(value), schema, "Properties")
        and all(is_valid(field, as_schema(properties.get(name, others)), root) for name, field in value.items())
    )


def _fits_array(value: Sequence[JSON], schema: Schema, root: Schema) -> bool:
    leading = listed(schema.get("prefixItems"))
    others = as_schema(schema.get("items", True))
    if schema.get("uniqueItems") and any(_same(one, other) for at, one in enumerate(value) for other in value[:at]):
        return False
    return _fits_size(len(value), schema, "Items") and all(
        is_valid(item, as_schema(leading[at]) if at < len(leading) else others, root) for at, item in enumerate(value)
    )
