"""`OpenRouterEmbeddings`: texts, images and other content to vectors."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Literal

from langchain_core.embeddings import Embeddings
from pydantic import ConfigDict, Field
from typing_extensions import override

from langchain_openrouter._wire.embeddings import EmbeddingInput
from langchain_openrouter.attempt_booking import book_retrieval
from langchain_openrouter.call_settings import with_meter
from langchain_openrouter.embedding_run import EmbeddingRun
from langchain_openrouter.retrieval_options import RetrievalOptions
from langchain_openrouter.retrieval_results import EmbeddingsResult

_EMBEDDINGS = "/embeddings"


class OpenRouterEmbeddings(RetrievalOptions, Embeddings):
    """Any of OpenRouter's embedding models.

    ```python
    from langchain_openrouter import OpenRouterEmbeddings

    embeddings = OpenRouterEmbeddings(model="openai/text-embedding-3-small")  # reads OPENROUTER_API_KEY
    vectors = embeddings.embed_documents(["The sky is blue.", "Grass is green."])
    query = embeddings.embed_query("What colour is the sky?")

    result = embeddings.embed_with_usage(["The sky is blue."])
    result.vectors, result.usage, result.cost  # USD
    ```

    Each call sends up to `batch_size` inputs per request, and gives one vector for each input, in their order. Where a
    request fails, no further one is sent; the error's `completed` holds the vectors that had come, and what they cost.

    Raises:
        ConfigurationError: There is no key.

    Source: https://openrouter.ai/docs/api-reference/embeddings
    """

    model_config = ConfigDict(defer_build=False)

    model: str = "openai/text-embedding-3-small"
    """The model's id. Vectors of different models cannot be compared."""
    dimensions: int | None = Field(default=None, ge=1)
    """Numbers in each vector, for models that can shorten them; `None` means the model's own number."""
    encoding_format: Literal["base64", "float"] = "base64"
    """How vectors travel. `base64` is a quarter of the size and exact to the 32-bit floats that models give."""
    input_type: str | None = None
    """What inputs are for, to models that ask, such as Cohere's and Voyage's; `None` tells them nothing."""
    document_input_type: str | None = None
    """`input_type` of what is searched, such as `search_document`; `None` means `input_type`."""
    query_input_type: str | None = None
    """`input_type` of what is searched for, such as `search_query`; `None` means `input_type`."""
    batch_size: int = Field(alias="chunk_size", default=100, ge=1)
    """The most inputs of one request. Providers take 100 (Google) to 2,048 (OpenAI), and bound the tokens in all."""
    max_concurrency: int = Field(default=8, ge=1)
    """The most requests at a time of one asynchronous call."""

    @override
    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Make a vector of each text.

        Raises:
            OpenRouterError: A request failed; `completed` holds what the others brought.
        """
        return self.embed_with_usage(texts).vectors

    @override
    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """Do what `embed_documents` does, without blocking the event loop, `max_concurrency` requests at a time."""
        return (await self.aembed_with_usage(texts)).vectors

    @override
    def embed_query(self, text: str) -> list[float]:
        """Make a vector of what is searched for.

        Raises:
            OpenRouterError: The request failed.
        """
        return self.embed_with_usage([text], input_type=self._query_type).vectors[0]

    @override
    async def aembed_query(self, text: str) -> list[float]:
        """Do what `embed_query` does, without blocking the event loop."""
        return (await self.aembed_with_usage([text], input_type=self._query_type)).vectors[0]

    def embed_content(self, contents: Sequence[EmbeddingInput]) -> list[list[float]]:
        """Make a vector of each image, recording, video, file, or mixture of them, by a model that takes them.

        Args:
            contents: One for each vector: a content block of LangChain's or of the wire, or a list of texts and content
                blocks that are embedded together, such as
                `["A cat", {"type": "image", "url": "https://example.org/cat.png"}]`.

        Raises:
            MessageError: A block has no form on the wire.
            OpenRouterError: A request failed; `completed` holds what the others brought.
        """
        return self.embed_with_usage(contents).vectors

    async def aembed_content(self, contents: Sequence[EmbeddingInput]) -> list[list[float]]:
        """Do what `embed_content` does, without blocking the event loop."""
        return (await self.aembed_with_usage(contents)).vectors

    def embed_with_usage(self, inputs: Sequence[EmbeddingInput], *, input_type: str | None = None) -> EmbeddingsResult:
        """Make a vector of each input, and tell what that used and cost. Every other method is built on this one.

        Args:
            inputs: Texts, tokens (lists of integers), content blocks, or lists of texts and content blocks.
            input_type: What they are for; `None` means `document_input_type`.

        Raises:
            RequestError: There is something among the inputs that cannot be embedded.
            OpenRouterError: A request failed; `completed` holds what the others brought.
        """
        run = self._run(inputs, input_type)
        for batch in run:
            with run.keeping_failure(), self._metered("embeddings", body := run.render(batch)) as meter:
                response = self._transport().post(_EMBEDDINGS, body, with_meter(None, meter))
                book_retrieval(meter, run.keep(batch, response.content, response.headers))
        return run.result()

    async def aembed_with_usage(
        self, inputs: Sequence[EmbeddingInput], *, input_type: str | None = None
    ) -> EmbeddingsResult:
        """Do what `embed_with_usage` does, without blocking the event loop, `max_concurrency` requests at a time."""
        run = self._run(inputs, input_type)
        workers = min(self.max_concurrency, run.requests)
        await asyncio.gather(*(self._work(run) for _ in range(workers)))
        return run.result()

    async def _work(self, run: EmbeddingRun) -> None:
        for batch in run:
            with run.keeping_failure(), self._metered("embeddings", body := run.render(batch)) as meter:
                response = await self._transport().apost(_EMBEDDINGS, body, with_meter(None, meter))
                book_retrieval(meter, run.keep(batch, response.content, response.headers))

    def _run(self, inputs: Sequence[EmbeddingInput], input_type: str | None) -> EmbeddingRun:
        return EmbeddingRun(inputs, self._options(input_type), self.batch_size)

    def _options(self, input_type: str | None) -> dict[str, Any]:
        return {
            "model": self.model,
            "dimensions": self.dimensions,
            "encoding_format": self.encoding_format,
            "input_type": input_type or self.document_input_type or self.input_type,
            "provider": self.openrouter_provider,
            "user": self.user,
            **self.model_kwargs,
        }

    @property
    def _query_type(self) -> str | None:
        return self.query_input_type or self.input_type
