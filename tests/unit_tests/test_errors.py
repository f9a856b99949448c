"""The tree of errors: complete, public, in LangChain's families, and fit to travel between processes."""

from __future__ import annotations

import copy
import inspect
import pickle
from decimal import Decimal

import pytest
from langchain_core import exceptions as core

import langchain_openrouter
from langchain_openrouter import errors
from langchain_openrouter._error_body.classes import NAMED_ERRORS, STATUS_ERRORS, UNAVAILABLE_ERRORS
from langchain_openrouter._error_body.statuses import ERROR_TYPE_STATUSES, NATIVE_STATUSES
from langchain_openrouter.errors import APIStatusError, OpenRouterError
from tests.openapi import openapi

CLASSES = [
    cls
    for _, cls in inspect.getmembers(errors, inspect.isclass)
    if issubclass(cls, Exception) and cls.__module__.startswith(errors.__name__)
]
OVER_BUDGET = {
    "scope": "user:alice",
    "window": "day",
    "limit_usd": Decimal("0.50"),
    "spent_usd": Decimal("0.31"),
    "held_usd": Decimal("0.1"),
    "needed_usd": Decimal("0.2"),
    "affordable_max_tokens": 450,
}


def test_every_status_of_chat_completions_has_a_class():
    responses = openapi()["paths"]["/chat/completions"]["post"]["responses"]
    statuses = {int(status) for status in responses if status != "200"}
    assert statuses <= STATUS_ERRORS.keys()


def test_every_error_status_of_the_whole_api_has_a_class():
    """But for those of management, which no model can meet."""
    methods = [method for path in openapi()["paths"].values() for method in path.values() if isinstance(method, dict)]
    statuses = {int(status) for method in methods for status in method.get("responses", {}) if status > "300"}
    assert statuses <= STATUS_ERRORS.keys()


def test_every_error_type_has_a_status():
    assert set(openapi()["components"]["schemas"]["ApiErrorType"]["enum"]) == ERROR_TYPE_STATUSES.keys()


def test_every_name_with_a_class_has_a_status():
    assert NAMED_ERRORS.keys() <= ERROR_TYPE_STATUSES.keys() | NATIVE_STATUSES.keys()


@pytest.mark.parametrize("cls", CLASSES)
def test_is_public(cls):
    assert cls.__name__ in langchain_openrouter.__all__
    assert getattr(langchain_openrouter, cls.__name__) is cls


@pytest.mark.parametrize("cls", CLASSES)
def test_stands_in_the_drawn_tree(cls):
    assert cls.__name__ in errors.__doc__


@pytest.mark.parametrize("cls", CLASSES)
def test_is_a_value_error(cls):
    """Code for LangChain's own package catches `ValueError`."""
    assert issubclass(cls, ValueError)


@pytest.mark.parametrize(
    ("cls", "family"),
    [
        ("APIConnectionError", "ModelConnectionError"),
        ("APITimeoutError", "ModelTimeoutError"),
        ("StreamInterruptedError", "ModelConnectionError"),
        ("ResponseFormatError", "ModelAPIError"),
        ("BadRequestError", "ModelInvalidRequestError"),
        ("ContextLengthExceededError", "ContextOverflowError"),
        ("AuthenticationError", "ModelAuthenticationError"),
        ("PermissionDeniedError", "ModelPermissionDeniedError"),
        ("NotFoundError", "ModelNotFoundError"),
        ("RequestTimeoutError", "ModelTimeoutError"),
        ("RequestTooLargeError", "ModelInvalidRequestError"),
        ("UnprocessableEntityError", "ModelInvalidRequestError"),
        ("ConflictError", "ModelInvalidRequestError"),
        ("GoneError", "ModelInvalidRequestError"),
        ("PreconditionFailedError", "ModelInvalidRequestError"),
        ("RateLimitError", "ModelRateLimitError"),
        ("InFlightBudgetError", "ModelRateLimitError"),
        ("KeyLimitError", "ModelPermissionDeniedError"),
        ("BudgetBlockedError", "ModelPermissionDeniedError"),
        ("InvalidModelError", "ModelNotFoundError"),
        ("InvalidModelError", "ModelInvalidRequestError"),
        ("NoEndpointsError", "ModelNotFoundError"),
        ("RegionRestrictedError", "ModelPermissionDeniedError"),
        ("CapacityExhaustedError", "ModelRateLimitError"),
        ("TemporarilyUnavailableError", "ModelAPIError"),
        ("InternalServerError", "ModelAPIError"),
        ("GatewayTimeoutError", "ModelAPIError"),
        ("GatewayTimeoutError", "ModelTimeoutError"),
        ("RequestError", "ModelInvalidRequestError"),
        ("InsufficientCreditsError", "ModelError"),
        ("StructuredOutputError", "OutputParserException"),
    ],
)
def test_langchain_family(cls, family):
    assert issubclass(getattr(errors, cls), getattr(core, family))


@pytest.mark.parametrize("status", sorted(STATUS_ERRORS))
def test_is_retryable_by_status(status):
    """What passes by itself is retryable; what is wrong with the request, the key or the account is not."""
    assert STATUS_ERRORS[status]("words").is_retryable is (status in {408, 429} or status >= 500)


@pytest.mark.parametrize("cls", ["RequestError", "ConfigurationError", "ToolChoiceError", "MessageError"])
def test_what_was_never_sent_is_not_retryable(cls):
    assert getattr(errors, cls)("words").is_retryable is False


def test_one_occurrence_can_be_less_retryable_than_its_class():
    assert errors.APIConnectionError("words", is_retryable=False).is_retryable is False
    assert errors.APIConnectionError("words").is_retryable is True


@pytest.mark.parametrize("duplicate", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy])
@pytest.mark.parametrize("cls", CLASSES)
def test_survives_pickling_and_copying(cls, duplicate):
    error = cls(**OVER_BUDGET) if cls is errors.BudgetExceededError else cls("what was wrong")
    same = duplicate(error)
    assert type(same) is cls
    assert str(same) == str(error)
    assert same.__dict__ == error.__dict__


def test_a_refusal_of_a_budget_says_what_is_left_and_what_would_fit():
    error = errors.BudgetExceededError(**OVER_BUDGET)
    assert error.remaining_usd == Decimal("0.09")
    assert str(error) == (
        "The budget 'user:alice' of this day is $0.5, of which $0.31 are spent and $0.1 held for calls under way; this "
        "call may cost up to $0.2. Nothing was sent. max_tokens=450 would fit."
    )
    assert error.with_affordable(None).affordable_max_tokens is None


@pytest.mark.parametrize("duplicate", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy])
def test_facts_survive_pickling_and_copying(duplicate):
    error = errors.RateLimitError(
        "slow down",
        status_code=429,
        code="429",
        error_type="rate_limit_exceeded",
        provider="Acme",
        metadata={"raw": {"a": 1}},
        availability={"retryable": True},
        retry_after=1.5,
        body={"error": {}},
        generation_id="gen-1",
        partial="so far",
        is_retryable=False,
    )
    same = duplicate(error)
    assert same.__dict__ == error.__dict__
    assert same.is_retryable is False


def test_a_status_error_knows_nothing_that_it_is_not_told():
    error = APIStatusError("words")
    assert (error.status_code, error.code, error.retry_after, error.body, error.generation_id) == (None,) * 5
    assert (error.metadata, error.availability, error.partial) == ({}, {}, "")


def test_all_that_openrouter_can_answer_is_one_family():
    assert all(issubclass(cls, OpenRouterError) for cls in {*STATUS_ERRORS.values(), *NAMED_ERRORS.values()})


@pytest.mark.parametrize("cls", [cls for cls in CLASSES if issubclass(cls, OpenRouterError)])
def test_has_the_facts_of_an_answer_though_none_came(cls):
    """Whoever catches `OpenRouterError` may look at all of them."""
    error = cls("words")
    assert (error.status_code, error.code, error.error_type, error.provider, error.retry_after) == (None,) * 5
    assert (error.metadata, error.generation_id) == ({}, None)


@pytest.mark.parametrize("cls", [cls for cls in CLASSES if issubclass(cls, OpenRouterError)])
def test_is_retryable_by_either_name(cls):
    error = cls("words")
    assert error.retryable is cls.is_retryable
    error.is_retryable = not cls.is_retryable
    assert error.retryable is not cls.is_retryable


@pytest.mark.parametrize("cls", [cls for cls in CLASSES if issubclass(cls, OpenRouterError)])
def test_advises(cls):
    assert cls.advice.endswith(".")


def test_out_of_money_is_one_family():
    """So that one `except` tells whoever pays."""
    for cls in (errors.KeyLimitError, errors.BudgetBlockedError, errors.InFlightBudgetError):
        assert issubclass(cls, errors.InsufficientCreditsError)
    assert errors.InFlightBudgetError("words").is_retryable
    assert not errors.KeyLimitError("words").is_retryable


def test_each_unavailable_error_is_the_error_of_its_status():
    for family, cls in UNAVAILABLE_ERRORS.items():
        assert issubclass(cls, errors.ModelUnavailableError)
        assert issubclass(cls, family)
        assert cls("words").is_retryable is family("words").is_retryable
