"""What a search tool answers: one shape, whoever searched."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final, cast

from langchain_core.messages import BaseMessage, ToolMessage
from typing_extensions import TypedDict

from openrouter_agents.tools.search.dates import read_day
from openrouter_agents.tools.search.provider import SearchHit, SearchOutcome
from openrouter_agents.tools.untrusted_text import clean_text

MAX_SNIPPET_CHARACTERS: Final = 1_000
"""How much of a page one result shows."""

_MAX_TITLE_CHARACTERS: Final = 200
_MAX_DATE_CHARACTERS: Final = 40
_NOTHING_FOUND: Final = "Nothing was found. Say so instead of guessing, or search again with other words."


class SearchResult(TypedDict):
    """One result as the model sees it."""

    id: int
    """Its number for citations, from 1; in an agent with `Citations`, unique in the whole thread."""
    title: str
    url: str
    snippet: str
    published: str | None
    """The day, as ISO 8601 has it, or the provider's own words where they name none; `None` is unknown."""
    score: float | None
    """How well it fits, on the provider's own scale; `None` is unknown."""


class SearchAnswer(TypedDict):
    """The answer of the tool: its content is this as JSON, its artifact this itself."""

    query: str
    provider: str
    """Who searched; `offline-corpus` is not the live web."""
    results: list[SearchResult]
    warnings: list[str]


def make_answer(query: str, provider: str, outcome: SearchOutcome) -> SearchAnswer:
    """Numbers what was found, and cleans and shortens its texts."""
    hits = outcome["hits"]
    return {
        "query": query,
        "provider": provider,
        "results": [_result(number, hit) for number, hit in enumerate(hits, start=1)],
        "warnings": [*outcome["warnings"], *([] if hits else [_NOTHING_FOUND])],
    }


def render_answer(answer: SearchAnswer) -> str:
    """The answer as the model reads it."""
    return json.dumps(answer, ensure_ascii=False)


def read_answer(message: BaseMessage) -> SearchAnswer | None:
    """The answer that a tool message holds; `None` where it is not of a search, or the search failed."""
    artifact = message.artifact if isinstance(message, ToolMessage) else None
    is_answer = isinstance(artifact, dict) and artifact.keys() == SearchAnswer.__annotations__.keys()
    return cast("SearchAnswer", artifact) if is_answer else None


def with_numbers(answer: SearchAnswer, numbers: Sequence[int]) -> SearchAnswer:
    """The same answer with other numbers for its results, in their order."""
    results: list[SearchResult] = [
        {**result, "id": number} for result, number in zip(answer["results"], numbers, strict=True)
    ]
    return {**answer, "results": results}


def _result(number: int, hit: SearchHit) -> SearchResult:
    published = clean_text(hit.get("published") or "", _MAX_DATE_CHARACTERS)
    day = read_day(published)
    return {
        "id": number,
        "title": clean_text(hit["title"], _MAX_TITLE_CHARACTERS),
        "url": hit["url"],
        "snippet": clean_text(hit["snippet"], MAX_SNIPPET_CHARACTERS),
        "published": day.isoformat() if day else published or None,
        "score": hit.get("score"),
    }
