"""`OpenRouterRerank`: documents in the order of their relevance to a query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import Callbacks
from langchain_core.documents import BaseDocumentCompressor, Document
from pydantic import ConfigDict, Field
from typing_extensions import override

from langchain_openrouter._wire.rerank import parse_rerank, render_rerank
from langchain_openrouter.attempt_booking import book_retrieval
from langchain_openrouter.call_settings import with_meter
from langchain_openrouter.retrieval_options import RetrievalOptions
from langchain_openrouter.retrieval_results import DocumentT, RerankResult
from langchain_openrouter.usage import total_usage

_RERANK = "/rerank"


class OpenRouterRerank(RetrievalOptions, BaseDocumentCompressor):
    """Any of OpenRouter's rerank models, as a document compressor for retrievers.

    ```python
    from langchain_openrouter import OpenRouterRerank

    rerank = OpenRouterRerank(model="cohere/rerank-v3.5", top_n=2)  # reads OPENROUTER_API_KEY
    best = rerank.compress_documents(documents, "What colour is the sky?")
    best[0].metadata["relevance_score"]

    result = rerank.rerank("What colour is the sky?", ["The sky is blue.", "Grass is green."])
    result.results[0].document, result.results[0].relevance_score, result.cost  # USD
    ```

    Raises:
        ConfigurationError: There is no key.

    Source: https://openrouter.ai/docs/api-reference/rerank
    """

    model_config = ConfigDict(defer_build=False)

    top_n: int | None = Field(default=3, ge=1)
    """How many documents come back; `None` means all."""

    @override
    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> list[Document]:
        """Give copies of the most relevant documents, the best first, with `metadata["relevance_score"]`.

        Raises:
            OpenRouterError: The request failed.
        """
        return _scored(self._rerank(query, documents, callbacks))

    @override
    async def acompress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> list[Document]:
        """Do what `compress_documents` does, without blocking the event loop."""
        return _scored(await self._arerank(query, documents, callbacks))

    def rerank(self, query: str, documents: Sequence[DocumentT]) -> RerankResult[DocumentT]:
        """Rank documents by their relevance to a query, in one request, and tell what that used and cost.

        Args:
            query: What is searched for.
            documents: Texts, `Document`s, or dicts with `text` and `image` (a URL or `data:` URL). None at all give an
                empty result, and no request.

        Raises:
            RequestError: The query or a document has no form on the wire.
            OpenRouterError: The request failed.
        """
        return self._rerank(query, documents)

    async def arerank(self, query: str, documents: Sequence[DocumentT]) -> RerankResult[DocumentT]:
        """Do what `rerank` does, without blocking the event loop."""
        return await self._arerank(query, documents)

    def _rerank(
        self, query: str, documents: Sequence[DocumentT], callbacks: Callbacks | None = None
    ) -> RerankResult[DocumentT]:
        if not documents:
            return _nothing()
        body = render_rerank(query, documents, self._options())
        with self._metered("rerank", body, callbacks) as meter:
            response = self._transport().post(_RERANK, body, with_meter(None, meter))
            result = parse_rerank(response.content, response.headers, documents, self.top_n)
            book_retrieval(meter, result)
        return result

    async def _arerank(
        self, query: str, documents: Sequence[DocumentT], callbacks: Callbacks | None = None
    ) -> RerankResult[DocumentT]:
        if not documents:
            return _nothing()
        body = render_rerank(query, documents, self._options())
        with self._metered("rerank", body, callbacks) as meter:
            response = await self._transport().apost(_RERANK, body, with_meter(None, meter))
            result = parse_rerank(response.content, response.headers, documents, self.top_n)
            book_retrieval(meter, result)
        return result

    def _options(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "top_n": self.top_n,
            "provider": self.openrouter_provider,
            "user": self.user,
            **self.model_kwargs,
        }


def _nothing() -> RerankResult[DocumentT]:
    return RerankResult([], usage=total_usage([]))


def _scored(result: RerankResult[Document]) -> list[Document]:
    return [
        one.document.model_copy(update={"metadata": {**one.document.metadata, "relevance_score": one.relevance_score}})
        for one in result.results
    ]
