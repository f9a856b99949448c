"""The search APIs that we ask, as their documentation shows them."""

from __future__ import annotations

from typing import Any, NamedTuple

from pydantic import SecretStr

from openrouter_agents.tools.search import BraveSearch, ExaSearch, SearxngSearch, SerperSearch, TavilySearch

KEY = "key-of-a-search-api"


class Api(NamedTuple):
    """One API: who asks it, where, and what it answers for two pages."""

    provider: type[Any]
    path: str
    answer: dict[str, Any]
    hits: list[dict[str, Any]]
    nothing: dict[str, Any]
    """Its answer where nothing is found."""

    def connect(self, url: str, **options: Any) -> Any:
        """The provider, with a server of ours in the API's place."""
        if self.provider is SearxngSearch:
            return SearxngSearch(url, **options)
        return self.provider(SecretStr(KEY), url, **options)


LIMA = {"title": "Lima", "url": "https://a.example/lima", "snippet": "Lima is the capital of Peru."}
PERU = {"title": "Peru", "url": "https://b.example/peru", "snippet": "Peru lies in South America."}

APIS = {
    "tavily": Api(
        TavilySearch,
        "/search",
        {
            "query": "capital of Peru",
            "answer": None,
            "images": [],
            "results": [
                {
                    "title": "Lima",
                    "url": "https://a.example/lima",
                    "content": "Lima is the capital of Peru.",
                    "score": 0.98,
                    "raw_content": None,
                    "published_date": "Tue, 06 Jan 2026 09:00:00 GMT",
                },
                {"title": "Peru", "url": "https://b.example/peru", "content": PERU["snippet"], "score": 0.5},
            ],
            "response_time": "1.67",
            "request_id": "123e4567-e89b-12d3-a456-426614174111",
        },
        [{**LIMA, "published": "Tue, 06 Jan 2026 09:00:00 GMT", "score": 0.98}, {**PERU, "score": 0.5}],
        {"query": "x", "results": [], "response_time": "0.1"},
    ),
    "exa": Api(
        ExaSearch,
        "/search",
        {
            "requestId": "b5947044c4b78efa9552a7c89b306d95",
            "searchType": "auto",
            "results": [
                {
                    "id": "https://a.example/lima",
                    "title": "Lima",
                    "url": "https://a.example/lima",
                    "publishedDate": "2026-01-06T00:00:00.000Z",
                    "author": None,
                    "score": 0.46,
                    "highlights": ["Lima is", "the capital of Peru."],
                    "highlightScores": [0.4, 0.3],
                },
                {"id": "b", "title": "Peru", "url": "https://b.example/peru", "text": PERU["snippet"]},
            ],
            "costDollars": {"total": 0.005},
        },
        [
            {
                **LIMA,
                "snippet": "Lima is ... the capital of Peru.",
                "published": "2026-01-06T00:00:00.000Z",
                "score": 0.46,
            },
            PERU,
        ],
        {"requestId": "x", "results": []},
    ),
    "brave": Api(
        BraveSearch,
        "/web/search",
        {
            "type": "search",
            "query": {"original": "capital of Peru", "more_results_available": True},
            "mixed": {"type": "mixed", "main": [{"type": "web", "index": 0, "all": False}]},
            "web": {
                "type": "search",
                "family_friendly": True,
                "results": [
                    {
                        "type": "search_result",
                        "title": "Lima",
                        "url": "https://a.example/lima",
                        "description": "Lima is the capital of Peru.",
                        "page_age": "2026-01-06T09:00:00",
                        "age": "January 6, 2026",
                        "language": "en",
                        "meta_url": {"hostname": "a.example"},
                    },
                    {"title": "Peru", "url": "https://b.example/peru", "description": PERU["snippet"]},
                ],
            },
        },
        [{**LIMA, "published": "2026-01-06T09:00:00"}, PERU],
        {"type": "search", "query": {"original": "x"}},
    ),
    "serper": Api(
        SerperSearch,
        "/search",
        {
            "searchParameters": {"q": "capital of Peru", "type": "search", "engine": "google"},
            "answerBox": {"title": "Lima", "answer": "Lima is the capital of Peru.", "link": "https://a.example/lima"},
            "organic": [
                {
                    "title": "Peru",
                    "link": "https://b.example/peru",
                    "snippet": "Peru lies in South America.",
                    "date": "Jan 6, 2026",
                    "position": 1,
                    "sitelinks": [],
                }
            ],
            "peopleAlsoAsk": [],
            "credits": 1,
        },
        [LIMA, {**PERU, "published": "Jan 6, 2026"}],
        {"searchParameters": {"q": "x"}, "organic": [], "credits": 1},
    ),
    "searxng": Api(
        SearxngSearch,
        "/search",
        {
            "query": "capital of Peru",
            "number_of_results": 0,
            "results": [
                {
                    "title": "Lima",
                    "url": "https://a.example/lima",
                    "content": "Lima is the capital of Peru.",
                    "engine": "duckduckgo",
                    "engines": ["duckduckgo", "brave"],
                    "score": 4.0,
                    "publishedDate": "2026-01-06T09:00:00",
                    "category": "general",
                },
                {"title": "Peru", "url": "https://b.example/peru", "content": PERU["snippet"], "publishedDate": None},
            ],
            "answers": [],
            "corrections": [],
            "infoboxes": [],
            "suggestions": [],
            "unresponsive_engines": [],
        },
        [{**LIMA, "published": "2026-01-06T09:00:00", "score": 4.0}, PERU],
        {"query": "x", "results": [], "unresponsive_engines": []},
    ),
}
"""The APIs by the names of their providers."""
