"""LangChain's own integration tests for embeddings and retrievers, over HTTP against the emulator.

LangChain has none for document compressors: a retriever that reranks what a vector store found stands in for one.
"""

from __future__ import annotations

import pytest
from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_tests.integration_tests import EmbeddingsIntegrationTests, RetrieversIntegrationTests

from langchain_openrouter import OpenRouterEmbeddings, OpenRouterRerank
from langchain_openrouter.emulator import OpenRouterEmulator

TEXTS = [f"{animal}s live in the {place}." for animal in ("Fox", "Hen", "Trout") for place in ("wood", "yard", "brook")]


@pytest.fixture(autouse=True)
def _emulator(monkeypatch):
    with OpenRouterEmulator() as emulator:
        monkeypatch.setenv("OPENROUTER_API_KEY", emulator.api_key)
        monkeypatch.setenv("OPENROUTER_API_BASE", emulator.base_url)
        yield


class TestOpenRouterEmbeddings(EmbeddingsIntegrationTests):
    @property
    def embeddings_class(self):
        return OpenRouterEmbeddings

    @property
    def embedding_model_params(self):
        return {"model": "openai/text-embedding-3-small"}


class TestShortFloats(TestOpenRouterEmbeddings):
    """The same with numbers instead of base64, shortened, one input a request."""

    @property
    def embedding_model_params(self):
        return {"encoding_format": "float", "dimensions": 16, "batch_size": 1}


class RerankingRetriever(BaseRetriever):
    """Searches a vector store and reranks what it finds."""

    k: int = 4

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        store = InMemoryVectorStore(OpenRouterEmbeddings())
        store.add_texts(TEXTS)
        found = store.similarity_search(query, k=len(TEXTS))
        return OpenRouterRerank(model="cohere/rerank-v3.5", top_n=k or self.k).compress_documents(found, query)

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        store = InMemoryVectorStore(OpenRouterEmbeddings())
        await store.aadd_texts(TEXTS)
        found = await store.asimilarity_search(query, k=len(TEXTS))
        return await OpenRouterRerank(model="cohere/rerank-v3.5", top_n=k or self.k).acompress_documents(found, query)


class TestReranking(RetrieversIntegrationTests):
    @property
    def retriever_constructor(self):
        return RerankingRetriever

    @property
    def retriever_query_example(self):
        return "Which animals live in the brook?"
