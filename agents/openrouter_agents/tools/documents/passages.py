"""Cutting a text into passages: pieces short enough to be shown whole, each below its headings."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from openrouter_agents.tools.documents.contracts import DocumentText, Heading
from openrouter_agents.tools.search.answer import MAX_SNIPPET_CHARACTERS

PASSAGE_CHARACTERS: Final = MAX_SNIPPET_CHARACTERS
"""Longest passage: a search result shows it whole."""

_BREAKS: Final = ("\n\n", "\n", ". ", "? ", "! ", "\u3002", "\uff01", "\uff1f", " ")
"""Where to cut, best first; the fullwidth signs end sentences of Chinese and Japanese."""


class Passage(NamedTuple):
    """A piece of a text. All of them in a row are the text."""

    start: int
    """The character at which it begins."""
    headings: tuple[str, ...]
    """The headings that it stands below, highest first."""
    text: str


def cut_passages(document: DocumentText) -> Iterator[Passage]:
    """Cuts at headings, and within sections at the ends of paragraphs, lines, sentences or words."""
    text = document.text
    open_headings: list[Heading] = []
    starts = [0, *(heading.start for heading in document.headings), len(text)]
    for number, (start, end) in enumerate(pairwise(starts)):
        if number:
            heading = document.headings[number - 1]
            open_headings = [*(one for one in open_headings if one.level < heading.level), heading]
        titles = tuple(heading.title for heading in open_headings)
        yield from _pieces(text, start, end, titles)


def _pieces(text: str, start: int, end: int, titles: tuple[str, ...]) -> Iterator[Passage]:
    while start < end:
        cut = end if end - start <= PASSAGE_CHARACTERS else _cut(text, start)
        yield Passage(start, titles, text[start:cut])
        start = cut


def _cut(text: str, start: int) -> int:
    """The end of a piece that is at least half as long as it may be, and ends as well as it can."""
    least, most = start + PASSAGE_CHARACTERS // 2, start + PASSAGE_CHARACTERS
    for sign in _BREAKS:
        found = text.rfind(sign, least, most)
        if found >= 0:
            return found + len(sign)
    return most
