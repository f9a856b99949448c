"""Arguments for any JSON schema: valid first, and taken from the text wherever something there fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from langchain_openrouter.emulator.brain import JSON
from langchain_openrouter.emulator.brains.clues import Clues
from langchain_openrouter.emulator.brains.made_values import (
    flag_in_text,
    likely_member,
    number_within,
    text_of_length,
)
from langchain_openrouter.emulator.brains.pattern import text_for_pattern
from langchain_openrouter.emulator.brains.schema import Schema, as_schema, is_valid, listed, plain

_MAX_DEPTH: Final = 6
_MAX_NAMED_ITEMS: Final = 10
_FORMATS: Final = {
    "date": "2024-01-01",
    "date-time": "2024-01-01T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "P1D",
    "email": "someone@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_FORMAT_SHAPES: Final = {
    "date": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "date-time": re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}.*"),
    "time": re.compile(r"\d{2}:\d{2}:\d{2}.*"),
    "email": re.compile(r"[^@\s]+@[^@\s]+"),
    "uri": re.compile(r"[a-z][a-z0-9+.-]*:\S+"),
    "url": re.compile(r"[a-z][a-z0-9+.-]*:\S+"),
    "uuid": re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
}


def fill_arguments(schema: Schema, clues: Clues) -> dict[str, JSON]:
    """Form the arguments of a call: an object that is valid for a schema."""
    value = fill(schema, clues)
    return dict(value) if isinstance(value, Mapping) else {}


def fill(schema: Schema, clues: Clues) -> JSON:
    """Form a value of any type that is valid for a schema, for all schemas that are not contradictory."""
    return _Filler(schema, clues).value("", schema, 0)


@dataclass(slots=True)
class _Filler:
    root: Schema
    clues: Clues
    _kinds: Mapping[str, Callable[[str, Schema, int], JSON]] = field(init=False)

    def __post_init__(self) -> None:
        self._kinds = {
            "object": self._object,
            "array": self._array,
            "string": self._string,
            "integer": self._number,
            "number": self._number,
            "boolean": lambda name, _schema, _depth: flag_in_text(name, self.clues.text),
            "null": lambda _name, _schema, _depth: None,
        }

    def value(self, name: str, schema: Schema, depth: int) -> JSON:
        """Form a value for the parameter of this name."""
        schema = plain(schema, self.root)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return likely_member(self._members(schema), name, self.clues.text, schema.get("default"))
        options = self._options(schema)
        if options:
            return self._first_valid(name, schema, options, depth)
        return self._kinds[_kind(schema)](name, schema, depth)

    def _members(self, schema: Schema) -> list[JSON]:
        bare = {key: value for key, value in schema.items() if key != "enum"}
        members = listed(schema["enum"])
        return [member for member in members if is_valid(member, bare, self.root)] or list(members)

    def _options(self, schema: Schema) -> list[Schema]:
        """The schemas to choose from, each with all that stands beside the choice."""
        for key in ("anyOf", "oneOf"):
            if listed(schema.get(key)):
                beside = {word: value for word, value in schema.items() if word not in {key, "default", "title"}}
                return [{"allOf": [as_schema(option), beside]} for option in listed(schema[key])]
        kinds = listed(schema.get("type"))
        return [{**schema, "type": kind} for kind in kinds]

    def _first_valid(self, name: str, schema: Schema, options: Sequence[Schema], depth: int) -> JSON:
        flat = [plain(option, self.root) for option in options]
        nulls_first = not self._is_told(name, schema) or depth > _MAX_DEPTH
        if any(option.get("type") == "null" for option in flat):
            flat.sort(key=lambda option: (option.get("type") == "null") != nulls_first)
        if depth > _MAX_DEPTH:
            flat.sort(key=lambda option: _kind(option) in {"object", "array"})
        made: JSON = None
        for option in flat:
            made = self.value(name, option, depth + 1)
            if is_valid(made, schema, self.root):
                return made
        return made

    def _is_told(self, name: str, schema: Schema) -> bool:
        """Whether the text holds something for just this parameter."""
        clues = self.clues
        if clues.mentions(name) or clues.texts_for(name) or clues.number_beside(name) is not None:
            return True
        members = listed(plain(schema, self.root).get("enum"))
        return any(re.search(rf"\b{re.escape(str(member))}\b", clues.text, re.IGNORECASE) for member in members)

    def _object(self, _name: str, schema: Schema, depth: int) -> JSON:
        properties = as_schema(schema.get("properties", {}))
        required = [str(name) for name in listed(schema.get("required"))]
        made: dict[str, JSON] = {}
        for name, described in properties.items():
            if name in required or (depth <= _MAX_DEPTH and self._is_told(name, as_schema(described))):
                made[name] = self.value(name, as_schema(described), depth + 1)
        others = as_schema(schema.get("additionalProperties", True))
        for name in required:
            if name not in made:
                made[name] = self.value(name, others, depth + 1)
        return self._resized(made, properties, others, required, schema, depth)

    def _resized(
        self,
        made: dict[str, JSON],
        properties: Schema,
        others: Schema,
        required: Sequence[str],
        schema: Schema,
        depth: int,
    ) -> JSON:
        """Add fields up to `minProperties`; drop optional ones that do not fit or are beyond `maxProperties`."""
        for name in [name for name in made if name not in required]:
            too_many = _size(schema, "maxProperties", len(made)) < len(made)
            if too_many or not is_valid(made[name], as_schema(properties.get(name, others)), self.root):
                del made[name]
        spare = [name for name in properties if name not in made]
        names = (*spare, *(f"key_{number}" for number in range(1, 1 + _size(schema, "minProperties", 0))))
        for name in names:
            if len(made) >= _size(schema, "minProperties", 0):
                break
            made.setdefault(name, self.value(name, as_schema(properties.get(name, others)), depth + 1))
        return made

    def _array(self, name: str, schema: Schema, depth: int) -> JSON:
        leading = [as_schema(item) for item in listed(schema.get("prefixItems"))]
        least, most = _size(schema, "minItems", 0), _size(schema, "maxItems", _MAX_NAMED_ITEMS)
        items = as_schema(schema.get("items", True))
        wanted = min(most, self._count_items(plain(items, self.root))) if depth <= _MAX_DEPTH else 0
        if not leading and not wanted and items != {} and depth < 2:  # noqa: PLR2004  # nested lists may stay empty
            wanted = min(most, 1)
        made = [self.value(name, item, depth + 1) for item in leading[: max(least, min(len(leading), most))]]
        while len(made) < max(least, wanted):
            made.append(self.value(name, items, depth + 1))
        return self._distinct(made, items) if schema.get("uniqueItems") else made

    def _count_items(self, items: Schema) -> int:
        kind = _kind(items)
        if kind in {"integer", "number"}:
            return len(self.clues.numbers_left)
        if kind == "object":
            has_name = any("name" in name.lower() for name in as_schema(items.get("properties", {})))
            return len(self.clues.texts_left) if has_name else 0
        return len(self.clues.texts_left) if kind == "string" and "enum" not in items else 0

    def _distinct(self, made: list[JSON], items: Schema) -> list[JSON]:
        """Replace repeated items by others that are valid."""
        distinct: list[JSON] = []
        for item in made:
            if item not in distinct:
                distinct.append(item)
        plain_items = plain(items, self.root)
        spare = [*listed(plain_items.get("enum")), *self._variants(plain_items, len(made) * 2)]
        for value in spare:
            if len(distinct) < len(made) and value not in distinct and is_valid(value, items, self.root):
                distinct.append(value)
        return distinct

    @staticmethod
    def _variants(items: Schema, count: int) -> list[JSON]:
        kind = _kind(items)
        if kind in {"integer", "number"}:
            start = number_within(items, whole=kind == "integer")
            step = items.get("multipleOf")
            stride = step if isinstance(step, int | float) and step else 1
            return [start + sign * at * stride for at in range(count) for sign in (1, -1)]
        if kind == "boolean":
            return [True, False]
        return [text_of_length(f"{at}-example", items) for at in range(count)]

    def _number(self, name: str, schema: Schema, _depth: int) -> JSON:
        whole = _kind(schema) == "integer"

        def fits(number: float) -> bool:
            return (not whole or float(number).is_integer()) and is_valid(number, schema, self.root)

        beside = self.clues.number_beside(name) if name else None
        found = beside if beside is not None and fits(beside) else None
        if found is not None:
            self.clues.take_number(lambda number: number == found)
        else:
            default = schema.get("default")
            if isinstance(default, int | float) and is_valid(default, schema, self.root):
                return default
            found = self.clues.take_number(fits)
        if found is None:
            return number_within(schema, whole=whole)
        return int(found) if whole else found

    def _string(self, name: str, schema: Schema, _depth: int) -> JSON:
        shape = _FORMAT_SHAPES.get(str(schema.get("format")))

        def fits(text: str) -> bool:
            return bool(text) and is_valid(text, schema, self.root) and (shape is None or bool(shape.fullmatch(text)))

        clues = self.clues
        wishes = [wish for wish in (clues.text_beside(name) if name else None, *clues.texts_for(name)) if wish]
        found = next(filter(fits, wishes), None)
        default = schema.get("default")
        if found is None and isinstance(default, str):
            return default
        if found is None:
            found = clues.take_text(fits)
        if found is not None:
            clues.use(found)
            return found
        return _made_text(schema, [*wishes, clues.text.strip(), name])


def _made_text(schema: Schema, wishes: Sequence[str]) -> str:
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        return text_for_pattern(pattern, [wish for wish in wishes if is_valid(wish, schema, schema)])
    formatted = _FORMATS.get(str(schema.get("format")))
    return formatted or text_of_length(next(filter(None, wishes), "example"), schema)


def _kind(schema: Schema) -> str:
    """The type to form: the one that is asked for, or the one whose keywords are there."""
    kind = schema.get("type")
    if isinstance(kind, str) and kind in {"object", "array", "string", "integer", "number", "boolean", "null"}:
        return kind
    if listed(kind):
        return str(listed(kind)[0])
    telling = (
        ("object", ("properties", "required")),
        ("array", ("items", "prefixItems")),
        ("number", ("minimum", "maximum")),
    )
    return next((kind for kind, words in telling if any(word in schema for word in words)), "string")


def _size(schema: Schema, key: str, otherwise: int) -> int:
    size = schema.get(key)
    return int(size) if isinstance(size, int | float) else otherwise
