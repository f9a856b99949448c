"""What OpenRouter answers instead of a completion, one class for each HTTP status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.exceptions import (
    ContextOverflowError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelInvalidRequestError,
    ModelNotFoundError,
    ModelPermissionDeniedError,
    ModelRateLimitError,
    ModelTimeoutError,
)

from langchain_openrouter.errors.base import OpenRouterError
from langchain_openrouter.errors.facts import object_of, text_of
from langchain_openrouter.errors.scrub import scrubbed


class APIStatusError(OpenRouterError):
    """OpenRouter answered with an error, by HTTP status, inside a body with status 200, or half way through a stream.

    API keys in `provider`, `metadata`, `availability` and `body` are shortened.

    Attributes:
        availability: `error.availability` as it came: why no endpoint was available, and what to use instead.
    """

    advice = "Look the status up at https://openrouter.ai/docs/api-reference/errors."

    def __init__(  # noqa: PLR0913 - all but the message are optional facts of one wire object
        self,
        message: str,
        *,
        status_code: int | None = None,
        code: int | str | None = None,
        error_type: str | None = None,
        provider: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        availability: Mapping[str, Any] | None = None,
        retry_after: float | None = None,
        body: object = None,
        generation_id: str | None = None,
        partial: str = "",
        is_retryable: bool | None = None,
    ) -> None:
        super().__init__(message, generation_id=generation_id, partial=partial, is_retryable=is_retryable)
        self.status_code = status_code
        self.code = code
        self.error_type = error_type
        self.provider = scrubbed(provider)
        self.metadata = scrubbed(dict(metadata or {}))
        self.availability = scrubbed(dict(availability or {}))
        self.retry_after = retry_after
        self.body = body

    @property
    def body(self) -> object:
        """The whole body as it came, or the event of a stream; `None` where there is none."""
        return self._body

    @body.setter
    def body(self, body: object) -> None:
        self._body = scrubbed(body)

    @property
    def limit_source(self) -> str | None:
        """Whose limit was hit, such as `openrouter_credits` or `upstream_provider_shared_pool`; `None` if unknown."""
        return text_of(self.metadata.get("limit_source"))

    @property
    def file_annotations(self) -> list[dict[str, Any]]:
        """What OpenRouter had parsed of PDFs before the model failed; `[]` where it had not.

        Send it as the `annotations` of an assistant message with the next try, and the files are not paid for again.

        Source: https://openrouter.ai/docs/features/multimodal/pdfs
        """
        annotations = self.metadata.get("file_annotations")
        return [dict(one) for one in annotations if object_of(one)] if isinstance(annotations, list) else []


class BadRequestError(APIStatusError, ModelInvalidRequestError):
    """400, and every 4xx that has no class of its own: the request is wrong."""

    advice = "Change the request: it cannot succeed as it is."


class ContextLengthExceededError(BadRequestError, ContextOverflowError):
    """The input does not fit the model's context window, in whatever words and with whatever status a provider says so.

    A `max_tokens` that is too large on its own is a `BadRequestError`; too many tokens a minute are a `RateLimitError`.
    """

    advice = (
        "Shorten the messages, choose a model with a larger context window, or add the plugin `context-compression`."
    )


class AuthenticationError(APIStatusError, ModelAuthenticationError):
    """401: the key is missing, wrong or disabled."""

    advice = "Check OPENROUTER_API_KEY (https://openrouter.ai/settings/keys)."


class PermissionDeniedError(APIStatusError, ModelPermissionDeniedError):
    """403: the key may not do this, or somebody forbids it."""

    advice = "Check what the key may do (https://openrouter.ai/settings/keys) and the guardrails of its workspace."


class NotFoundError(APIStatusError, ModelNotFoundError):
    """404: there is no such thing."""

    advice = "Check the id."


class RequestTimeoutError(APIStatusError, ModelTimeoutError):
    """408: OpenRouter gave up waiting."""

    advice = "Try again, with a shorter request if it persists."


class ConflictError(APIStatusError, ModelInvalidRequestError):
    """409: what is asked for has been done or used already."""

    advice = "Look at what is there before you ask again."


class GoneError(APIStatusError, ModelInvalidRequestError):
    """410: OpenRouter has taken this part of its API away."""

    advice = "See https://openrouter.ai/docs for what takes its place."


class PreconditionFailedError(APIStatusError, ModelInvalidRequestError):
    """412: a condition that the request depends on does not hold."""

    advice = "Fulfil the condition, or ask without it."


class RequestTooLargeError(APIStatusError, ModelInvalidRequestError):
    """413: the request has too many bytes."""

    advice = "Send smaller or fewer files, or links to them."


class UnprocessableEntityError(APIStatusError, ModelInvalidRequestError):
    """422: the request is well-formed and still cannot be served."""

    advice = "Change the request: it cannot succeed as it is."


class RateLimitError(APIStatusError, ModelRateLimitError):
    """429: too many requests, or every provider is at capacity."""

    advice = "Wait and try again (see `retry_after`, in seconds), or add fallback models (`models=[...]`)."


class InternalServerError(APIStatusError, ModelAPIError):
    """500 and other 5xx: a failure on the other side."""

    advice = "Try again later, or add fallback models (`models=[...]`)."


class UpstreamError(InternalServerError):
    """502: the provider failed or gave an invalid answer."""


class ServiceUnavailableError(InternalServerError):
    """503: no provider is available."""


class GatewayTimeoutError(InternalServerError, ModelTimeoutError):
    """504 or 524: the provider, or the edge, timed out."""


class OverloadedError(ServiceUnavailableError):
    """529, or 503 by the name `provider_overloaded`: the provider is overloaded."""
