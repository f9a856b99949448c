"""Search without the web: the CIA World Factbook, packaged and in the public domain."""

import asyncio
import threading
from collections.abc import Sequence
from typing import ClassVar, Final

from openrouter_agents.tools.search.factbook_corpus import read_countries
from openrouter_agents.tools.search.factbook_index import FactbookIndex, FoundFact
from openrouter_agents.tools.search.provider import FilterName, SearchError, SearchHit, SearchOutcome, SearchRequest

_SOURCE: Final = (
    "Results come from an offline copy of the CIA World Factbook (facts on countries, figures mostly of 2023 to 2025), "
    "not from the live web."
)
_COINCIDENCE: Final = 0.5
_FACTS_EACH: Final = 3
_FACT_CHARACTERS: Final = 400

_index: FactbookIndex | None = None
_index_lock: Final = threading.Lock()


class OfflineSearch:
    """Finds facts on countries in a packaged corpus; needs no key and no network.

    The index is built in memory at the first search, in less than a second, and shared by the whole process.
    """

    name: Final = "offline-corpus"
    filters: ClassVar[frozenset[FilterName]] = frozenset({"duplicates"})

    def search(self, request: SearchRequest) -> SearchOutcome:
        """Finds the sections of country pages that answer best.

        Raises:
            SearchError: When the corpus is not installed.
        """
        index = _shared_index()
        sections: dict[tuple[int, str], list[FoundFact]] = {}
        for fact in index.find(request.query):
            # A fact that holds half of what was asked, and no country that was, is a coincidence and not an answer.
            if fact.coverage > _COINCIDENCE or (fact.is_of_named_country and fact.coverage == _COINCIDENCE):
                sections.setdefault((fact.page, fact.section), []).append(fact)
        hits = [_hit(index, facts) for facts in sections.values()]
        return {"hits": hits[: request.max_results], "warnings": [_SOURCE]}

    async def asearch(self, request: SearchRequest) -> SearchOutcome:
        """The async twin of `search`; works in a thread."""
        return await asyncio.to_thread(self.search, request)


def _shared_index() -> FactbookIndex:
    global _index  # noqa: PLW0603 - one index for each process, made when it is first needed
    with _index_lock:
        if _index is None:
            try:
                _index = FactbookIndex(read_countries())
            except ModuleNotFoundError as error:
                raise SearchError(
                    "The offline corpus is not installed; install langchain-openrouter-agents[agents]."
                ) from error
        return _index


def _hit(index: FactbookIndex, facts: Sequence[FoundFact]) -> SearchHit:
    country = index.countries[facts[0].page]
    # Facts that hold less of the query than the best one only add noise to its answer.
    best = [fact for fact in facts if fact.coverage == facts[0].coverage][:_FACTS_EACH]
    return {
        "title": f"{country.title} - {facts[0].section} (CIA World Factbook)",
        "url": country.url,
        "snippet": " | ".join(f"{fact.field}: {fact.text[:_FACT_CHARACTERS]}" for fact in best),
    }
