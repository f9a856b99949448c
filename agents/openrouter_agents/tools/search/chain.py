"""Several providers in a row: the next one searches where one fails."""

from __future__ import annotations

from collections.abc import Sequence

from openrouter_agents.tools.search.link import ProviderLink
from openrouter_agents.tools.search.provider import SearchError, SearchOutcome, SearchRequest


class SearchChain:
    """Searches with the first provider that does not fail. To find nothing is not to fail.

    Args:
        links: The providers, in the order in which they are tried; at least one.
    """

    def __init__(self, links: Sequence[ProviderLink]) -> None:
        self._links = links

    def search(self, request: SearchRequest) -> tuple[str, SearchOutcome]:
        """The name of who searched, and what was found, with a warning for each that failed before.

        Raises:
            SearchError: All have failed; it says who for what reason.
        """
        failures: list[str] = []
        for link in self._links:
            try:
                return _found(link, link.search(request), failures)
            except SearchError as error:
                failures.append(f"{link.name}: {error}")
        raise SearchError(" ".join(failures))

    async def asearch(self, request: SearchRequest) -> tuple[str, SearchOutcome]:
        """The async twin of `search`."""
        failures: list[str] = []
        for link in self._links:
            try:
                return _found(link, await link.asearch(request), failures)
            except SearchError as error:
                failures.append(f"{link.name}: {error}")
        raise SearchError(" ".join(failures))


def _found(link: ProviderLink, outcome: SearchOutcome, failures: Sequence[str]) -> tuple[str, SearchOutcome]:
    failed = [f"Searched with {link.name}, because this failed: {failure}" for failure in failures]
    return link.name, {**outcome, "warnings": [*failed, *outcome["warnings"]]}
