"""What `GET /models` does not say of the models that embed and rank: how long vectors are, and what a search costs."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from langchain_openrouter.emulator.catalogue import Model

_DIMENSIONS: Mapping[str, int] = {
    "openai/text-embedding-3-small": 1536,
    "openai/text-embedding-3-large": 3072,
    "qwen/qwen3-embedding-8b": 4096,
    "google/gemini-embedding-001": 3072,
    "google/gemini-embedding-2": 3072,
    "voyageai/voyage-multimodal-3.5": 1024,
    "nvidia/llama-nemotron-embed-vl-1b-v2:free": 2048,
    "mistralai/mistral-embed-2312": 1024,
}
_OF_ONE_LENGTH = frozenset({"mistralai/mistral-embed-2312"})
"""Models whose vectors cannot be shortened."""

_USD_PER_SEARCH: Mapping[str, Decimal] = {
    "cohere/rerank-v3.5": Decimal("0.001"),
    "cohere/rerank-4-fast": Decimal("0.002"),
    "cohere/rerank-4-pro": Decimal("0.0025"),
}
_USD_PER_RANKED_TOKEN: Mapping[str, Decimal] = {
    "voyageai/rerank-2.5": Decimal("0.00000005"),
    "voyageai/rerank-2.5-lite": Decimal("0.00000002"),
}


def dimensions_of(model: Model) -> int:
    """Numbers in a vector of the model, where the request does not ask for fewer."""
    return _DIMENSIONS[model.id]


def shortens_vectors(model: Model) -> bool:
    """Whether the model knows `dimensions`."""
    return model.id not in _OF_ONE_LENGTH


def usd_per_search(model: Model) -> Decimal | None:
    """USD for a search unit; `None`: the model is not billed by searches."""
    return _USD_PER_SEARCH.get(model.id)


def usd_per_ranked_token(model: Model) -> Decimal:
    """USD for a token of a query or document."""
    return _USD_PER_RANKED_TOKEN.get(model.id, Decimal(0))
