"""What a search provider is: the seam between the tool and where results come from."""

from typing import Protocol

from typing_extensions import TypedDict


class SearchHit(TypedDict):
    """One page found, as the provider gives it: neither cleaned nor shortened."""

    title: str
    url: str
    snippet: str
    """The passage that answers the query."""


class SearchOutcome(TypedDict):
    """What a provider found."""

    hits: list[SearchHit]
    """Best first; empty when nothing was found."""
    warnings: list[str]
    """Sentences the reader of the results must know."""


class SearchError(Exception):
    """A search could not be made; the message is a sentence that is safe to show to a model."""


class SearchProvider(Protocol):
    """Where search results come from. Providers are called from several threads and loops at once."""

    @property
    def name(self) -> str:
        """The name shown with every result."""
        ...

    def search(self, query: str, max_results: int) -> SearchOutcome:
        """Finds at most `max_results` pages.

        Raises:
            SearchError: When the search could not be made, which is not the same as finding nothing.
        """
        ...

    async def asearch(self, query: str, max_results: int) -> SearchOutcome:
        """The async twin of `search`."""
        ...
