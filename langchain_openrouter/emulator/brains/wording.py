"""Words of a question: clauses, names, quotations, and the stems by which texts are compared."""

from __future__ import annotations

import re
from typing import Final

_STOP_WORDS: Final = frozenset(
    (
        "a about all also an and any are as at be been but by can could did do does for from get give given go"
        " had has have how i if in input into is it its just let make may me must my need no not now of on or"
        " our out please return returns set should so some such take takes tell than that the their them then"
        " there these they this to tool function up use used user using value was we were what when where"
        " which who whom whose why will with would you your args call called string str int number"
    ).split(),
)
_CLAUSE_OPENERS: Final = (
    "what|who|whom|whose|which|where|when|why|how|compute|calculate|plot|draw|chart|show|find|look|search|tell|give|"
    "also|then|is|are|does|do|did|multiply|divide|add|subtract|create|generate|send|list|compare|cite|explain|write"
)
_BREAKS: Final = re.compile(
    rf"(?<=[?!;])\s+|(?<=[^\W\d])\.\s+|(?<=\d)\.\s+(?=[A-Z])|\n+|;\s*"
    rf"|,?\s+(?:and|then|and then|and also|as well as)\s+(?=(?:{_CLAUSE_OPENERS})\b)",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(
    '"([^"]+)"|\u201c([^\u201d]+)\u201d|\u2018([^\u2019]+)\u2019|\u00ab([^\u00bb]+)\u00bb|`([^`]+)`'
    "|(?<!\\w)'([^']+)'(?!\\w)",
)
_CONNECTED: Final = "of|de|da|del|la|le|du|van|von|der|den|el|al|and the|of the"
_CAPITALISED: Final = r"[A-Z\u00c0-\u00de][\w\u00c0-\u024f'\u2019.&-]*\w|[A-Z\u00c0-\u00de]"
_NAME: Final = re.compile(rf"(?:{_CAPITALISED})(?:\s+(?:(?:{_CONNECTED})\s+)?(?:{_CAPITALISED}))*(?:,\s[A-Z]{{2}}\b)?")
_UNCASED: Final = re.compile(
    r"[\u0400-\u052f\u0590-\u06ff\u0900-\u0dff\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
)
_NOT_NAMES: Final = frozenset(
    f"{_CLAUSE_OPENERS}|i|i'm|it|its|the|a|an|hi|hello|hey|please|use|using|can|could|would|will|in|on|at|of|and|or|my"
    "|me|you|your|we|they|he|she|this|that|there|if|for|from|to|with|count|say|repeat|answer|return|extract|book|call"
    "|get|make|translate|summarize|classify|json|thanks|ok|yes|no|now|let|let's|what's|who's|monthly|not|so|but|by"
    "|greet|weather|set|add|update|delete|remove|run|start|stop|open|close|schedule|remind|check|convert|name"
    "|january|february|march|april|june|july|august|september|october|november|december".split("|"),
)
# Countries whose names hold the word that otherwise parts two names.
_DOUBLE_NAMES: Final = re.compile(
    r"\b(?:Trinidad and Tobago|Bosnia and Herzegovina|Antigua and Barbuda|S[a\u00e3]o Tom[e\u00e9] and Pr[i\u00ed]ncipe"
    r"|Saint Kitts and Nevis|Saint Vincent and the Grenadines|Saint Pierre and Miquelon|Wallis and Futuna"
    r"|Turks and Caicos Islands|C[o\u00f4]te d['\u2019]Ivoire)\b",
    re.IGNORECASE,
)


def split_clauses(text: str) -> list[str]:
    """Part a question where a sentence ends or where "and" opens another demand."""
    text = re.sub(r"\b(Mr|Mrs|Ms|Dr|St|U\.S|e\.g|i\.e|vs|No)\.\s", "\\1.\u00a0", text)
    return [clause for piece in _BREAKS.split(text) if (clause := piece.strip(" ,.;\u00a0"))]


def find_quotations(text: str) -> list[str]:
    """What stands between quotation marks."""
    return [next(filter(None, match.groups())).strip() for match in _QUOTED.finditer(text)]


def find_names(text: str) -> list[str]:
    """Proper names: double names first, then capitalised words and words of scripts without capitals."""
    found: list[tuple[int, str]] = [(match.start(), match.group()) for match in _DOUBLE_NAMES.finditer(text)]
    rest = _DOUBLE_NAMES.sub(lambda match: "_" * len(match.group()), text)
    found += [(match.start(), match.group()) for match in _UNCASED.finditer(rest)]
    for match in _NAME.finditer(rest):
        name = _without_openers(match.group())
        if name:
            found.append((match.start(), name))
    return list(dict.fromkeys(name for _, name in sorted(found)))


def _without_openers(name: str) -> str:
    """Cut words that are capitals only because a sentence opens with them."""
    words = name.split()
    while words and words[0].lower().rstrip(".,'s") in _NOT_NAMES | {""} | ({"s"} if len(words) > 1 else set()):
        words.pop(0)
    while words and words[0] in {"of", "de", "the", "and"}:
        words.pop(0)
    joined = " ".join(words).rstrip(".,'")
    return joined[:-2] if joined.endswith(("'s", "\u2019s")) else joined


def stems(text: str) -> set[str]:
    """The words of a text that carry meaning, without their endings; `snake_case` and `camelCase` are parted."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text.replace("_", " ").replace("-", " "))
    return {
        _stem(word) for word in re.findall(r"[^\W\d_]+", parted.lower()) if word not in _STOP_WORDS and len(word) > 1
    }


_SHORTEST_STEM: Final = 3


def _stem(word: str) -> str:
    for ending in ("ing", "ies", "ers", "er", "es", "ed", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word.removesuffix(ending)
    return word


def shorten(text: str, length: int = 200) -> str:
    """Cut a text at a word, with an ellipsis where something was cut."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1].rsplit(" ", 1)[0].rstrip(",;:") + "\u2026"


def enumerate_words(words: list[str]) -> str:
    """Join words as English does: "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
