"""What a text offers to fill parameters with: values beside their names, quotations, names, numbers, places, dates."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from langchain_openrouter.emulator.brains.arithmetic import find_expressions
from langchain_openrouter.emulator.brains.jokes import joke_about, joke_topic
from langchain_openrouter.emulator.brains.numerals import NUMBER, find_numbers, spell_digits, to_number
from langchain_openrouter.emulator.brains.wording import find_names, find_quotations, shorten

_Value = TypeVar("_Value")

_PLACE: Final = re.compile(
    r"\b(?:in|at|for|to|from|of|near|around|visiting|visit)\s+(?:the\s+(?:city of\s+)?)?(?=[^\W\d_])"
)
_LOWER_PLACE: Final = re.compile(
    r"\b(?:in|at|near|for)\s+(?:the\s+)?([^\W\d_]+(?: [^\W\d_]+)?)\s*(?:[?.!,]|$|\btoday|\bnow)"
)
_CALLED: Final = re.compile(
    r"\b(?:named|called|name is|i am|i'm|my name's)\s+([^\s,.!?;()]+(?:\s[A-Z]\w+)*)", re.IGNORECASE
)
_STYLE: Final = re.compile(r"\b(?:style|tone|voice|manner) of (?:an? |the )?([\w' -]+)|\b(?:like|as) an? ([\w'-]+)")
_GENERATED: Final = re.compile(
    r"\b(?:generate|write|make|create|give me|tell me)\s+(?:an?|the|some)\s+([\w'-]+)", re.IGNORECASE
)
_TOPIC: Final = re.compile(r"\b(?:about|on|regarding|concerning)\s+(?:an?\s+|the\s+)?([^,.?!;:]+)", re.IGNORECASE)
_AFTER_COLON: Final = re.compile(r":\s+(\S.*)", re.DOTALL)
_AGED: Final = re.compile(
    r"\b(\d{1,3})[- ](?:years?|yrs?)[- ]old\b|\baged? (?:is |of |: ?)?(\d{1,3})\b|\bis (\d{1,3})\b"
)
_SEARCH_FOR: Final = re.compile(r"^(?:please\s+)?(?:search|look up|look|find)(?: the web)?(?: for)?\s+", re.IGNORECASE)
_FORMS: Final = {
    "email": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    "url": re.compile(r"https?://[^\s\"'<>)]+"),
    "date": re.compile(r"\b\d{4}-\d{2}-\d{2}\b"),
    "time": re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?\b"),
    "phone": re.compile(r"\+?\d[\d ()-]{6,}\d"),
    "path": re.compile(r"(?<!\w)(?:[~.]?/)?[\w.-]+(?:/[\w.-]+)+|\b[\w-]+\.[a-z]{2,4}\b"),
}


@dataclass(slots=True)
class Clues:
    """The values that a text offers. Numbers, quotations and names are given out once, in the order of the text."""

    text: str
    reply: str = ""
    """What would be said to the text in plain words; fills parameters such as `answer`."""
    _numbers: list[int | float] = field(init=False)
    _quotations: list[str] = field(init=False)
    _names: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self._numbers = find_numbers(self.text)
        self._quotations = find_quotations(self.text)
        self._names = find_names(self.text)

    def take_number(self, fits: Callable[[int | float], bool]) -> int | float | None:
        """Give out the next number that fits."""
        return _take(self._numbers, fits)

    def take_text(self, fits: Callable[[str], bool]) -> str | None:
        """Give out the next quotation that fits, or else the next name."""
        quotation = _take(self._quotations, fits)
        if quotation is not None:
            self._names = [name for name in self._names if name not in quotation]
            return quotation
        return _take(self._names, fits)

    def use(self, value: str) -> None:
        """Take a value out of what is still to give out."""
        self._quotations = [quotation for quotation in self._quotations if quotation != value]
        self._names = [name for name in self._names if name not in value]

    @property
    def texts_left(self) -> list[str]:
        """Quotations or, where there are none, names that were not given out yet."""
        return list(self._quotations or self._names)

    @property
    def numbers_left(self) -> list[int | float]:
        """Numbers that were not given out yet."""
        return list(self._numbers)

    def mentions(self, name: str) -> bool:
        """Whether the text says the words of a parameter's name."""
        return re.search(rf"\b{_spelled(name)}\b", self.text, re.IGNORECASE) is not None

    def number_beside(self, name: str) -> int | float | None:
        """The number that stands beside a parameter's name: "a = 3", "input of 5", "3 days"; ages also as "aged 36"."""
        text = spell_digits(self.text)
        if name.lower() in {"age", "years"} and (aged := _AGED.search(text)):
            return int(next(filter(None, aged.groups())))
        digits = NUMBER.pattern
        after = rf"\b{_spelled(name)}\b\s*(?:is|are|=|:|of|to|was|equals)?\s*({digits})"
        before = rf"({digits})\s+{_spelled(name)}\b"
        for pattern in (after, before):
            if match := re.search(pattern, text, re.IGNORECASE):
                return to_number(match.group(1))
        return None

    def text_beside(self, name: str) -> str | None:
        """The text that stands beside a parameter's name: "title is X", "unit: celsius"."""
        connector = r"\s*(?:=|:|\bis\b|\bas\b|\bshould be\b|\bset to\b)\s*"
        match = re.search(rf"\b{_spelled(name)}\b{connector}(.+)", self.text, re.IGNORECASE)
        if match is None:
            return None
        rest = match.group(1)
        opening = find_quotations(rest[:1] + rest[1:])[:1] if rest[0] in "\"'`\u201c\u2018" else []
        return opening[0] if opening else re.split(r"[,;.!?]\s|[,;.!?]$|\n|\sand\s", rest)[0].strip() or None

    def texts_for(self, name: str) -> list[str]:
        """Texts that suit a parameter by its name, the best first; empty where the name tells nothing."""
        words = set(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()))
        return [text for keys, find in _FINDERS if words & keys for text in find(self) if text]


def _spelled(name: str) -> str:
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    return r"[ _-]?".join(re.escape(word) for word in parted.split("_") if word) or re.escape(name) or r"(?!)"


def _take(values: list[_Value], fits: Callable[[_Value], bool]) -> _Value | None:
    for at, value in enumerate(values):
        if fits(value):
            return values.pop(at)
    return None


def _places(clues: Clues) -> list[str]:
    named = [found[0] for match in _PLACE.finditer(clues.text) if (found := _leading_name(clues.text[match.end() :]))]
    lower = _LOWER_PLACE.search(clues.text)
    return [*named, *clues.texts_left[:1], *([lower.group(1)] if lower else [])]


def _leading_name(text: str) -> list[str]:
    return [name for name in find_names(text)[:1] if text.startswith(name)]


def _people(clues: Clues) -> list[str]:
    called = _CALLED.search(clues.text)
    names = [called.group(1)] if called and not find_quotations(called.group(1) + "'") else []
    capitals = [name for name in names if name == name.capitalize() or name[:1].isupper() or not name.isascii()]
    return [*clues.texts_left[:1]] if find_quotations(clues.text) else [*capitals, *clues.texts_left[:1]]


def _styles(clues: Clues) -> list[str]:
    matches = (pattern.search(clues.text) for pattern in (_STYLE, _GENERATED))
    return [next(filter(None, match.groups())).strip() for match in matches if match]


def _topics(clues: Clues) -> list[str]:
    topic = _TOPIC.search(clues.text)
    return [topic.group(1).strip()] if topic else []


def _messages(clues: Clues) -> list[str]:
    after = _AFTER_COLON.search(clues.text)
    return [*find_quotations(clues.text), *([after.group(1).strip()] if after else []), clues.text.strip()]


def _queries(clues: Clues) -> list[str]:
    return [_SEARCH_FOR.sub("", clues.text)]


def _forms(kind: str) -> Callable[[Clues], list[str]]:
    return lambda clues: [match.group() for match in _FORMS[kind].finditer(clues.text)]


def _joke_part(at: int) -> Callable[[Clues], list[str]]:
    return lambda clues: [joke_about(joke_topic(clues.text))[at]]


# Words in the names of parameters, and what in a text suits them.
_FINDERS: Final[tuple[tuple[frozenset[str], Callable[[Clues], list[str]]], ...]] = (
    (
        frozenset({"expression", "expr", "formula", "equation", "calculation"}),
        lambda clues: find_expressions(clues.text),
    ),
    (frozenset({"email", "mail"}), _forms("email")),
    (frozenset({"url", "uri", "link", "website", "href"}), _forms("url")),
    (frozenset({"date", "day", "birthday"}), _forms("date")),
    (frozenset({"time"}), _forms("time")),
    (frozenset({"phone", "telephone"}), _forms("phone")),
    (frozenset({"path", "file", "filename"}), _forms("path")),
    (frozenset({"setup"}), _joke_part(0)),
    (frozenset({"punchline"}), _joke_part(1)),
    (frozenset({"joke"}), lambda clues: [" ".join(joke_about(joke_topic(clues.text)))]),
    (frozenset({"location", "city", "place", "country", "destination", "region", "town", "where"}), _places),
    (frozenset({"name", "person", "customer", "username", "author", "recipient"}), _people),
    (frozenset({"style", "tone", "adjective", "mood", "genre"}), _styles),
    (frozenset({"topic", "subject", "theme", "about"}), _topics),
    (frozenset({"query", "question", "q", "search", "keywords"}), _queries),
    (
        frozenset({"answer", "response", "reply", "result", "solution", "output", "conclusion"}),
        lambda clues: [clues.reply],
    ),
    (
        frozenset({"text", "message", "content", "body", "sentence", "prompt", "input", "description", "note"}),
        _messages,
    ),
    (frozenset({"summary", "title", "reasoning", "explanation", "reason"}), lambda clues: [shorten(clues.text, 80)]),
)
