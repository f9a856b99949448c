"""Results of a batch are read whatever they are: one that cannot be read is an error among answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage

from langchain_openrouter._wire.batches import parse_result_usages, parse_results
from langchain_openrouter.errors import (
    BadRequestError,
    InternalServerError,
    ModerationError,
    OpenRouterError,
    OverloadedError,
    RateLimitError,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 600) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=6,
)
MESSAGES = st.fixed_dictionaries({}, optional={"content": JSON, "tool_calls": JSON, "reasoning_details": JSON})
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "choices": JSON | st.lists(st.fixed_dictionaries({"message": MESSAGES, "finish_reason": JSON}), max_size=2),
        "usage": JSON,
        "error": JSON,
        "id": JSON,
    },
)
ROWS = st.fixed_dictionaries(
    {"custom_id": JSON},
    optional={
        "error": JSON | st.fixed_dictionaries({"type": JSON, "message": JSON, "code": JSON, "metadata": JSON}),
        "response": JSON | st.fixed_dictionaries({"status_code": JSON, "body": JSON | BODIES}),
    },
)


@given(st.lists(JSON | ROWS, max_size=3))
def test_no_result_keeps_the_others_from_being_read(rows):
    good = {"custom_id": "good", "response": {"status_code": 200, "body": {"choices": [{"message": {"content": "x"}}]}}}
    results = parse_results({"results": [*rows, good]})
    assert results is not None
    assert results["good"].text == "x"
    assert all(isinstance(result, AIMessage | OpenRouterError) for result in results.values())
    parse_result_usages({"results": [*rows, good]})


@pytest.mark.parametrize("results", [None, {}, "x", 3])
def test_no_results(results):
    assert parse_results({"results": results}) is None
    assert parse_results({}) is None


@pytest.mark.parametrize(
    ("error", "cls", "status"),
    [
        ({"type": "invalid_request_error", "message": "No.", "param": None}, BadRequestError, 400),
        ({"type": "rate_limit_error", "message": "No."}, RateLimitError, 429),
        ({"type": "overloaded_error", "message": "No."}, OverloadedError, 529),
        ({"type": "server_error", "message": "No."}, InternalServerError, 500),
        ({"type": "of_tomorrow", "message": "No.", "error_type": "content_policy_violation"}, ModerationError, 400),
        ({"code": 429, "message": "No."}, RateLimitError, 429),
        ("No.", InternalServerError, 200),
    ],
)
def test_an_error_is_of_the_class_that_it_means(error, cls, status):
    row = {"id": "batch_req_1", "custom_id": "a", "response": None, "error": error}
    failure = parse_results({"results": [row]})["a"]
    assert isinstance(failure, cls)
    assert (failure.status_code, failure.body) == (status, row), "what came is kept"
    assert "No." in str(failure)


def test_a_refused_request_says_what_its_response_said():
    body = {"id": "gen-1", "error": {"code": 400, "message": "Too hot.", "metadata": {"provider_name": "Acme"}}}
    row = {"custom_id": "a", "response": {"status_code": 400, "body": body}, "error": None}
    failure = parse_results({"results": [row]})["a"]
    assert isinstance(failure, BadRequestError)
    assert (failure.provider, failure.generation_id) == ("Acme", "gen-1")
