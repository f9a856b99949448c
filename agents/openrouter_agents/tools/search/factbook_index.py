"""Full-text search over the Factbook: SQLite's FTS5 with the Porter stemmer, in memory."""

import re
import sqlite3
import threading
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from openrouter_agents.tools.search.factbook_corpus import Country
from openrouter_agents.tools.search.factbook_words import SYNONYMS, UNSPOKEN
from openrouter_agents.tools.search.full_text import MAX_WORDS, TOKENIZER, any_of, measure_coverage

_WORD: Final = re.compile(r"[^\W_]+")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_MAX_FACTS: Final = 200
_SHORT_NAME: Final = 3
_SCHEMA: Final = (
    "CREATE VIRTUAL TABLE facts USING fts5(field, body, title, page UNINDEXED, section UNINDEXED, "
    f"tokenize = '{TOKENIZER}')"
)
# The name of a field says best what it is about; the title only counts where no country is named.
_RANK: Final = "bm25(facts, 8.0, 1.0, 4.0)"


class FoundFact(NamedTuple):
    """One field that matches a query."""

    page: int
    """Index of its country."""
    section: str
    field: str
    text: str
    coverage: float
    """Share of the query's words it holds, 0 to 1."""
    aptness: float
    """Share of its name that the query asks for, 0 to 1: for "area", "Area" is apter than "Area - comparative"."""
    is_of_named_country: bool
    """Whether the query names its country."""


class FactbookIndex:
    """Finds facts by words. Made once; searched from any thread."""

    def __init__(self, countries: Iterable[Country]) -> None:
        self.countries = tuple(countries)
        self._pages_of_name = _names(self.countries)
        self._longest_name = max(len(name) for name in self._pages_of_name)
        # One connection, because an in-memory database belongs to it, and a lock, because cursors are not shared.
        self._lock = threading.Lock()
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.execute(_SCHEMA)
        self._database.executemany(
            "INSERT INTO facts (field, body, title, page, section) VALUES (?, ?, ?, ?, ?)",
            (
                (fact.field, fact.text, country.title, number, fact.section)
                for number, country in enumerate(self.countries)
                for fact in country.facts
            ),
        )

    def find(self, query: str) -> list[FoundFact]:
        """The facts that match a query, best first: those that hold most of its words, then the most about them.

        A country that is named limits the search to its page.
        """
        words = _WORD.findall(unicodedata.normalize("NFC", query))[:MAX_WORDS]
        pages, rest = self._split_names(words)
        lowered = dict.fromkeys(word.lower() for word in rest)
        # A year says how fresh an answer is wanted; there is but one edition.
        asked = [word for word in lowered if word not in UNSPOKEN and not _YEAR.fullmatch(word)]
        if not asked:
            # A name alone asks for the country: its introduction and where it lies.
            asked = ["background", "location"] if pages else []
        return self._match(asked, pages) if asked else []

    def _match(self, asked: Sequence[str], pages: Sequence[int]) -> list[FoundFact]:
        choices = {word: (word, *SYNONYMS.get(word, ())) for word in asked}
        limit = f" AND page IN ({', '.join('?' * len(pages))})" if pages else ""
        every = " OR ".join(map(any_of, choices.values()))
        with self._lock:
            # The only parts of the statement that are not constant are question marks.
            rows = self._database.execute(
                f"SELECT rowid, page, section, field, body FROM facts WHERE facts MATCH ?{limit} "  # noqa: S608
                f"ORDER BY {_RANK} LIMIT {_MAX_FACTS}",
                (every, *pages),
            ).fetchall()
            coverage = measure_coverage(self._database, "facts", list(choices.values()), [row[0] for row in rows])
        meant = {stem for words in choices.values() for phrase in words for stem in _stems(phrase)}
        facts = [
            FoundFact(
                page,
                section,
                field,
                text,
                coverage=coverage[row],
                aptness=_aptness(field, meant),
                is_of_named_country=bool(pages),
            )
            for row, page, section, field, text in rows
        ]
        return sorted(facts, key=lambda fact: (-fact.coverage, -fact.aptness))

    def _split_names(self, words: Sequence[str]) -> tuple[list[int], list[str]]:
        """Takes the names of countries out of a query, longest first: "Papua New Guinea" is not "Guinea"."""
        pages: list[int] = []
        rest: list[str] = []
        position = 0
        while position < len(words):
            for length in range(min(self._longest_name, len(words) - position), 0, -1):
                named = self._pages_named(words[position : position + length])
                if named:
                    pages.extend(named)
                    position += length
                    break
            else:
                rest.append(words[position])
                position += 1
        return list(dict.fromkeys(pages)), rest

    def _pages_named(self, words: Sequence[str]) -> Sequence[int]:
        # "US" is a country and "us" is not.
        if sum(map(len, words)) <= _SHORT_NAME and not all(word.isupper() for word in words):
            return ()
        return self._pages_of_name.get(tuple(_folded(word) for word in words), ())


def _names(countries: Sequence[Country]) -> Mapping[tuple[str, ...], Sequence[int]]:
    pages: dict[tuple[str, ...], list[int]] = {}
    for number, country in enumerate(countries):
        for name in sorted(country.names):
            key = tuple(_folded(word) for word in _WORD.findall(name))
            if number not in pages.setdefault(key, []):
                pages[key].append(number)
    pages.pop((), None)
    return pages


def _aptness(field: str, meant: set[str]) -> float:
    stems = _stems(field)
    return sum(stem in meant for stem in stems) / max(1, len(stems))


def _stems(text: str) -> list[str]:
    """The words of a name without the endings of plurals."""
    words = [word.lower() for word in _WORD.findall(text)]
    return [word.removesuffix("s") for word in words if word not in UNSPOKEN]


def _folded(word: str) -> str:
    return "".join(mark for mark in unicodedata.normalize("NFKD", word) if not unicodedata.combining(mark)).casefold()
