"""A query and documents to the body of `POST /rerank`, and its answer to ranks.

Source: https://openrouter.ai/docs/api-reference/rerank
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.documents import Document

from langchain_openrouter._wire.json_text import dump_json
from langchain_openrouter._wire.retrieval import parse_facts, parse_success, place
from langchain_openrouter._wire.types import Wire, as_object
from langchain_openrouter.errors import RequestError, ResponseFormatError
from langchain_openrouter.retrieval_results import DocumentT, RankableDocument, RankedDocument, RerankResult

_NOT_FACTS = frozenset({"results"})
_PARTS_OF_A_RANK = frozenset({"index", "relevance_score", "document"})


def render_rerank(query: str, documents: Sequence[RankableDocument], options: Mapping[str, Any]) -> bytes:
    """Render the body of `POST /rerank`. Options that are `None` are left out.

    Raises:
        RequestError: The query or a document has no form on the wire.
    """
    if not isinstance(query, str):
        raise RequestError(f"The query must be a text, not {type(query).__name__}.")
    if isinstance(documents, str | bytes | Mapping):
        raise RequestError(f"The documents must be a list, not {type(documents).__name__}: for a single one, use [it].")
    body: Wire = {"query": query, "documents": [_render_document(one) for one in documents]}
    body.update((key, value) for key, value in options.items() if value is not None)
    return dump_json(body)


def _render_document(document: RankableDocument) -> str | Wire:
    if isinstance(document, Document):
        return document.page_content
    if isinstance(document, str):
        return document
    if isinstance(document, Mapping):
        return dict(document)
    raise RequestError(
        f"A document must be a text, a Document or a dict with `text` or `image`, not {type(document).__name__}."
    )


def parse_rerank(
    content: bytes, headers: Mapping[str, str], documents: Sequence[DocumentT], top_n: int | None
) -> RerankResult[DocumentT]:
    """Read the body of `POST /rerank`.

    Args:
        content: The body.
        headers: The response's headers, lower-case names.
        documents: What was sent, in its order.
        top_n: How many were asked for; `None` means all.

    Returns:
        The documents by score, the best first, at most `top_n`, whatever order and number the server chose.

    Raises:
        APIStatusError: The body holds an error, though its status is 200.
        ResponseFormatError: The body holds no results, or one that is not of these documents.
    """
    body = parse_success(content, headers)
    facts = parse_facts(body, headers, _NOT_FACTS)
    items = body.get("results")
    if not isinstance(items, list):
        raise ResponseFormatError(
            f"The answer holds no results: {content[:200].decode(errors='replace')}", generation_id=facts.generation_id
        )
    ranked: list[RankedDocument[DocumentT] | None] = [None] * len(documents)
    for item in items:
        wire = as_object(item)
        at = place(wire.get("index"), ranked, facts.generation_id)
        ranked[at] = RankedDocument(
            at,
            _parse_score(wire.get("relevance_score"), facts.generation_id),
            documents[at],
            {key: value for key, value in wire.items() if key not in _PARTS_OF_A_RANK},
        )
    results = sorted((one for one in ranked if one is not None), key=lambda one: -one.relevance_score)
    units = as_object(body.get("usage")).get("search_units")
    return RerankResult(results[:top_n], search_units=units if type(units) is int else None, **facts._asdict())


def _parse_score(wire: object, generation_id: str | None) -> float:
    if isinstance(wire, int | float) and not isinstance(wire, bool) and math.isfinite(wire):
        return float(wire)
    raise ResponseFormatError(f"The server sent a relevance score of {wire!r}.", generation_id=generation_id)
