"""Questions that something has to be looked up for, as the words to search with."""

from __future__ import annotations

import re
from typing import Final

from langchain_openrouter.emulator.brains.wording import find_names

_LOOK_UP: Final = re.compile(
    r"\b(?:who|where|when|which|search|look up|find out|capital|population|people live|inhabitants|area of|how large|"
    r"how big|currency|language|languages|president|prime minister|located|highest|longest|largest|border|gdp|"
    r"religion|climate|news|latest|history of|what (?:is|are|was|were) (?:the )?\w+ of)\b",
    re.IGNORECASE,
)
_NOT_LOOKED_UP: Final = re.compile(
    r"\b(?:my|your) name\b|\bwho are you\b|\bhow are you\b|\b(?:cite|quote) (?:your|the) sources?\b", re.IGNORECASE
)
# What people say, and what the thing is called where it can be looked up.
_CALLED: Final = (
    (re.compile(r"\bhow many (?:people|inhabitants)\b.*", re.IGNORECASE), "population"),
    (re.compile(r"\bhow (?:large|big) is\b", re.IGNORECASE), "area of"),
    (re.compile(r"\bwhat (?:currency|money)\b.*", re.IGNORECASE), "currency"),
    (re.compile(r"\b(?:what|which) languages?\b.*", re.IGNORECASE), "languages"),
)
_POINTERS: Final = re.compile(r"\b(?:there|it|its)\b")
_OPENERS: Final = re.compile(
    r"^(?:please\s+|and\s+|also\s+|then\s+)*(?:(?:can|could) you\s+)?"
    r"(?:(?:search|look)\s+(?:the web\s+)?(?:for|up)\s+|find(?: out)?\s+|tell me\s+(?:about\s+)?|"
    r"(?:what|who|which|where)(?:'s|\s+(?:is|are|was|were))\s+)?(?:the\s+)?",
    re.IGNORECASE,
)


def is_look_up(clause: str) -> bool:
    """Whether a clause asks for something that is known somewhere, and not in the question."""
    return bool(_LOOK_UP.search(clause)) and not _NOT_LOOKED_UP.search(clause)


def search_words(clause: str, subject: str) -> str:
    """The words to search with.

    Args:
        clause: What is asked.
        subject: Whom or what an earlier clause was about, for a clause that says "there" or "it".
    """
    words = clause.strip(" ?.!")
    for said, called in _CALLED:
        words = said.sub(called, words)
    words = _OPENERS.sub("", words, count=1).strip(" ,?.!") or clause
    name = subject_of(clause) or subject
    if name and name.lower() not in words.lower():
        words = f"{_POINTERS.sub('', words).strip()} of {name}"
    return words


def subject_of(clause: str) -> str:
    """The name that a clause is about; empty where it has none."""
    names = find_names(clause)
    return names[-1] if names else ""
