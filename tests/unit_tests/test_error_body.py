"""Every shape of `error` that OpenRouter, a provider or a proxy is known to send, as a typed error."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from langchain_openrouter._error_body import parse_error
from langchain_openrouter._error_body.classes import STATUS_ERRORS
from langchain_openrouter._error_body.statuses import ERROR_TYPE_STATUSES
from langchain_openrouter.errors import (
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    ContextLengthExceededError,
    GatewayTimeoutError,
    InsufficientCreditsError,
    InternalServerError,
    ModerationError,
    NotFoundError,
    OverloadedError,
    RateLimitError,
    ServiceUnavailableError,
    UpstreamError,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
METADATA = ["error_type", "raw", "headers", "provider_name", "limit_source", "limit_usd", "resets_at", "reasons"]
AVAILABILITY = ["code", "retryable", "retry_after", "fallback_models", "excluded_by", "constraint", "docs_url"]
BESIDE = ["error_type", "metadata", "object", "response", "request_id"]
WIRE = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("message", "code", "error", "error_type", "http_status", "type"), JSON),
        "metadata": JSON | st.dictionaries(st.sampled_from(METADATA), JSON),
        "availability": JSON | st.dictionaries(st.sampled_from(AVAILABILITY), JSON),
    },
)


@pytest.mark.parametrize("status", sorted(STATUS_ERRORS))
def test_class_by_http_status(status):
    error = parse_error({"message": "words", "code": status}, status=status)
    assert type(error) is STATUS_ERRORS[status]
    assert (error.status_code, error.code) == (status, status)


@pytest.mark.parametrize(
    ("status", "cls"),
    [(418, BadRequestError), (451, BadRequestError), (599, InternalServerError), (302, APIStatusError)],
)
def test_class_of_a_status_that_is_not_listed(status, cls):
    assert type(parse_error({"message": "words"}, status=status)) is cls


@pytest.mark.parametrize(
    ("wire", "cls", "status"),
    [
        pytest.param({"message": "m", "code": 402}, InsufficientCreditsError, 402, id="code"),
        pytest.param({"message": "m", "code": "429", "type": "rate_limit_error"}, RateLimitError, 429, id="text code"),
        pytest.param({"message": "m", "http_status": 404}, NotFoundError, 404, id="http_status"),
        pytest.param(
            {"message": "m", "code": "server_error"}, InternalServerError, 500, id="code of the Responses API"
        ),
        pytest.param({"message": "m", "code": "odd"}, InternalServerError, 200, id="code that nobody knows"),
        pytest.param({"message": "m", "code": 99999}, InternalServerError, 200, id="code that is no status"),
        pytest.param({"message": "m", "code": "9" * 5000}, InternalServerError, 200, id="code that is no number"),
        pytest.param({"message": "m", "code": True}, InternalServerError, 200, id="code of no sense"),
        pytest.param("words", InternalServerError, 200, id="string"),
        pytest.param({"error": {"message": "m", "code": 402}, "code": 402}, InsufficientCreditsError, 402, id="nested"),
        pytest.param({"error": "words", "code": 503}, ServiceUnavailableError, 503, id="nested string"),
        pytest.param(
            {"type": "response.failed", "response": {"error": {"code": "rate_limit_exceeded", "message": "m"}}},
            RateLimitError,
            429,
            id="event that holds it",
        ),
    ],
)
def test_error_inside_a_200(wire, cls, status):
    error = parse_error(wire, status=200)
    assert type(error) is cls
    assert error.status_code == status


@pytest.mark.parametrize(
    ("error_type", "cls"),
    [
        ("context_length_exceeded", ContextLengthExceededError),
        ("content_policy_violation", ModerationError),
        ("rate_limit_exceeded", RateLimitError),
        ("provider_overloaded", OverloadedError),
        ("provider_unavailable", UpstreamError),
        ("payment_required", InsufficientCreditsError),
        ("authentication", AuthenticationError),
        ("timeout", GatewayTimeoutError),
        ("invalid_request", BadRequestError),
        ("not_found", NotFoundError),
        ("server", InternalServerError),
    ],
)
@pytest.mark.parametrize("inside", ["metadata", "top"])
def test_class_by_error_type_alone(error_type, cls, inside):
    """Half way through a stream an error may name no status."""
    wire = {"error_type": error_type} if inside == "top" else {"metadata": {"error_type": error_type}}
    error = parse_error({"message": "m", **wire}, status=200)
    assert type(error) is cls
    assert error.error_type == error_type
    assert error.status_code == ERROR_TYPE_STATUSES[error_type]


@pytest.mark.parametrize("error_type", sorted(ERROR_TYPE_STATUSES))
def test_no_error_type_of_a_wrong_request_is_retryable(error_type):
    error = parse_error({"message": "m", "metadata": {"error_type": error_type}}, status=200)
    assert error.is_retryable is (ERROR_TYPE_STATUSES[error_type] == 429 or ERROR_TYPE_STATUSES[error_type] >= 500)


@pytest.mark.parametrize(
    "raw",
    ['{"error": "upstream words"}', {"error": {"message": "upstream words"}}, "upstream words", ["upstream words"]],
)
def test_raw_words_of_the_provider_are_in_the_message(raw):
    metadata = {"raw": raw, "provider_name": "Acme", "is_byok": False}
    error = parse_error({"message": "Provider returned error", "code": 503, "metadata": metadata}, status=503)
    assert "from Acme: Provider returned error." in str(error)
    assert "The provider said: " in str(error)
    assert "upstream words" in str(error)
    assert error.metadata == metadata


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ('{"error": {"message": "It broke", "code": null}}', "It broke"),
        ('{"code": "A kind of error", "error": "It broke"}', "It broke"),
        ('{"code": 400, "msg": "It broke"}', "It broke"),
        ('{"errors": [{"message": "It broke", "code": 3043}], "success": false}', "It broke"),
        ({"detail": [{"loc": ["body"], "msg": "It broke"}]}, "It broke"),
        ('[{"error": {"message": "It broke"}}]', "It broke"),
        ({"retryable": True}, '{"retryable": true}'),
        ("<html>It broke</html>", "<html>It broke</html>"),
        ('{"error": ""}', '{"error": ""}'),
    ],
)
def test_the_sentence_in_what_the_provider_said(raw, said):
    error = parse_error({"message": "Provider returned error", "metadata": {"raw": raw}}, status=502)
    assert f"The provider said: {said}" in str(error)
    assert error.metadata["raw"] == raw


def test_null_metadata():
    error = parse_error({"message": "m", "code": 400, "metadata": None}, status=400)
    assert error.metadata == {}


@pytest.mark.parametrize("header", ["2", "2.0", " 2 "])
def test_retry_after_in_seconds(header):
    assert parse_error({"message": "m"}, status=429, headers={"retry-after": header}).retry_after == 2.0


def test_retry_after_as_a_date():
    soon = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    assert 3500 < parse_error({"message": "m"}, status=429, headers={"retry-after": soon}).retry_after <= 3600


@pytest.mark.parametrize("header", ["Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:00", "-5"])
def test_retry_after_that_has_passed(header):
    assert parse_error({"message": "m"}, status=429, headers={"retry-after": header}).retry_after == 0.0


@pytest.mark.parametrize(
    "header", ["Wed, 21 Oct 99999999999999999999 07:28:00 GMT", "9" * 5000, "", "soon", "Wed, 99 Foo 2015", "nan"]
)
def test_retry_after_that_says_nothing(header):
    assert parse_error({"message": "m"}, status=429, headers={"retry-after": header}).retry_after is None


def test_the_header_wins_over_the_body():
    wire = {"message": "m", "availability": {"retry_after": 9}}
    assert parse_error(wire, status=429, headers={"retry-after": "2"}).retry_after == 2.0
    assert parse_error(wire, status=429).retry_after == 9.0


def test_retry_after_in_the_providers_headers():
    wire = {"message": "m", "metadata": {"headers": {"Retry-After": "7"}}}
    assert parse_error(wire, status=429).retry_after == 7.0


def test_retry_after_in_the_hint_of_a_provider():
    wire = {"message": "m", "metadata": {"retry_after_seconds": 17, "retry_after_seconds_raw": 16.4}}
    assert parse_error(wire, status=429).retry_after == 17.0
    assert parse_error(wire, status=429, headers={"retry-after": "2"}).retry_after == 2.0


def test_a_validators_issues_are_told_in_words():
    issue = {"expected": "record", "path": ["tools", 0, "parameters"], "message": "expected record, received undefined"}
    words = json.dumps([issue, {"path": ["model"], "message": "Required"}], indent=2)
    said = str(parse_error({"name": "ZodError", "message": words}, status=400))
    assert said.startswith("OpenRouter error 400: tools.0.parameters: expected record, received undefined; model: Req")


@pytest.mark.parametrize("words", ["[]", "[1]", "[{}]", "[EMAIL] is not allowed", "[" * 100_000])
def test_words_that_only_look_like_issues_stay(words):
    assert f"400: {words}" in str(parse_error({"message": words}, status=400))


def reset_at(seconds):
    return str(int((datetime.now(UTC).timestamp() + seconds) * 1000))


def test_retry_after_is_when_the_rate_limit_is_reset():
    """OpenRouter's own limits have no `Retry-After`; its headers are in the body, too."""
    wire = {"message": "m", "metadata": {"headers": {"X-RateLimit-Reset": reset_at(600)}}}
    assert 590 < parse_error(wire, status=429).retry_after <= 600
    header = {"x-ratelimit-reset": reset_at(60)}
    assert 50 < parse_error(wire, status=429, headers=header).retry_after <= 60
    assert parse_error(wire, status=429, headers={**header, "retry-after": "2"}).retry_after == 2.0


@pytest.mark.parametrize(
    "reset",
    [
        pytest.param(reset_at(-60), id="passed"),
        "30",
        30,
        "6m0s",
        None,
        "1e999",
        pytest.param(10**400, id="huge"),
        [],
        "nan",
    ],
)
def test_a_reset_that_has_passed_or_is_no_timestamp_says_nothing(reset):
    wire = {"message": "m", "metadata": {"headers": {"X-RateLimit-Reset": reset}}}
    assert parse_error(wire, status=429).retry_after is None


def test_ids_and_body_are_kept():
    body = {"error": {"message": "m"}, "user_id": "u"}
    error = parse_error(body["error"], status=500, body=body, headers={"x-generation-id": "gen-1"}, partial="so far")
    assert (error.body, error.generation_id, error.partial) == (body, "gen-1", "so far")


@pytest.mark.parametrize(
    ("status", "advice"), [(401, "OPENROUTER_API_KEY"), (402, "settings/credits"), (429, "Wait and try again")]
)
def test_the_message_says_what_to_do(status, advice):
    assert advice in str(parse_error({"message": "m"}, status=status))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    error=JSON | WIRE | st.builds(lambda error: {"error": error}, WIRE),
    status=st.sampled_from([200, 302, 400, 402, 403, 404, 418, 429, 500, 503]),
    beside=JSON
    | st.dictionaries(st.sampled_from(["error_type", "metadata", "object", "response", "request_id"]), JSON),
)
def test_whatever_stands_there_becomes_an_error(error, status, beside):
    parsed = parse_error(error, status=status, body=beside)
    assert isinstance(parsed, APIStatusError)
    assert str(parsed)
    assert isinstance(parsed.is_retryable, bool)
    for name in dir(parsed):
        getattr(parsed, name)


def test_json_that_is_nested_very_deeply():
    deep: object = "words"
    for _ in range(100_000):
        deep = [deep]
    error = parse_error({"message": "m", "code": 400, "metadata": {"raw": deep}}, status=400)
    assert type(error) is BadRequestError
    assert "nested too deeply" in str(error)
