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
     +- BadRequestError              400 and other 4xx  (ModelInvalidRequestError)
     |   +- ContextLengthExceededError    (ContextOverflowError)
     |   +- InvalidModelError *           no such model             (ModelNotFoundError)
     +- AuthenticationError          401  (ModelAuthenticationError)
     +- InsufficientCreditsError     402  not enough money
     |   +- KeyLimitError                 for this key              (also PermissionDeniedError)
     |   +- BudgetBlockedError       403  in a budget               (also PermissionDeniedError)
     |   +- InFlightBudgetError           for all that is running; it passes  (ModelRateLimitError)
     +- PermissionDeniedError        403  (ModelPermissionDeniedError)
     |   +- ModerationError               the input was flagged
     |   +- GuardrailError                a guardrail blocked the request
     |   +- RegionRestrictedError *       not served from here
     +- NotFoundError                404  (ModelNotFoundError)
     |   +- NoEndpointsError *            nobody serves the model like that
     |       +- NoEndpointFitsError *     ... as the input is too long  (also ContextLengthExceededError)
     +- RequestTimeoutError          408  (ModelTimeoutError)
     +- ConflictError                409  (ModelInvalidRequestError)
     +- GoneError                    410  (ModelInvalidRequestError)
     +- PreconditionFailedError      412  (ModelInvalidRequestError)
     +- RequestTooLargeError         413  (ModelInvalidRequestError)
     +- UnprocessableEntityError     422  (ModelInvalidRequestError)
     +- RateLimitError               429  (ModelRateLimitError)
     |   +- CapacityExhaustedError *      every endpoint is at its limit
     +- InternalServerError          500 and other 5xx  (ModelAPIError)
     |   +- UpstreamError            502  the provider failed
     |   +- ServiceUnavailableError  503  no provider is available
     |   |   +- OverloadedError      529  the provider is overloaded
     |   |       +- TemporarilyUnavailableError *
     |   +- GatewayTimeoutError      504, 524  (ModelTimeoutError)
     +- ModelUnavailableError        all that are marked with *: no endpoint serves this request

RequestError(ValueError)             a request that cannot be sent; nothing left the machine
 +- ConfigurationError               the model is not set up (no key, a bad option)
 +- ToolChoiceError                  a tool choice that names no tool
 +- MessageError                     a message or a content block that has no form on the wire
 +- UnknownModelError                no model in the catalogue has that name
 +- BudgetExceededError              a budget of the ledger has too little left for it
 +- PriceUnknownError                a budget applies, and nobody knows what it may cost
 +- LedgerError                      the ledger cannot be used
StructuredOutputError                the answer arrived, but is not what the schema asks for
 +- RefusalError                     ... because the model refused
```

The classes in parentheses are langchain-core's: its middleware for retries, fallbacks and summarization looks for them.
`RequestError` derives from `ModelInvalidRequestError` too, so that nothing retries what can never work.

The class says what is meant, `status_code` which status came: a context overflow that a provider reports with 429 is a
`ContextLengthExceededError` all the same.

Source: https://openrouter.ai/docs/api-reference/errors
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_openrouter.lazy_names import lazy_names

if TYPE_CHECKING:
    from langchain_openrouter.errors.availability import (
        CapacityExhaustedError,
        InvalidModelError,
        ModelUnavailableError,
        NoEndpointFitsError,
        NoEndpointsError,
        RegionRestrictedError,
        TemporarilyUnavailableError,
    )
    from langchain_openrouter.errors.base import OpenRouterError
    from langchain_openrouter.errors.batch import BatchError, BatchNotDoneError
    from langchain_openrouter.errors.blocking import GuardrailError, ModerationError
    from langchain_openrouter.errors.connection import (
        APIConnectionError,
        APITimeoutError,
        EmptyResponseError,
        ResponseFormatError,
        StreamInterruptedError,
    )
    from langchain_openrouter.errors.ledger import BudgetExceededError, LedgerError, PriceUnknownError
    from langchain_openrouter.errors.request import (
        ConfigurationError,
        MessageError,
        RequestError,
        ToolChoiceError,
        UnknownModelError,
    )
    from langchain_openrouter.errors.spending import (
        BudgetBlockedError,
        InFlightBudgetError,
        InsufficientCreditsError,
        KeyLimitError,
    )
    from langchain_openrouter.errors.status import (
        APIStatusError,
        AuthenticationError,
        BadRequestError,
        ConflictError,
        ContextLengthExceededError,
        GatewayTimeoutError,
        GoneError,
        InternalServerError,
        NotFoundError,
        OverloadedError,
        PermissionDeniedError,
        PreconditionFailedError,
        RateLimitError,
        RequestTimeoutError,
        RequestTooLargeError,
        ServiceUnavailableError,
        UnprocessableEntityError,
        UpstreamError,
    )
    from langchain_openrouter.errors.structured import RefusalError, StructuredOutputError

__all__ = [
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AuthenticationError",
    "BadRequestError",
    "BatchError",
    "BatchNotDoneError",
    "BudgetBlockedError",
    "BudgetExceededError",
    "CapacityExhaustedError",
    "ConfigurationError",
    "ConflictError",
    "ContextLengthExceededError",
    "EmptyResponseError",
    "GatewayTimeoutError",
    "GoneError",
    "GuardrailError",
    "InFlightBudgetError",
    "InsufficientCreditsError",
    "InternalServerError",
    "InvalidModelError",
    "KeyLimitError",
    "LedgerError",
    "MessageError",
    "ModelUnavailableError",
    "ModerationError",
    "NoEndpointFitsError",
    "NoEndpointsError",
    "NotFoundError",
    "OpenRouterError",
    "OverloadedError",
    "PermissionDeniedError",
    "PreconditionFailedError",
    "PriceUnknownError",
    "RateLimitError",
    "RefusalError",
    "RegionRestrictedError",
    "RequestError",
    "RequestTimeoutError",
    "RequestTooLargeError",
    "ResponseFormatError",
    "ServiceUnavailableError",
    "StreamInterruptedError",
    "StructuredOutputError",
    "TemporarilyUnavailableError",
    "ToolChoiceError",
    "UnknownModelError",
    "UnprocessableEntityError",
    "UpstreamError",
]

_HOMES = {
    "APIConnectionError": "connection",
    "APIStatusError": "status",
    "APITimeoutError": "connection",
    "AuthenticationError": "status",
    "BadRequestError": "status",
    "BatchError": "batch",
    "BatchNotDoneError": "batch",
    "BudgetBlockedError": "spending",
    "BudgetExceededError": "ledger",
    "CapacityExhaustedError": "availability",
    "ConfigurationError": "request",
    "ConflictError": "status",
    "ContextLengthExceededError": "status",
    "EmptyResponseError": "connection",
    "GatewayTimeoutError": "status",
    "GoneError": "status",
    "GuardrailError": "blocking",
    "InFlightBudgetError": "spending",
    "InsufficientCreditsError": "spending",
    "InternalServerError": "status",
    "InvalidModelError": "availability",
    "KeyLimitError": "spending",
    "LedgerError": "ledger",
    "MessageError": "request",
    "ModelUnavailableError": "availability",
    "ModerationError": "blocking",
    "NoEndpointFitsError": "availability",
    "NoEndpointsError": "availability",
    "NotFoundError": "status",
    "OpenRouterError": "base",
    "OverloadedError": "status",
    "PermissionDeniedError": "status",
    "PreconditionFailedError": "status",
    "PriceUnknownError": "ledger",
    "RateLimitError": "status",
    "RefusalError": "structured",
    "RegionRestrictedError": "availability",
    "RequestError": "request",
    "RequestTimeoutError": "status",
    "RequestTooLargeError": "status",
    "ResponseFormatError": "connection",
    "ServiceUnavailableError": "status",
    "StreamInterruptedError": "connection",
    "StructuredOutputError": "structured",
    "TemporarilyUnavailableError": "availability",
    "ToolChoiceError": "request",
    "UnknownModelError": "request",
    "UnprocessableEntityError": "status",
    "UpstreamError": "status",
}
"""Where each name lives. A program loads those of the errors that it names or meets."""

if not TYPE_CHECKING:
    __getattr__ = lazy_names(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
