"""Search with Serper, which asks Google.

Source: https://serper.dev/playground
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from openrouter_agents.tools.search.http_api import ApiCall, hits_of, query_with_sites
from openrouter_agents.tools.search.keyed_api import KeyedSearch
from openrouter_agents.tools.search.provider import FilterName, Freshness, SearchOutcome, SearchRequest

_FRESHNESS: Final[Mapping[Freshness, str]] = {"day": "qdr:d", "week": "qdr:w", "month": "qdr:m", "year": "qdr:y"}


class SerperSearch(KeyedSearch):
    """Searches Google with Serper, on the key in `SERPER_API_KEY`."""

    name = "serper"
    filters: ClassVar[frozenset[FilterName]] = frozenset({"domains", "freshness", "language"})
    key_variables = ("SERPER_API_KEY",)
    address = "https://google.serper.dev"

    def render_call(self, request: SearchRequest) -> ApiCall:
        """What to send."""
        body: dict[str, object] = {"q": query_with_sites(request), "num": request.max_results}
        if request.freshness:
            body["tbs"] = _FRESHNESS[request.freshness]
        if request.language:
            body["hl"] = request.language
        return ApiCall("POST", f"{self._base_url}/search", headers={"x-api-key": self.key()}, json=body)

    def parse_answer(self, answer: Mapping[str, Any]) -> SearchOutcome:
        """What was found; Google's own short answer, where it names its page, comes first."""
        box = answer.get("answerBox") or {}
        short = [{**box, "snippet": box.get("answer") or box.get("snippet")}] if box else []
        hits = hits_of([*short, *answer["organic"]], "title", "link", "snippet", published="date")
        return {"hits": hits, "warnings": []}
