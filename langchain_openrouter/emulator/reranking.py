"""`POST /rerank`: documents by what they share with a query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from langchain_openrouter.emulator import failures
from langchain_openrouter.emulator.accounting import Account
from langchain_openrouter.emulator.brain import JSON
from langchain_openrouter.emulator.checks.retrieval import rerank_problem
from langchain_openrouter.emulator.retrieval import Body, Retrieval, refuse_media, route_of
from langchain_openrouter.emulator.retrieval_models import usd_per_ranked_token, usd_per_search
from langchain_openrouter.emulator.similarity import relevance
from langchain_openrouter.emulator.tokens import TOKENS_OF_MEDIA, count_text

DOCUMENTS_OF_A_SEARCH = 100
"""Documents that one search unit ranks."""

_Document = Mapping[str, str]


def rerank(body: Body, account: Account, session_id: str | None) -> dict[str, JSON]:
    """Answer a request for ranks.

    Raises:
        Refusal: Something is wrong with it, or it cannot be paid for.
    """
    route = route_of(body, "rerank", rerank_problem(body))
    refusal = account.refusal_of_any(is_free=route.model.id.endswith(":free"))
    if refusal is not None:
        raise failures.Refusal(refusal)
    documents = [_parts(one) for one in cast("Sequence[JSON]", body["documents"])]
    refuse_media(route, {"image" for document in documents if "image" in document})
    query = str(body["query"])
    scores = [relevance(query, document.get("text", "")) for document in documents]
    best = sorted(range(len(documents)), key=lambda index: -scores[index])
    top_n = body.get("top_n")
    retrieval = Retrieval(body, "rerank", route, session_id)
    return {
        "results": [
            {"index": index, "relevance_score": scores[index], "document": documents[index]}
            for index in best[: top_n if isinstance(top_n, int) else None]
        ],
        "usage": _bill(retrieval, account, query, documents),
        **retrieval.facts,
    }


def _parts(document: JSON) -> _Document:
    if isinstance(document, str):
        return {"text": document}
    parts = cast("Mapping[str, JSON]", document)
    return {name: value for name in ("text", "image") if isinstance(value := parts.get(name), str)}


def _bill(retrieval: Retrieval, account: Account, query: str, documents: list[_Document]) -> dict[str, JSON]:
    """Book by searches where the model is billed so, else by tokens."""
    model = retrieval.route.model
    tokens = sum(count_text(query) + _count(document) for document in documents)
    per_search = usd_per_search(model)
    if per_search is None:
        cost = tokens * usd_per_ranked_token(model)
        retrieval.bill(account, tokens, cost)
        return {"total_tokens": tokens, "cost": float(cost)}
    units = -(-len(documents) // DOCUMENTS_OF_A_SEARCH)
    retrieval.bill(account, tokens, units * per_search)
    return {"total_tokens": tokens, "cost": float(units * per_search), "search_units": units}


def _count(document: _Document) -> int:
    return count_text(document.get("text", "")) + (TOKENS_OF_MEDIA["image"] if "image" in document else 0)
