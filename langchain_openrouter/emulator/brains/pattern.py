"""Texts for the `pattern` of a JSON schema: the shortest text that a simple regular expression describes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_CANDIDATES: Final = (
    "a A 0 1 1.0 abc ABC Abc 12 123 1234 12345 12:00 12:00:00 2024-01-01 2024-01-01T12:00:00Z"
    " a@example.com https://example.com +15550100 #ffffff 127.0.0.1 1.0.0 example"
).split()
_CLASSES: Final = {"d": "0", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a"}
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r"}
_QUANTIFIER: Final = re.compile(r"(?:\*|\+|\?|\{(\d*)(?:,\d*)?\})[?+]?")
_SAMPLES: Final = "aA0-_ .:/@#,+*bz9"


def matches(pattern: str, text: str) -> bool:
    """Whether a text fits a pattern; a pattern that Python cannot read fits everything."""
    try:
        return re.search(pattern, text) is not None
    except (re.error, RecursionError, OverflowError):
        return True


def text_for_pattern(pattern: str, wishes: Sequence[str] = ()) -> str:
    """Find a text that fits a pattern: one of the wishes if it can be, else a common one, else one made for it."""
    for text in (*wishes, *_CANDIDATES, ""):
        if matches(pattern, text):
            return text
    made = _Writer(pattern).alternatives()
    return made if matches(pattern, made) else next(iter(wishes), "")


@dataclass(slots=True)
class _Writer:
    """Reads a pattern from left to right and writes the least that each part asks for."""

    pattern: str
    at: int = 0

    def alternatives(self) -> str:
        """Write the first of the alternatives, and read over the others."""
        first = self._sequence()
        while self._next() == "|":
            self.at += 1
            self._sequence()
        return first

    def _sequence(self) -> str:
        written = ""
        while self._next() not in {"", "|", ")"}:
            part = self._part()
            written += part * self._least()
        return written

    def _next(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _take(self) -> str:
        self.at += 1
        return self.pattern[self.at - 1 : self.at]

    def _part(self) -> str:
        match sign := self._take():
            case "^" | "$":
                return ""
            case ".":
                return "a"
            case "(":
                return self._group()
            case "[":
                return self._choice()
            case "\\":
                return self._escaped()
        return sign

    def _escaped(self) -> str:
        sign = self._take()
        return "" if sign in {"b", "B", "A", "Z"} else _CLASSES.get(sign, _ESCAPES.get(sign, sign))

    def _group(self) -> str:
        opening = re.compile(r"\?(?:P?<\w+>|[:=!]|<[=!])").match(self.pattern, self.at)
        looks = bool(opening and opening.group()[-1] in "=!")
        self.at = opening.end() if opening else self.at
        written = self.alternatives()
        self.at += 1
        return "" if looks else written

    def _choice(self) -> str:
        end = self.pattern.find("]", self.at + (2 if self._next() == "^" else 1))
        allowed = self.pattern[self.at : end] if end > 0 else self.pattern[self.at :]
        self.at = end + 1 if end > 0 else len(self.pattern)
        first = _CLASSES.get(allowed[1:2], allowed[1:2]) if allowed.startswith("\\") else allowed[:1]
        samples = (first, *_SAMPLES)
        return next((sample for sample in samples if sample and matches(f"^[{allowed}]$", sample)), "")

    def _least(self) -> int:
        quantifier = _QUANTIFIER.match(self.pattern, self.at)
        if quantifier is None:
            return 1
        self.at = quantifier.end()
        if quantifier.group(1) is not None:
            return min(int(quantifier.group(1) or 0), 10_000)
        return int(quantifier.group().startswith("+"))
