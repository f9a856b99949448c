"""The headings of Markdown and reStructuredText, and the title that stands before everything else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from openrouter_agents.tools.documents.contracts import DocumentText, Heading

_MOST_CHARACTERS: Final = 200
_FRONT_MATTER: Final = re.compile(r"---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FRONT_TITLE: Final = re.compile(r"^title:(.+)$", re.MULTILINE)
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")
_HASHES: Final = re.compile(r" {0,3}(#{1,6})(?=[ \t]|\Z)")
_UNDERLINE: Final = re.compile(r" {0,3}(?:(=+)|-+)[ \t]*")
_ADORNMENT: Final = re.compile(r"([!-/:-@\[-`{-~])\1{2,}[ \t]*")


def read_markdown(text: str) -> DocumentText:
    """A text with its headings by Markdown's rules; the title is that of the front matter, else the first heading's."""
    front = _FRONT_MATTER.match(text)
    named = _FRONT_TITLE.search(front[1] or "") if front else None
    headings = tuple(_markdown(text, front.end() if front else 0))
    title = named[1].strip(" \t\"'")[:_MOST_CHARACTERS] if named else _first(headings)
    return DocumentText(title, text, headings)


def read_restructured(text: str) -> DocumentText:
    """A text with its headings by the rules of reStructuredText; the title is the first of them."""
    headings = tuple(_restructured(text))
    return DocumentText(_first(headings), text, headings)


def _first(headings: tuple[Heading, ...]) -> str:
    return headings[0].title if headings else ""


def _markdown(text: str, begin: int) -> Iterator[Heading]:
    fence = ""
    before = ""
    for start, line in _lines(text, begin):
        mark = _FENCE.match(line)
        if fence:
            is_end = mark is not None and mark[1].startswith(fence) and line.strip() == mark[1]
            fence = "" if is_end else fence
        elif mark:
            fence, before = mark[1], ""
        elif hashes := _HASHES.match(line):
            yield Heading(start, len(hashes[1]), _without_hashes(line[hashes.end() :].strip())[:_MOST_CHARACTERS])
            before = ""
        elif before.strip() and (underline := _UNDERLINE.fullmatch(line)):
            yield Heading(start - len(before) - 1, 1 if underline[1] else 2, before.strip()[:_MOST_CHARACTERS])
            before = ""
        else:
            before = line


def _without_hashes(title: str) -> str:
    """`Setup ##` is "Setup", but `C#` is "C#"."""
    kept = title.rstrip("#")
    return title if kept and not kept[-1].isspace() else kept.rstrip()


def _restructured(text: str) -> Iterator[Heading]:
    styles: list[tuple[str, bool]] = []
    two_before, before = "", ""
    for start, line in _lines(text, 0):
        adornment = _ADORNMENT.fullmatch(line)
        title = before.strip()
        if adornment and title and len(line.rstrip()) >= len(before.rstrip()) and not _ADORNMENT.fullmatch(before):
            is_overlined = two_before.rstrip() == line.rstrip()
            style = (adornment[1], is_overlined)
            if style not in styles:
                styles.append(style)
            begin = start - len(before) - 1 - (len(two_before) + 1 if is_overlined else 0)
            yield Heading(begin, styles.index(style) + 1, title[:_MOST_CHARACTERS])
            line = ""  # noqa: PLW2901 - an underline is no overline of what follows
        two_before, before = before, line


def _lines(text: str, begin: int) -> Iterator[tuple[int, str]]:
    start = begin
    for line in text[begin:].split("\n"):
        yield start, line
        start += len(line) + 1
