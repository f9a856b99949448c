"""What a search provider is: the seam between the tool and where results come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NotRequired, Protocol, TypeAlias, runtime_checkable

from typing_extensions import TypedDict

Freshness: TypeAlias = Literal["day", "week", "month", "year"]
"""Published within the last day, week, month or year."""

FilterName: TypeAlias = Literal["addresses", "domains", "duplicates", "freshness", "language"]
"""What a provider may see to by itself. One that sees to addresses may give others than those of the web, and one that
sees to duplicates several passages of one page."""


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What is looked for."""

    query: str
    """A few key words."""
    max_results: int = 5
    allowed_domains: tuple[str, ...] = ()
    """Hosts, each with its subdomains, that results must be of; empty allows all."""
    blocked_domains: tuple[str, ...] = ()
    """Hosts, each with its subdomains, that no result may be of."""
    freshness: Freshness | None = None
    """How old results may be; `None` allows any age."""
    language: str | None = None
    """The language of the results as two letters of ISO 639-1; `None` leaves it to the provider."""


class SearchHit(TypedDict):
    """One page found, as the provider gives it: neither cleaned nor shortened."""

    title: str
    url: str
    snippet: str
    """The passage that answers the query."""
    published: NotRequired[str | None]
    """When, in the provider's words; missing or `None` is unknown."""
    score: NotRequired[float | None]
    """How well it fits, on the provider's own scale; missing or `None` is unknown."""


class SearchOutcome(TypedDict):
    """What a provider found."""

    hits: list[SearchHit]
    """Best first; empty when nothing was found."""
    warnings: list[str]
    """Sentences the reader of the results must know."""


class SearchError(Exception):
    """A search could not be made; the message is a sentence that is safe to show to a model.

    Args:
        message: The sentence. It holds no key and none of the server's own words.
        is_transient: Whether the same search may well succeed in a minute: a rate limit, a server that is down or slow.
        retry_after: Seconds after which to try once more at once; `None` means that another try is of no use now.
    """

    def __init__(self, message: str, *, is_transient: bool = False, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.is_transient = is_transient
        self.retry_after = retry_after


@runtime_checkable
class SearchProvider(Protocol):
    """Where search results come from. Providers are called from several threads and loops at once.

    A provider may also have `filters`, a set of the `FilterName`s that it applies itself, and `cache_key`, a text that
    tells its results from those of others. Without the first, filters are applied to what it finds; without the second,
    what it finds is not kept.
    """

    @property
    def name(self) -> str:
        """The name shown with every result."""
        ...

    def search(self, request: SearchRequest) -> SearchOutcome:
        """Finds at most `request.max_results` pages.

        Raises:
            SearchError: When the search could not be made, which is not the same as finding nothing.
        """
        ...

    async def asearch(self, request: SearchRequest) -> SearchOutcome:
        """The async twin of `search`."""
        ...
