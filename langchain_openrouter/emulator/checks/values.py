"""One value of a request against what is allowed there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "integer", "boolean", "string", "array", "object", "string or array", "string or object"]

_NAMES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
    (list, "array"),
    (dict, "object"),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a parameter may be. `null` is the same as leaving it out."""

    name: str
    kind: Kind
    low: float | None = None
    high: float | None = None
    """For strings and arrays: the greatest length (of the array alone where both are allowed)."""
    above: bool = False
    """Whether `low` itself is too low."""
    choices: tuple[str, ...] = ()
    """Strings that are allowed; none given: all are."""

    def problem(self, value: object, path: str = "") -> str | None:
        """What is wrong with a value, in OpenRouter's words; `None`: nothing."""
        where = f"{path}{self.name}"
        if value is None:
            return None
        received = type_name(value)
        if not _is_kind(received, self.kind):
            return f"{where}: Invalid input: expected {self.kind}, received {received}"
        if isinstance(value, (int, float)):
            return self._range_problem(where, value)
        if self._is_too_long(value):
            return f"{where}: Too big: expected {received} to have at most {self.high:g} items or characters"
        if self.choices and isinstance(value, str) and value not in self.choices:
            allowed = "|".join(f'"{choice}"' for choice in self.choices)
            return f"{where}: Invalid option: expected one of {allowed}"
        return None

    def _is_too_long(self, value: object) -> bool:
        if isinstance(value, list) or (isinstance(value, str) and self.kind == "string"):
            return self.high is not None and len(value) > self.high
        return False

    def _range_problem(self, where: str, value: float) -> str | None:
        if self.low is not None and (value <= self.low if self.above else value < self.low):
            return f"Expected {where} to be {'above' if self.above else 'at least'} {self.low:g}, received {value:g}"
        if self.high is not None and value > self.high:
            return f"Expected {where} to be at most {self.high:g}, received {value:g}"
        return None


def type_name(value: object) -> str:
    """The JSON name of a value's type."""
    return next((name for types, name in _NAMES if isinstance(value, types)), "null")


def first_problem(rules: tuple[Rule, ...], values: Mapping[str, object], path: str = "") -> str | None:
    """The first problem with the values that have a rule."""
    problems = (rule.problem(values.get(rule.name), path) for rule in rules)
    return next((problem for problem in problems if problem is not None), None)


def unknown_keys(rules: tuple[Rule, ...], values: Mapping[str, object], path: str) -> str | None:
    """A complaint about keys without a rule, for schemas that are closed."""
    names = {rule.name for rule in rules}
    extra = ", ".join(f'"{key}"' for key in values if key not in names)
    return f"{path}: Unrecognized key(s) in object: {extra}" if extra else None


def _is_kind(received: str, kind: Kind) -> bool:
    return received in kind.split(" or ") or (received == "integer" and kind == "number")
