"""Who can search: providers for `WebSearch(provider=...)`, and what a provider of your own is made of."""

from typing import TYPE_CHECKING, Final

from langchain_openrouter.lazy_names import lazy_names

if TYPE_CHECKING:
    from openrouter_agents.tools.search.brave import BraveSearch
    from openrouter_agents.tools.search.ddgs_search import DdgsSearch
    from openrouter_agents.tools.search.documents import DocumentSearch
    from openrouter_agents.tools.search.exa import ExaSearch
    from openrouter_agents.tools.search.offline import OfflineSearch
    from openrouter_agents.tools.search.openrouter import OpenRouterSearch
    from openrouter_agents.tools.search.provider import (
        SearchError,
        SearchHit,
        SearchOutcome,
        SearchProvider,
        SearchRequest,
    )
    from openrouter_agents.tools.search.searxng import SearxngSearch
    from openrouter_agents.tools.search.serper import SerperSearch
    from openrouter_agents.tools.search.tavily import TavilySearch

__all__ = [
    "BraveSearch",
    "DdgsSearch",
    "DocumentSearch",
    "ExaSearch",
    "OfflineSearch",
    "OpenRouterSearch",
    "SearchError",
    "SearchHit",
    "SearchOutcome",
    "SearchProvider",
    "SearchRequest",
    "SearxngSearch",
    "SerperSearch",
    "TavilySearch",
]

_HOMES: Final = {
    "BraveSearch": "brave",
    "DdgsSearch": "ddgs_search",
    "DocumentSearch": "documents",
    "ExaSearch": "exa",
    "OfflineSearch": "offline",
    "OpenRouterSearch": "openrouter",
    "SearchError": "provider",
    "SearchHit": "provider",
    "SearchOutcome": "provider",
    "SearchProvider": "provider",
    "SearchRequest": "provider",
    "SearxngSearch": "searxng",
    "SerperSearch": "serper",
    "TavilySearch": "tavily",
}


# A search with one provider should not load the others.
if not TYPE_CHECKING:
    __getattr__ = lazy_names(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
