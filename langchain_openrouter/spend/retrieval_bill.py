"""The dearest bill of a request for vectors or for ranks.

Sources: https://openrouter.ai/docs/api-reference/embeddings, https://docs.voyageai.com/docs/pricing
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from langchain_openrouter.model_info import ModelInfo
from langchain_openrouter.spend.hold_bill import HoldBill
from langchain_openrouter.spend.prompt_bound import PromptBound
from langchain_openrouter.spend.rates import Touched, rates_of
from langchain_openrouter.spend.unbounded import UnboundedError


def bill_of_retrieval(
    kind: Literal["embeddings", "rerank"],
    body: Mapping[str, object],
    model: str,
    info: ModelInfo | None,
    prompt: PromptBound,
    touched: Touched,
) -> HoldBill:
    """Make the bill of a request to one model.

    Raises:
        UnboundedError: Something has no bound.
    """
    tokens = _tokens(model, info, prompt)
    rates = rates_of(info, model, touched, tokens)
    if kind == "rerank":
        if not rates.prompt and ":free" not in model:
            raise UnboundedError(
                f"What a search by {model!r} costs is not listed. Choose a `:free` model, or keep a ledger with "
                "`strict=False`.",
                model,
            )
        tokens += _query_bytes(body) * _documents(body)
    return HoldBill(rates, tokens, prompt.media.get("image", 0))


def _tokens(model: str, info: ModelInfo | None, prompt: PromptBound) -> int:
    """Tokens of all inputs: each has the context for itself."""
    media = sum(prompt.media.values())
    context = None if info is None else info.context_length
    if media and context is None:
        raise UnboundedError(f"How many tokens {model!r} makes of an image or a file is not known.", model)
    return prompt.text_tokens + media * (context or 0)


def _query_bytes(body: Mapping[str, object]) -> int:
    """The query is counted with each document anew."""
    query = body.get("query")
    return len(query.encode("utf-8", "surrogatepass")) if isinstance(query, str) else 0


def _documents(body: Mapping[str, object]) -> int:
    documents = body.get("documents")
    return len(documents) if isinstance(documents, list | tuple) else 0
