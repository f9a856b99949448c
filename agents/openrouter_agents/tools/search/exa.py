"""Search with Exa.

Source: https://docs.exa.ai/reference/search
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from openrouter_agents.tools.search.dates import oldest_day
from openrouter_agents.tools.search.http_api import ApiCall, hits_of
from openrouter_agents.tools.search.keyed_api import KeyedSearch
from openrouter_agents.tools.search.provider import FilterName, SearchOutcome, SearchRequest


class ExaSearch(KeyedSearch):
    """Searches the live web with Exa, on the key in `EXA_API_KEY`."""

    name = "exa"
    filters: ClassVar[frozenset[FilterName]] = frozenset({"domains", "freshness"})
    key_variables = ("EXA_API_KEY",)
    address = "https://api.exa.ai"

    def render_call(self, request: SearchRequest) -> ApiCall:
        """What to send."""
        wishes: dict[str, object] = {
            "includeDomains": list(request.allowed_domains),
            # Exa takes one of the two lists; what is allowed says more.
            "excludeDomains": [] if request.allowed_domains else list(request.blocked_domains),
            "startPublishedDate": f"{oldest_day(request.freshness)}T00:00:00.000Z" if request.freshness else None,
        }
        body = {
            "query": request.query,
            "type": "auto",
            "numResults": request.max_results,
            "contents": {"highlights": True},
        }
        return ApiCall(
            "POST",
            f"{self._base_url}/search",
            headers={"x-api-key": self.key()},
            json={**body, **{name: wish for name, wish in wishes.items() if wish}},
        )

    def parse_answer(self, answer: Mapping[str, Any]) -> SearchOutcome:
        """What was found."""
        results = [
            {**result, "text": " ... ".join(result.get("highlights") or []) or result.get("text")}
            for result in answer["results"]
        ]
        hits = hits_of(results, "title", "url", "text", published="publishedDate", score="score")
        return {"hits": hits, "warnings": []}
