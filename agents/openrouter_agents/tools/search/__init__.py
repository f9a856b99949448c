"""Who can search: providers for `WebSearch.with_provider`, and what a provider of your own is made of."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from openrouter_agents.tools.search.brave import BraveSearch
    from openrouter_agents.tools.search.ddgs_search import DdgsSearch
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


def __getattr__(name: str) -> object:
    # Lazily, because a search with one provider should not load the others.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
