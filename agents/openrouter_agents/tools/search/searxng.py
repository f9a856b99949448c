"""Search with a SearXNG server of one's own.

Source: https://docs.searxng.org/dev/search_api.html
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from openrouter_agents.tools.search.http_api import TIMEOUT, ApiCall, HttpSearch, hits_of, query_with_sites
from openrouter_agents.tools.search.provider import FilterName, SearchError, SearchOutcome, SearchRequest

_VARIABLE: Final = "SEARXNG_URL"


class SearxngSearch(HttpSearch):
    """Searches the live web with the SearXNG server at `SEARXNG_URL`.

    The server must allow JSON: `search: {formats: [html, json]}` in its `settings.yml`.

    Args:
        base_url: Where the server is, such as `http://127.0.0.1:8080`; `None` reads the environment at each search. It
            may hold a user and a password.
        timeout: Seconds for one request.
    """

    name = "searxng"
    filters: ClassVar[frozenset[FilterName]] = frozenset({"domains", "freshness", "language"})

    def __init__(self, base_url: str | None = None, timeout: float = TIMEOUT) -> None:
        super().__init__(timeout)
        self._base_url = base_url

    @property
    def cache_key(self) -> str | None:
        """The server's host: each has engines of its own."""
        parts = urlsplit(self._url())
        return f"{self.name} {parts.hostname}:{parts.port}{parts.path}"

    @property
    def is_configured(self) -> bool:
        """Whether it is known where the server is."""
        return bool(self._url())

    @property
    def hint(self) -> str:
        """What the server's settings must say."""
        return "Its settings.yml must list json under search.formats, and its limiter must let this machine through."

    def render_call(self, request: SearchRequest) -> ApiCall:
        """What to send."""
        url = self._url()
        if not url:
            raise SearchError(f"It is not known where the server is: set {_VARIABLE}.")
        params: dict[str, str | int] = {"q": query_with_sites(request), "format": "json"}
        if request.freshness:
            params["time_range"] = request.freshness
        if request.language:
            params["language"] = request.language
        return ApiCall("GET", f"{url}/search", params=params)

    def parse_answer(self, answer: Mapping[str, Any]) -> SearchOutcome:
        """What was found, and which of its engines did not answer."""
        hits = hits_of(answer["results"], "title", "url", "content", published="publishedDate", score="score")
        silent = sorted({str(engine[0]) for engine in answer.get("unresponsive_engines") or [] if engine})
        if silent and not hits:
            raise SearchError(f"Its engines did not answer: {', '.join(silent)}.", is_transient=True)
        return {"hits": hits, "warnings": [f"Engines that did not answer: {', '.join(silent)}."] if silent else []}

    def _url(self) -> str:
        return (self._base_url or os.environ.get(_VARIABLE, "")).strip().rstrip("/")
