"""Answers that say that nobody serves the request: the model, or the model with these conditions.

Source: https://openrouter.ai/docs/api-reference/errors
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.exceptions import ModelNotFoundError

from langchain_openrouter.errors.facts import text_of, texts_of
from langchain_openrouter.errors.status import (
    APIStatusError,
    BadRequestError,
    ContextLengthExceededError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    RateLimitError,
)


class ModelUnavailableError(APIStatusError):
    """No endpoint serves this request.

    Each of its children is the error of its status as well: `except ModelUnavailableError` catches all of them, and
    LangChain's middleware still sees a rate limit as a rate limit. `availability.code` names the cause (`no_endpoints`,
    `privacy_restricted`, ...); `is_retryable` is what `availability.retryable` says, where it says so.
    """

    advice = "Loosen `openrouter_provider`, or choose another model (https://openrouter.ai/models)."

    @property
    def requested_models(self) -> tuple[str, ...]:
        """The models that were asked for; empty in errors of before August 2026."""
        return texts_of(self.availability.get("requested_models"))

    @property
    def fallback_models(self) -> tuple[str, ...]:
        """What OpenRouter suggests instead. Prices and context windows may differ; nothing switches by itself."""
        return texts_of(self.availability.get("fallback_models"))

    @property
    def excluded_by(self) -> tuple[str, ...]:
        """Which conditions left no endpoint over, such as `max_price` or `data_policy:zdr`."""
        return texts_of(self.availability.get("excluded_by"))

    @property
    def constraint(self) -> Mapping[str, Any] | None:
        """The condition that failed, `{"field": ..., "detail": ...}`; `None` if OpenRouter does not name it."""
        value = self.availability.get("constraint")
        return value if isinstance(value, Mapping) else None

    @property
    def docs_url(self) -> str | None:
        """Where OpenRouter explains it; `None` if it does not say."""
        return text_of(self.availability.get("docs_url"))

    @property
    def available_providers(self) -> tuple[str, ...]:
        """The providers that do serve the model, where those of `openrouter_provider` do not."""
        return texts_of(self.metadata.get("available_providers"))


class InvalidModelError(ModelUnavailableError, BadRequestError, ModelNotFoundError):
    """400: no model has that name, or it is one for another API (`model_not_found`, `wrong_endpoint`)."""

    advice = "Look the id up at https://openrouter.ai/models."


class RegionRestrictedError(ModelUnavailableError, PermissionDeniedError):
    """403: the model is not served where the request comes from (`region_restricted`)."""

    advice = "Choose another model (https://openrouter.ai/models)."


class NoEndpointsError(ModelUnavailableError, NotFoundError):
    """404: the model exists, but no endpoint of it meets the request.

    `no_endpoints`, `model_deprecated`, `model_unavailable_upstream`, `privacy_restricted`, `constraint_filtered`,
    `free_variant_ended`.
    """


class NoEndpointFitsError(NoEndpointsError, ContextLengthExceededError):
    """404: the input is too long for every endpoint, and nothing else stands against them.

    A shorter input is all it takes, so that LangChain's summarization sees it as a context overflow.
    """

    advice = ContextLengthExceededError.advice


class CapacityExhaustedError(ModelUnavailableError, RateLimitError):
    """429: every endpoint is at its limit (`capacity_exhausted`)."""

    advice = RateLimitError.advice


class TemporarilyUnavailableError(ModelUnavailableError, OverloadedError):
    """503: no endpoint answers at the moment (`temporarily_unavailable`)."""

    advice = OverloadedError.advice
