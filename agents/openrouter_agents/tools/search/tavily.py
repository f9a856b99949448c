"""Search with Tavily.

Source: https://docs.tavily.com/documentation/api-reference/endpoint/search
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from openrouter_agents.tools.search.http_api import ApiCall, hits_of
from openrouter_agents.tools.search.keyed_api import KeyedSearch
from openrouter_agents.tools.search.provider import FilterName, SearchOutcome, SearchRequest


class TavilySearch(KeyedSearch):
    """Searches the live web with Tavily, on the key in `TAVILY_API_KEY`."""

    name = "tavily"
    filters: ClassVar[frozenset[FilterName]] = frozenset({"domains", "freshness"})
    key_variables = ("TAVILY_API_KEY",)
    address = "https://api.tavily.com"

    def render_call(self, request: SearchRequest) -> ApiCall:
        """What to send."""
        wishes = {
            "include_domains": list(request.allowed_domains),
            "exclude_domains": list(request.blocked_domains),
            "time_range": request.freshness,
        }
        body = {"query": request.query, "max_results": request.max_results, "search_depth": "basic"}
        return ApiCall(
            "POST",
            f"{self._base_url}/search",
            headers={"authorization": f"Bearer {self.key()}"},
            json={**body, **{name: wish for name, wish in wishes.items() if wish}},
        )

    def parse_answer(self, answer: Mapping[str, Any]) -> SearchOutcome:
        """What was found."""
        hits = hits_of(answer["results"], "title", "url", "content", published="published_date", score="score")
        return {"hits": hits, "warnings": []}
