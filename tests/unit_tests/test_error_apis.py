"""The errors of the Responses API and of the Messages API, read by the same function with the same arguments."""

from __future__ import annotations

import pytest

from langchain_openrouter import errors
from langchain_openrouter._error_body import parse_error
from tests.openapi import openapi


def parse_event(event):
    """As a parser of these APIs' streams calls it: the error of the response or of the event, or the event itself."""
    error = event.get("response", {}).get("error") or event.get("error") or event
    return parse_error(error, status=200, body=event)


@pytest.mark.parametrize(
    ("code", "cls", "status"),
    [
        ("server_error", errors.InternalServerError, 500),
        ("rate_limit_exceeded", errors.RateLimitError, 429),
        ("invalid_prompt", errors.BadRequestError, 400),
        ("vector_store_timeout", errors.GatewayTimeoutError, 504),
        ("image_too_large", errors.BadRequestError, 400),
        ("image_content_policy_violation", errors.ModerationError, 400),
        ("image_file_not_found", errors.NotFoundError, 404),
        ("context_length_exceeded", errors.ContextLengthExceededError, 400),
    ],
)
@pytest.mark.parametrize(
    "event",
    [
        {"error": {}, "metadata": None},
        {"type": "error", "param": None, "sequence_number": 2},
        {"type": "response.error", "error": {}},
        {"type": "response.failed", "response": {"object": "response", "metadata": {"reasons": "mine"}, "error": {}}},
    ],
    ids=lambda event: event.get("type", "body"),
)
def test_responses_codes(event, code, cls, status):
    wire = {"code": code, "message": "Words"}
    if "response" in event:
        event = {**event, "response": {**event["response"], "error": wire}}
    else:
        event = {**event, "error": wire} if "error" in event else {**event, **wire}
    error = parse_event(event)
    assert type(error) is cls
    assert (error.status_code, error.code) == (status, code)
    assert error.metadata == {}, "the metadata of a response is its caller's"
    assert error.body == event
    assert "Words" in str(error)


@pytest.mark.parametrize("place", ["body", "response"])
def test_responses_error_type(place):
    """It stands beside the error and says more than the code."""
    holder = {"error": {"code": "server_error", "message": "Words"}, "error_type": "provider_overloaded"}
    error = parse_event(holder if place == "body" else {"type": "response.failed", "response": holder})
    assert type(error) is errors.OverloadedError
    assert (error.error_type, error.code, error.status_code) == ("provider_overloaded", "server_error", 503)


@pytest.mark.parametrize(
    ("kind", "cls"),
    [
        ("invalid_request_error", errors.BadRequestError),
        ("authentication_error", errors.AuthenticationError),
        ("billing_error", errors.InsufficientCreditsError),
        ("permission_error", errors.PermissionDeniedError),
        ("not_found_error", errors.NotFoundError),
        ("rate_limit_error", errors.RateLimitError),
        ("api_error", errors.InternalServerError),
        ("timeout_error", errors.GatewayTimeoutError),
        ("overloaded_error", errors.OverloadedError),
    ],
)
def test_messages_types(kind, cls):
    error = parse_event({"type": "error", "error": {"type": kind, "message": "Words"}, "request_id": None})
    assert type(error) is cls
    assert error.code is None


def test_messages_error_type_and_metadata():
    body = {
        "type": "error",
        "error": {"type": "permission_error", "message": "Words", "error_type": "permission_denied"},
        "metadata": {"patterns": ["p"]},
        "request_id": "gen-1",
    }
    error = parse_error(body["error"], status=403, body=body)
    assert type(error) is errors.GuardrailError
    assert (error.error_type, error.patterns, error.generation_id) == ("permission_denied", ("p",), "gen-1")


def test_every_documented_code_and_type_means_a_status():
    schemas = openapi()["components"]["schemas"]
    codes = schemas["ResponsesErrorField"]["properties"]["code"]["enum"]
    kinds = schemas["AnthropicMessagesErrorResponse"]["properties"]["error"]["properties"]["type"]["enum"]
    for wire in [*({"code": code} for code in codes), *({"type": kind} for kind in kinds)]:
        assert parse_error({"message": "Words", **wire}, status=200).status_code >= 400


def test_every_documented_example_of_an_error_is_of_its_status():
    """The examples of all responses in the document, with the status they stand under."""
    seen = 0
    for path in openapi()["paths"].values():
        for method in (one for one in path.values() if isinstance(one, dict)):
            for status, response in method.get("responses", {}).items():
                example = response.get("content", {}).get("application/json", {}).get("example", {})
                if status >= "400" and "error" in example:
                    seen += 1
                    error = parse_error(example["error"], status=200, body=example)
                    # the Messages API has one name for two statuses
                    either = {529, 503} if example["error"].get("type") == "overloaded_error" else {int(status)}
                    assert error.status_code in either
    assert seen > 100
