"""Reasoning items that are streamed, as `reasoning_details` that are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from langchain_openrouter._wire.reasoning import GROWING
from langchain_openrouter._wire.responses.output import details_of
from langchain_openrouter._wire.types import Wire

_MATTER = frozenset({"type", "text", "summary", "data"})


class ThoughtFolder:
    """Numbers the entries as they begin, so that LangChain adds up what arrives of each.

    An entry is known by the place of its item, its type, and its turn among the item's entries of that type.
    """

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, str, int], int] = {}
        self._known: list[set[str]] = []
        """The keys of each entry that have been told."""
        self._texts: list[list[str]] = []
        """The pieces of each entry's text that have been told."""

    def fold(self, place: int, kind: str, turn: int, text: str) -> Wire:
        """Go on with the text of an entry, or begin it."""
        number = self._number(place, kind, turn)
        begun = {} if self._known[number] else {"type": kind}
        self._known[number] |= {"type", GROWING[kind]}
        self._texts[number].append(text)
        return {"index": number, **begun, GROWING[kind]: text}

    def fold_item(self, place: int, item: Wire) -> list[Wire]:
        """Tell what has not been told of a whole item, but for its marks: the end has the last word on ids."""
        bare = [(turn, {key: one[key] for key in one.keys() & _MATTER}) for turn, one in details_of(item)]
        return [fragment for turn, detail in bare for fragment in self._news(place, turn, detail)]

    def close(self, output: Sequence[Wire]) -> list[Wire]:
        """Tell what has not been told of the reasoning in the whole output."""
        entries = [(place, *entry) for place, item in self._placed(output) for entry in details_of(item)]
        return [fragment for entry in entries for fragment in self._news(*entry)]

    def _placed(self, output: Sequence[Wire]) -> list[tuple[int, Wire]]:
        """The items with reasoning, and their places in the events, which some servers count in another way."""
        placed = [(place, item) for place, item in enumerate(output) if details_of(item)]
        told = sorted({place for place, _, _ in self._numbers})
        if set(told) <= {place for place, _ in placed}:
            return placed
        untold = range(told[-1] + 1, told[-1] + 1 + len(placed))
        return list(zip([*told, *untold], (item for _, item in placed), strict=False))

    def _number(self, place: int, kind: str, turn: int) -> int:
        number = self._numbers.setdefault((place, kind, turn), len(self._numbers))
        if number == len(self._known):
            self._known.append(set())
            self._texts.append([])
        return number

    def _news(self, place: int, turn: int, detail: Wire) -> Iterator[Wire]:
        """What of an entry has not been told: keys, and the rest of its text."""
        number = self._number(place, detail["type"], turn)
        news = {key: value for key, value in detail.items() if key not in self._known[number]}
        key = GROWING.get(detail["type"])
        if key is not None:
            if rest := unsaid("".join(self._texts[number]), detail[key]):
                news[key] = rest
            self._texts[number].append(rest)
        self._known[number] |= detail.keys()
        if news:
            yield {"index": number, **news}


def unsaid(said: str, whole: str) -> str:
    """What of a whole text has not been said yet. Where it was another text, nothing more is said."""
    return whole.removeprefix(said) if whole.startswith(said) else ""
