"""Calls that brought no answer, or none that can be read."""

from __future__ import annotations

from langchain_core.exceptions import ModelAPIError, ModelConnectionError, ModelTimeoutError

from langchain_openrouter.errors.base import OpenRouterError


class APIConnectionError(OpenRouterError, ModelConnectionError):
    """OpenRouter could not be reached, or closed the connection without an answer.

    `is_retryable` is true only where the request cannot have been billed: it never left this machine.
    """


class APITimeoutError(APIConnectionError, ModelTimeoutError):
    """No answer came in time (see `timeout`, in seconds).

    Attributes:
        limit: Which limit was reached: `connect`, `idle`, `write`, `pool` or `total`.
        seconds: How long that is; `None` where there is no such limit, and the system gave up.
    """

    def __init__(
        self,
        message: str,
        *,
        limit: str | None = None,
        seconds: float | None = None,
        generation_id: str | None = None,
        partial: str = "",
        is_retryable: bool | None = None,
    ) -> None:
        super().__init__(message, generation_id=generation_id, partial=partial, is_retryable=is_retryable)
        self.limit = limit
        self.seconds = seconds


class StreamInterruptedError(APIConnectionError):
    """A stream ended before the model had finished; what had arrived is in `partial`."""


class ResponseFormatError(OpenRouterError, ModelAPIError):
    """The answer cannot be read: it is not JSON, or it is not a chat completion."""


class EmptyResponseError(ResponseFormatError):
    """The answer holds no text, no tool call and no reason to have stopped. OpenRouter does not bill it."""
