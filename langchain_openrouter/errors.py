"""Everything that can go wrong, as one tree.

```
OpenRouterError(ValueError)          a call that went to OpenRouter failed
 +- APIConnectionError               no answer came back            (ModelConnectionError)
 |   +- APITimeoutError              ... in time                    (ModelTimeoutError)
 |   +- StreamInterruptedError       a stream ended half way; the text so far is in `partial`
 +- ResponseFormatError              an answer that cannot be read  (ModelAPIError)
 |   +- EmptyResponseError           an answer with nothing in it
 +- BatchError                       a batch has no results to give
 |   +- BatchNotDoneError            ... yet
 +- APIStatusError                   OpenRouter said no
     +- BadRequestError              400  (ModelInvalidRequestError)
     |   +- ContextLengthExceededError    (ContextOverflowError)
     +- AuthenticationError          401  (ModelAuthenticationError)
     +- InsufficientCreditsError     402
     +- PermissionDeniedError        403  (ModelPermissionDeniedError)
     |   +- ModerationError               the input was flagged
     +- NotFoundError                404  (ModelNotFoundError)
     +- RequestTimeoutError          408  (ModelTimeoutError)
     +- RequestTooLargeError         413  (ModelInvalidRequestError)
     +- UnprocessableEntityError     422  (ModelInvalidRequestError)
     +- RateLimitError               429  (ModelRateLimitError)
     +- InternalServerError          500 and other 5xx  (ModelAPIError)
         +- UpstreamError            502  the provider failed
         +- ServiceUnavailableError  503  no provider is available
         +- GatewayTimeoutError      504, 524
         +- OverloadedError          529

RequestError(ValueError)             a request that cannot be sent; nothing left the machine
 +- ConfigurationError               the model is not set up (no key, a bad option)
 +- ToolChoiceError                  a tool choice that names no tool
 +- MessageError                     a message or a content block that has no form on the wire
 +- UnknownModelError                no model in the catalogue has that name
StructuredOutputError                the answer arrived, but is not what the schema asks for
 +- RefusalError                     ... because the model refused
```

The classes in parentheses are langchain-core's: its middleware for retries, fallbacks and summarization looks for them.
`RequestError` derives from `ModelInvalidRequestError` too, so that nothing retries what can never work.

Source: https://openrouter.ai/docs/api-reference/errors
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from langchain_core.exceptions import (
    ContextOverflowError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelError,
    ModelInvalidRequestError,
    ModelNotFoundError,
    ModelPermissionDeniedError,
    ModelRateLimitError,
    ModelTimeoutError,
    OutputParserException,
)

if TYPE_CHECKING:
    from langchain_openrouter.retrieval_results import EmbeddingsResult


class OpenRouterError(ModelError, ValueError):
    """A call that went to OpenRouter failed.

    It is a `ValueError` too, so that code written for LangChain's own package keeps catching it.

    Attributes:
        message: What went wrong and what to do, in a sentence.
        generation_id: The `gen-...` id of the attempt, or `None` if the server gave none.
        partial: The text that had arrived before the failure, or `""`.
        completed: What had come, and been paid for, where the call took several requests; else `None`.
        is_retryable: Whether the same request may succeed when it is sent again.
    """

    def __init__(
        self,
        message: str,
        *,
        generation_id: str | None = None,
        partial: str = "",
        is_retryable: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.generation_id = generation_id
        self.partial = partial
        self.completed: EmbeddingsResult | None = None
        if is_retryable is not None:
            self.is_retryable = is_retryable

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by state: the constructors take more than `args` holds."""
        return _rebuild, (type(self), self.args, self.__dict__.copy())


def _rebuild(cls: type[Exception], args: tuple[object, ...], state: dict[str, object]) -> Exception:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class APIConnectionError(OpenRouterError, ModelConnectionError):
    """OpenRouter could not be reached, or closed the connection without an answer.

    `is_retryable` is true only where the request cannot have been billed: it never left this machine.
    """


class APITimeoutError(APIConnectionError, ModelTimeoutError):
    """No answer came in time (see `timeout`, in seconds)."""


class StreamInterruptedError(APIConnectionError):
    """A stream ended before the model had finished; what had arrived is in `partial`."""


class ResponseFormatError(OpenRouterError, ModelAPIError):
    """The answer cannot be read: it is not JSON, or it is not a chat completion."""


class EmptyResponseError(ResponseFormatError):
    """The answer holds no text, no tool call and no reason to have stopped. OpenRouter does not bill it."""


class BatchError(OpenRouterError):
    """A batch ended without results, or cannot do what was asked of it.

    Attributes:
        batch_id: Which one, or `None`.
        status: Its status, such as `failed`, `expired` or `cancelled`, or `None`.
    """

    def __init__(self, message: str, *, batch_id: str | None = None, status: str | None = None) -> None:
        super().__init__(message)
        self.batch_id = batch_id
        self.status = status


class BatchNotDoneError(BatchError):
    """A batch is not done, or was not when the time to wait for it was up. It goes on at OpenRouter."""


class APIStatusError(OpenRouterError):
    """OpenRouter answered with an error, by HTTP status, inside a body with status 200, or half way through a stream.

    Attributes:
        status_code: The status that the error means: the `code` on the wire, or the HTTP status.
        code: `error.code` as it came: an int, a string, or `None`.
        error_type: OpenRouter's name for the cause, such as `rate_limit_exceeded`, or `None`.
        provider: Who ran the model, or `None` if no provider was reached.
        metadata: `error.metadata` as it came.
        availability: `error.availability` as it came: why no endpoint was available, and what to use instead.
        retry_after: Seconds to wait before another try, or `None`.
        body: The whole body as it came, or `None`.
    """

    default_message: ClassVar[str] = "OpenRouter answered with an error"

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
        self.provider = provider
        self.metadata = dict(metadata or {})
        self.availability = dict(availability or {})
        self.retry_after = retry_after
        self.body = body


class BadRequestError(APIStatusError, ModelInvalidRequestError):
    """400: the request is wrong."""


class ContextLengthExceededError(BadRequestError, ContextOverflowError):
    """The input does not fit the model's context window."""


class AuthenticationError(APIStatusError, ModelAuthenticationError):
    """401: the key is missing, wrong or disabled."""


class InsufficientCreditsError(APIStatusError):
    """402: the account or the key has run out of credits."""


class PermissionDeniedError(APIStatusError, ModelPermissionDeniedError):
    """403: the key may not do this, or a guardrail or a budget forbids it."""


class ModerationError(PermissionDeniedError):
    """403: the input was flagged; `metadata["reasons"]` says why."""


class NotFoundError(APIStatusError, ModelNotFoundError):
    """404: no such model, or no endpoint that meets the request."""


class RequestTimeoutError(APIStatusError, ModelTimeoutError):
    """408: OpenRouter gave up waiting."""


class RequestTooLargeError(APIStatusError, ModelInvalidRequestError):
    """413: the request is too large."""


class UnprocessableEntityError(APIStatusError, ModelInvalidRequestError):
    """422: the request is well-formed and still cannot be served."""


class RateLimitError(APIStatusError, ModelRateLimitError):
    """429: too many requests, or every provider is at capacity."""


class InternalServerError(APIStatusError, ModelAPIError):
    """500 and other 5xx: a failure on the other side."""


class UpstreamError(InternalServerError):
    """502: the provider failed or gave an invalid answer."""


class ServiceUnavailableError(InternalServerError):
    """503: no provider is available."""


class GatewayTimeoutError(InternalServerError):
    """504 or 524: the provider, or the edge, timed out."""


class OverloadedError(InternalServerError):
    """529: the provider is overloaded."""


class RequestError(ModelInvalidRequestError, ValueError):
    """The request cannot be sent as it is; nothing left this machine."""


class ConfigurationError(RequestError):
    """The model is not set up: a key is missing, or an option is wrong."""


class ToolChoiceError(RequestError):
    """`tool_choice` names a tool that is not there."""


class MessageError(RequestError):
    """A message or a content block has no form on OpenRouter's wire."""


class UnknownModelError(RequestError):
    """No model in the catalogue has that name.

    Attributes:
        model_id: What was looked for.
        nearest: Ids that look like it, the likeliest first.
    """

    def __init__(self, model_id: str, nearest: tuple[str, ...] = ()) -> None:
        meant = f" Did you mean {', '.join(nearest)}?" if nearest else " See https://openrouter.ai/models."
        super().__init__(f"OpenRouter lists no model {model_id!r}.{meant}")
        self.model_id = model_id
        self.nearest = nearest

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by state: the constructor makes the message."""
        return _rebuild, (type(self), self.args, self.__dict__.copy())


class StructuredOutputError(OutputParserException):
    """The answer is not what the schema asks for.

    Attributes:
        text: What the model said instead.
    """

    def __init__(self, message: str, *, text: str = "") -> None:
        super().__init__(message, llm_output=text)
        self.text = text

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by state: the parent's constructor would add its advice once more."""
        return _rebuild, (type(self), self.args, self.__dict__.copy())


class RefusalError(StructuredOutputError):
    """The model refused to give the structured output; `text` has its words."""


STATUS_ERRORS: Mapping[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    402: InsufficientCreditsError,
    403: PermissionDeniedError,
    404: NotFoundError,
    408: RequestTimeoutError,
    413: RequestTooLargeError,
    422: UnprocessableEntityError,
    429: RateLimitError,
    500: InternalServerError,
    502: UpstreamError,
    503: ServiceUnavailableError,
    504: GatewayTimeoutError,
    524: GatewayTimeoutError,
    529: OverloadedError,
}
"""HTTP status to error class, after the responses of `/chat/completions` in OpenRouter's OpenAPI file."""

ERROR_TYPES: Mapping[str, type[APIStatusError]] = {
    "context_length_exceeded": ContextLengthExceededError,
    "token_limit_exceeded": ContextLengthExceededError,
    "content_policy_violation": ModerationError,
    "rate_limit_exceeded": RateLimitError,
    "provider_overloaded": OverloadedError,
    "provider_unavailable": UpstreamError,
    "payment_required": InsufficientCreditsError,
    "authentication": AuthenticationError,
    "permission_denied": PermissionDeniedError,
    "timeout": GatewayTimeoutError,
    "server": InternalServerError,
}
"""`error_type` to error class, where it says more than the status or stands without one."""

ERROR_TYPE_STATUSES: Mapping[str, int] = {
    **dict.fromkeys(
        (
            "context_length_exceeded",
            "max_tokens_exceeded",
            "token_limit_exceeded",
            "string_too_long",
            "invalid_request",
            "invalid_prompt",
            "content_policy_violation",
            "refusal",
            "invalid_image",
            "image_too_large",
            "image_too_small",
            "unsupported_image_format",
            "image_download_failed",
        ),
        400,
    ),
    "authentication": 401,
    "payment_required": 402,
    "permission_denied": 403,
    "not_found": 404,
    "image_not_found": 404,
    "precondition_failed": 412,
    "payload_too_large": 413,
    "unprocessable": 422,
    "rate_limit_exceeded": 429,
    "server": 500,
    "unmapped": 500,
    "provider_unavailable": 502,
    "provider_overloaded": 503,
    "timeout": 504,
}
"""`error_type` to the status that it stands for, where an error half way through a stream names no status."""
