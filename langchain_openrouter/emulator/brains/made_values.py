"""Values that are made up where the text holds none: within bounds, of the right length, one of the members."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Final

from langchain_openrouter.emulator.brain import JSON
from langchain_openrouter.emulator.brains.schema import Schema, fits_bounds
from langchain_openrouter.emulator.brains.wording import shorten

# What people say for the members of the most common enumeration.
_SENTIMENTS: Final = {
    "positive": re.compile(
        r"\b(?:love|like|great|good|happy|excellent|wonderful|amazing|best|enjoy\w*)\b", re.IGNORECASE
    ),
    "negative": re.compile(r"\b(?:hate|bad|terrible|awful|sad|angry|worst|broken|poor|disappoint\w*)\b", re.IGNORECASE),
}
_NEGATION: Final = r"\b(?:no|not|without|never|disable|don't|isn't|false)\b"


def likely_member(members: Sequence[JSON], name: str, text: str, default: JSON = None) -> JSON:
    """Choose the member of an enumeration that the text speaks of, else the default, else the first."""
    spoken = [(match.start(), at) for at, member in enumerate(members) if (match := _spoken(member, text))]
    if spoken:
        return members[min(spoken)[1]]
    felt = [
        m for m in members if isinstance(m, str) and m.lower() in _SENTIMENTS and _SENTIMENTS[m.lower()].search(text)
    ]
    if felt:
        return felt[0]
    if not name and default is None:
        return members[0] if members else None
    return default if default in members and default is not None else next(iter(members), None)


def _spoken(member: JSON, text: str) -> re.Match[str] | None:
    words = str(member).replace("_", " ")
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text, re.IGNORECASE) if words else None


def flag_in_text(name: str, text: str) -> bool:
    """Whether a text turns a flag on: it speaks of it, and does not say "no" or "without"."""
    words = r"[ _-]?".join(map(re.escape, filter(None, re.split(r"[_\W]+", name.lower()))))
    if not words:
        return not re.search(_NEGATION, text, re.IGNORECASE)
    spoken = re.search(rf"(?:({_NEGATION})\s+(?:\w+\s+)?)?\b{words}\w*(?:\s*(?:=|:|is)\s*(\w+))?", text, re.IGNORECASE)
    if spoken is None:
        return False
    return not spoken.group(1) and (spoken.group(2) or "").lower() not in {"false", "no", "not", "off"}


def number_within(schema: Schema, *, whole: bool) -> int | float:
    """The number nearest to 1 that a schema allows; 1 where it allows none."""
    step = schema.get("multipleOf")
    stride = Fraction(step) if isinstance(step, int | float) and step > 0 else Fraction(1)
    low, high = _bound(schema, "minimum", "exclusiveMinimum", max), _bound(schema, "maximum", "exclusiveMaximum", min)
    middle = (low + high) / 2 if low is not None and high is not None else None
    anchors = [Fraction(1), Fraction(0), *(bound for bound in (low, high, middle) if bound is not None)]
    candidates = [anchor for anchor in anchors if not isinstance(step, int | float)]
    candidates += [math.floor(anchor / stride) * stride + at * stride for anchor in anchors for at in (0, 1, -1, 2)]
    for candidate in candidates:
        number = _as_number(candidate, whole=whole)
        if number is not None and fits_bounds(number, schema):
            return number
    return 1


def _bound(
    schema: Schema, inclusive: str, exclusive: str, choose: Callable[[list[Fraction]], Fraction]
) -> Fraction | None:
    bounds = [
        Fraction(bound)
        for key in (inclusive, exclusive)
        if isinstance(bound := schema.get(key), int | float) and not isinstance(bound, bool) and math.isfinite(bound)
    ]
    return choose(bounds) if bounds else None


def _as_number(value: Fraction, *, whole: bool) -> int | float | None:
    if value.denominator == 1:
        return value.numerator
    return None if whole else float(value)


def text_of_length(text: str, schema: Schema) -> str:
    """Cut or lengthen a text to what `minLength` and `maxLength` allow."""
    least, most = schema.get("minLength"), schema.get("maxLength")
    text = shorten(text)
    if isinstance(most, int | float) and len(text) > most:
        text = text[: int(most)]
    return text.ljust(int(least), ".") if isinstance(least, int | float) else text
