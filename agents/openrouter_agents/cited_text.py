"""Citations in a text: the numbers in square brackets that name search results, checked against the results."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from langchain_core.messages.content import Citation

from openrouter_agents.tools.search.answer import SearchResult
from openrouter_agents.tools.search.urls import DOCUMENT_SCHEME

_CODE: Final = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]*`)", re.DOTALL)
_NUMBERS: Final = r"\d{1,3}(?:[ ]*[,;][ ]*\d{1,3})*"  # a number of four digits is a year
_ADDRESS: Final = rf"(?:https?://|{DOCUMENT_SCHEME})"
# A line of a list of sources, "[3]: https://...", or a mark in the text, which may be a link, "[3](https://...)".
_MARK: Final = re.compile(
    rf"(?P<line>(?:^|(?<=\n))[ \t]*(?:[-*][ \t]+)?\[(?P<source>\d{{1,3}})\]:?[ \t][^\n]*{_ADDRESS}[^\n]*(?:\n|\Z))"
    rf"|(?P<space>[ \t]*)[\[【](?P<numbers>{_NUMBERS})[\]】](?P<link>\({_ADDRESS}[^)\s]*\))?"
)
_SEPARATOR: Final = re.compile(r"[ ]*[,;][ ]*")


class CitedText(NamedTuple):
    """A text whose citations are all of known sources."""

    text: str
    citations: list[Citation]
    """For each mark of a source that stands in the text, which source; the places are those of the mark."""


def cite(text: str, sources: Mapping[int, SearchResult]) -> CitedText:
    """Takes out citations of what is not among the sources, and tells where the others stand.

    A citation is a number in square brackets, such as `[2]` or `[1, 3]`. Of `[1, 99]` stays `[1]`; a line that lists an
    unknown source goes whole. Left alone are code, and lists of several numbers that are all unknown: these are data.

    Args:
        text: What a model wrote.
        sources: The search results by number. Where there are none, nothing was cited, and the text stays as it is.
    """
    if not sources:
        return CitedText(text, [])
    written = _Written(sources)
    for position, part in enumerate(_CODE.split(text)):
        # What the pattern captured, every second part, is code.
        if position % 2:
            written.add(part)
        else:
            written.add_prose(part)
    return CitedText(written.text, written.citations)


class _Written:
    """The text as it comes into being."""

    def __init__(self, sources: Mapping[int, SearchResult]) -> None:
        self._sources = sources
        self._pieces: list[str] = []
        self._length = 0
        self.citations: list[Citation] = []

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def add(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += len(piece)

    def add_prose(self, prose: str) -> None:
        end = 0
        for mark in _MARK.finditer(prose):
            self.add(prose[end : mark.start()])
            self._add_mark(mark)
            end = mark.end()
        self.add(prose[end:])

    def _add_mark(self, mark: re.Match[str]) -> None:
        if mark["line"] is not None:
            # A list of sources names them again, and cites nothing.
            self.add(mark["line"] if int(mark["source"]) in self._sources else "")
            return
        numbers = [int(number) for number in _SEPARATOR.split(mark["numbers"])]
        known = [number for number in dict.fromkeys(numbers) if number in self._sources]
        if not known:
            self.add(mark[0] if len(numbers) > 1 else "")
            return
        self.add(mark["space"])
        start = self._length
        whole = len(known) == len(numbers)
        self.add(mark[0].removeprefix(mark["space"]) if whole else f"[{', '.join(map(str, known))}]")
        self.citations += self._citations(known, start)

    def _citations(self, numbers: list[int], start: int) -> Iterator[Citation]:
        for number in numbers:
            source = self._sources[number]
            yield {
                "type": "citation",
                "url": source["url"],
                "title": source["title"],
                "cited_text": source["snippet"],
                "start_index": start,
                "end_index": self._length,
            }
