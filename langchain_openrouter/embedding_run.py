"""A call for vectors that takes several requests: which are left to send, what came back, and what was paid for.

A run knows nothing of HTTP. One worker goes through it in synchronous code, several in asynchronous code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, Self

from langchain_openrouter._wire.embeddings import EmbeddingInput, parse_embeddings, render_embeddings, render_inputs
from langchain_openrouter.errors import OpenRouterError
from langchain_openrouter.retrieval_results import EmbeddingsResponse, EmbeddingsResult


class Batch(NamedTuple):
    """The inputs of one request, as they stand on the wire."""

    first: int
    """Position of the first of them in the whole call."""
    inputs: Sequence[Any]


class EmbeddingRun:
    """Hands out batches until all are sent or one has failed.

    Args:
        inputs: One for each vector.
        options: The other keys of each body.
        batch_size: The most inputs of one request.

    Raises:
        RequestError: There is something among the inputs that cannot be embedded.
    """

    def __init__(self, inputs: Sequence[EmbeddingInput], options: Mapping[str, Any], batch_size: int) -> None:
        wire = render_inputs(inputs)
        starts = range(0, len(wire), batch_size)
        self._left = (Batch(first, wire[first : first + batch_size]) for first in starts)
        self._options = options
        self._responses: list[EmbeddingsResponse] = []
        self._failure: Exception | None = None
        self.requests = len(starts)
        """How many requests it takes, where none fails."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Batch:
        if self._failure is not None:
            raise StopIteration
        return next(self._left)

    def render(self, batch: Batch) -> bytes:
        """The body of a batch."""
        return render_embeddings(batch.inputs, self._options)

    @contextmanager
    def keeping_failure(self) -> Iterator[None]:
        """Keep what goes wrong until `result`, so that the requests under way are waited for: they are billed."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - `result` raises it
            self._failure = self._failure or error

    def keep(self, batch: Batch, content: bytes, headers: Mapping[str, str]) -> EmbeddingsResponse:
        """Read the answer to a batch, and keep it.

        Raises:
            OpenRouterError: It holds no vectors.
        """
        response = parse_embeddings(content, headers, first=batch.first, count=len(batch.inputs))
        self._responses.append(response)
        return response

    def result(self) -> EmbeddingsResult:
        """What came back, in the order of the inputs.

        Raises:
            OpenRouterError: A request failed; its `completed` holds what the others brought.
        """
        result = EmbeddingsResult(tuple(sorted(self._responses, key=lambda response: response.first)))
        if isinstance(self._failure, OpenRouterError):
            self._failure.completed = result
        if self._failure is not None:
            raise self._failure
        return result
