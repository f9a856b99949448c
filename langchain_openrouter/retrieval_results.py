"""What embedding and reranking give back: vectors and ranks, with what they used and cost.

Sources: https://openrouter.ai/docs/api-reference/embeddings, https://openrouter.ai/docs/api-reference/rerank
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeAlias, TypeVar

from langchain_core.documents import Document

from langchain_openrouter.usage import Usage, total_usage

RankableDocument: TypeAlias = str | Document | Mapping[str, Any]
"""A text, a LangChain document, or `{"text": ..., "image": ...}` with an image by URL or as a `data:` URL."""

DocumentT = TypeVar("DocumentT", bound=RankableDocument)


@dataclass(frozen=True, slots=True)
class EmbeddingsResponse:
    """The answer to one request for vectors."""

    first: int
    """Position of its first input among those of the whole call."""
    vectors: list[list[float]] = field(repr=False)
    """One for each input, in the order of the inputs, exactly as on the wire."""
    usage: Usage | None
    """Tokens, and cost in USD; `None` where the server did not say."""
    model_name: str | None
    """The model that answered, in the provider's words; `None` where the server did not say."""
    provider: str | None
    """Who ran the model; `None` where the server did not say."""
    generation_id: str | None
    """The `gen-emb-...` id; `None` where the server gave none."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """What else the answer held, as it came: the raw `usage`, `response_cache` from the headers, unknown keys."""


@dataclass(frozen=True, slots=True)
class EmbeddingsResult:
    """Vectors, with what they used and cost in all the requests that it took."""

    responses: tuple[EmbeddingsResponse, ...]
    """One for each request, in the order of the inputs."""

    @property
    def vectors(self) -> list[list[float]]:
        """One vector for each input, in the order of the inputs."""
        return [vector for response in self.responses for vector in response.vectors]

    @property
    def usage(self) -> Usage | None:
        """Tokens, and cost in USD, of all requests; `None` where the usage of one is unknown."""
        return total_usage(response.usage for response in self.responses)

    @property
    def cost(self) -> Decimal | None:
        """USD charged to the OpenRouter account; `None` where the cost of a request is unknown."""
        usage = self.usage
        return None if usage is None else usage.cost

    @property
    def model_name(self) -> str | None:
        """The model that answered; `None` where that is unknown or not the same for all requests."""
        return _the_one([response.model_name for response in self.responses])

    @property
    def provider(self) -> str | None:
        """Who ran the model; `None` where that is unknown or not the same for all requests."""
        return _the_one([response.provider for response in self.responses])

    @property
    def generation_id(self) -> str | None:
        """The id of the request; `None` where there were several, each with an id of its own in `responses`."""
        return _the_one([response.generation_id for response in self.responses])


@dataclass(frozen=True, slots=True)
class RankedDocument(Generic[DocumentT]):
    """A document and how well it fits the query."""

    index: int
    """Its position among the documents that were given."""
    relevance_score: float
    """Higher is more relevant; most models give 0 to 1. Scores of different models cannot be compared."""
    document: DocumentT
    """The document as it was given."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """What else the server said of it, as it came."""


@dataclass(frozen=True, slots=True)
class RerankResult(Generic[DocumentT]):
    """Documents by relevance, with what it used and cost to rank them."""

    results: list[RankedDocument[DocumentT]]
    """The most relevant first."""
    usage: Usage | None
    """Tokens, and cost in USD; `None` where the server did not say."""
    search_units: int | None = None
    """What Cohere bills by: a query with up to 100 documents is one. `None` where the model is billed otherwise."""
    model_name: str | None = None
    """The model that answered, in the provider's words; `None` where the server did not say."""
    provider: str | None = None
    """Who ran the model; `None` where the server did not say."""
    generation_id: str | None = None
    """The `gen-rerank-...` id; `None` where the server gave none."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """What else the answer held, as it came: the raw `usage`, `response_cache` from the headers, unknown keys."""

    @property
    def cost(self) -> Decimal | None:
        """USD charged to the OpenRouter account; `None` where the server did not say."""
        return None if self.usage is None else self.usage.cost


def _the_one(values: list[str | None]) -> str | None:
    return values[0] if len(set(values)) == 1 else None
