"""Which class an error is of, by what it means: what OpenRouter names comes first, then the status, then the words.

Source: https://openrouter.ai/docs/api-reference/errors
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from langchain_openrouter._error_body.context_overflow import says_context_overflow
from langchain_openrouter.errors import (
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    BudgetBlockedError,
    CapacityExhaustedError,
    ConflictError,
    ContextLengthExceededError,
    GatewayTimeoutError,
    GoneError,
    GuardrailError,
    InFlightBudgetError,
    InsufficientCreditsError,
    InternalServerError,
    InvalidModelError,
    KeyLimitError,
    ModelUnavailableError,
    ModerationError,
    NoEndpointFitsError,
    NoEndpointsError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    PreconditionFailedError,
    RateLimitError,
    RegionRestrictedError,
    RequestTimeoutError,
    RequestTooLargeError,
    ServiceUnavailableError,
    TemporarilyUnavailableError,
    UnprocessableEntityError,
    UpstreamError,
)
from langchain_openrouter.errors.facts import texts_of

ErrorClass = type[APIStatusError]

STATUS_ERRORS: Mapping[int, ErrorClass] = {
    400: BadRequestError,
    401: AuthenticationError,
    402: InsufficientCreditsError,
    403: PermissionDeniedError,
    404: NotFoundError,
    408: RequestTimeoutError,
    409: ConflictError,
    410: GoneError,
    412: PreconditionFailedError,
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
"""HTTP status to error class, after the responses in OpenRouter's OpenAPI file."""

NAMED_ERRORS: Mapping[str, ErrorClass] = {
    "context_length_exceeded": ContextLengthExceededError,
    "token_limit_exceeded": InsufficientCreditsError,
    "content_policy_violation": ModerationError,
    "image_content_policy_violation": ModerationError,
    "bio_policy": ModerationError,
    "rate_limit_exceeded": RateLimitError,
    "provider_overloaded": OverloadedError,
    "provider_unavailable": UpstreamError,
    "payment_required": InsufficientCreditsError,
    "authentication": AuthenticationError,
    "permission_denied": PermissionDeniedError,
    "timeout": GatewayTimeoutError,
    "server": InternalServerError,
}
"""The wire's name for a cause to error class, where it says more than its status."""

LIMIT_SOURCES: Mapping[str, ErrorClass] = {
    "openrouter_credits": InsufficientCreditsError,
    "openrouter_key_limit": KeyLimitError,
    "openrouter_guardrail_budget": BudgetBlockedError,
    "openrouter_workspace_budget": BudgetBlockedError,
    "openrouter_in_flight_budget": InFlightBudgetError,
}
"""`metadata.limit_source` to error class, for limits on spending."""

UNAVAILABLE_ERRORS: Mapping[ErrorClass, ErrorClass] = {
    BadRequestError: InvalidModelError,
    PermissionDeniedError: RegionRestrictedError,
    NotFoundError: NoEndpointsError,
    RateLimitError: CapacityExhaustedError,
    InternalServerError: TemporarilyUnavailableError,
}
"""What an error is of by its status, to what it is if the reason is that no endpoint serves the request."""

_KEY_LIMIT = re.compile(r"\bkey limit exceeded|\bkey with a higher (\w+ )?limit|\bkey's (\w+ )?limit", re.IGNORECASE)
_IN_FLIGHT = re.compile(r"\bin-flight requests\b", re.IGNORECASE)
_BUDGET = re.compile(r"\bbudget\b.{0,40}\bexceeded", re.IGNORECASE)
_GUARDRAIL = re.compile(r"^request blocked", re.IGNORECASE)
# xAI's, Azure's, OpenAI's and Alibaba's words
_FLAGGED = re.compile(
    r"content violates usage guidelines|content management policy|\bwas flagged\b|\binappropriate content\b",
    re.IGNORECASE,
)
# what OpenRouter said before errors had an `availability`
_UNAVAILABLE = re.compile(
    r"^no (?:endpoints found|allowed providers|models match)|\bno available model provider"
    r"|is not a valid model id\b|use the \S+ endpoint instead|alpha period for this model has ended",
    re.IGNORECASE,
)
_SPECIFIC_LENGTHS = frozenset({"max_tokens_exceeded", "string_too_long"})
"""Names of lengths that are not the context's, whatever the words beside them are."""


class Facts(NamedTuple):
    """What an error's class is chosen by."""

    status: int | None
    """The HTTP status that is meant; `None` if nothing says."""
    name: str | None
    """The wire's name for the cause."""
    words: str
    """The message, and what the provider said."""
    metadata: Mapping[str, Any]
    availability: Mapping[str, Any]


def error_class(facts: Facts) -> ErrorClass:
    """Choose the class for an error."""
    plain = _plain_class(facts)
    return (
        _unavailable_class(plain, facts)
        or _spending_class(plain, facts)
        or _blocking_class(plain, facts)
        or _overflow_class(plain, facts)
        or plain
    )


def _plain_class(facts: Facts) -> ErrorClass:
    if facts.name is not None and facts.name in NAMED_ERRORS:
        return NAMED_ERRORS[facts.name]
    if facts.status is None:
        return InternalServerError
    if facts.status in STATUS_ERRORS:
        return STATUS_ERRORS[facts.status]
    families = {4: BadRequestError, 5: InternalServerError}
    return families.get(facts.status // 100, APIStatusError)


def _unavailable_class(plain: ErrorClass, facts: Facts) -> ErrorClass | None:
    if plain is NotFoundError and texts_of(facts.availability.get("excluded_by")) == ("context_length",):
        return NoEndpointFitsError
    if facts.availability:
        return _unavailable_by_status(plain, facts) or ModelUnavailableError
    is_unavailable = "available_providers" in facts.metadata or _UNAVAILABLE.search(facts.words)
    return _unavailable_by_status(plain, facts) if is_unavailable else None


def _unavailable_by_status(plain: ErrorClass, facts: Facts) -> ErrorClass | None:
    if plain is BadRequestError and facts.status not in {None, 400}:
        return None
    return next((cls for family, cls in UNAVAILABLE_ERRORS.items() if issubclass(plain, family)), None)


def _spending_class(plain: ErrorClass, facts: Facts) -> ErrorClass | None:
    source = facts.metadata.get("limit_source")
    if isinstance(source, str) and source in LIMIT_SOURCES:
        return LIMIT_SOURCES[source]
    if plain not in {InsufficientCreditsError, PermissionDeniedError}:
        return None
    if plain is InsufficientCreditsError and _IN_FLIGHT.search(facts.words):
        return InFlightBudgetError
    if _KEY_LIMIT.search(facts.words):
        return KeyLimitError
    return BudgetBlockedError if _BUDGET.search(facts.words) else None


def _blocking_class(plain: ErrorClass, facts: Facts) -> ErrorClass | None:
    if plain not in {BadRequestError, PermissionDeniedError}:
        return None
    if plain is PermissionDeniedError and ("patterns" in facts.metadata or _GUARDRAIL.search(facts.words)):
        return GuardrailError
    is_flagged = not facts.metadata.keys().isdisjoint({"reasons", "flagged_input"}) or _FLAGGED.search(facts.words)
    return ModerationError if is_flagged else None


def _overflow_class(plain: ErrorClass, facts: Facts) -> ErrorClass | None:
    families = (BadRequestError, RequestTooLargeError, UnprocessableEntityError, RateLimitError, InternalServerError)
    may_be = issubclass(plain, families) and facts.name not in _SPECIFIC_LENGTHS
    return ContextLengthExceededError if may_be and says_context_overflow(facts.words) else None
