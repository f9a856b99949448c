"""Search with Brave.

Source: https://api-dashboard.search.brave.com/app/documentation/web-search/query
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from openrouter_agents.tools.search.http_api import ApiCall, hits_of, query_with_sites
from openrouter_agents.tools.search.keyed_api import KeyedSearch
from openrouter_agents.tools.search.provider import FilterName, Freshness, SearchOutcome, SearchRequest

_FRESHNESS: Final[Mapping[Freshness, str]] = {"day": "pd", "week": "pw", "month": "pm", "year": "py"}
_LANGUAGES: Final = {"ja": "jp", "no": "nb", "pt": "pt-pt", "zh": "zh-hans"}
"""The codes that Brave has in place of those of ISO 639-1."""


class BraveSearch(KeyedSearch):
    """Searches the live web with Brave, on the key in `BRAVE_SEARCH_API_KEY` or `BRAVE_API_KEY`."""

    name = "brave"
    filters: ClassVar[frozenset[FilterName]] = frozenset({"domains", "freshness", "language"})
    key_variables = ("BRAVE_SEARCH_API_KEY", "BRAVE_API_KEY")
    address = "https://api.search.brave.com/res/v1"

    def render_call(self, request: SearchRequest) -> ApiCall:
        """What to send."""
        params: dict[str, str | int] = {
            "q": query_with_sites(request),
            "count": request.max_results,
            "result_filter": "web",
            "text_decorations": "false",
        }
        if request.freshness:
            params["freshness"] = _FRESHNESS[request.freshness]
        if request.language:
            params["search_lang"] = _LANGUAGES.get(request.language, request.language)
        headers = {"accept": "application/json", "x-subscription-token": self.key()}
        return ApiCall("GET", f"{self._base_url}/web/search", headers=headers, params=params)

    def parse_answer(self, answer: Mapping[str, Any]) -> SearchOutcome:
        """What was found."""
        # Where no page was found, the answer has no `web`.
        results = answer.get("web", {}).get("results")
        return {"hits": hits_of(results, "title", "url", "description", published="page_age"), "warnings": []}
