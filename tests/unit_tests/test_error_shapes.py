"""Every documented and every reported shape of an error, over HTTP, in all four ways to ask."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from langchain_openrouter import errors
from langchain_openrouter._error_body.classes import STATUS_ERRORS
from langchain_openrouter.emulator import Answer, Failure, Interruption, Verbatim
from tests.openapi import document, is_here
from tests.unit_tests.raised import raised_by

DOCS = "https://openrouter.ai/docs/errors"
PREVIOUS = {"previous_errors": [{"provider": "Acme", "code": 429, "status": 429}]}


def unavailable(code: str, status: int, error_type: str, *, retryable: bool = False, **more: Any) -> Failure:
    """An availability error as OpenRouter documents it."""
    availability = {"code": code, "retryable": retryable, "requested_models": ["openai/gpt-4o-mini"]}
    return Failure(
        status,
        f"{code} it is",
        metadata=PREVIOUS,
        error_type=error_type,
        availability={**availability, "docs_url": f"{DOCS}#{code}", **more},
    )


AVAILABILITY = {
    "model_not_found": (400, "invalid_request", errors.InvalidModelError, errors.BadRequestError),
    "wrong_endpoint": (400, "invalid_request", errors.InvalidModelError, errors.BadRequestError),
    "no_endpoints": (404, "not_found", errors.NoEndpointsError, errors.NotFoundError),
    "model_deprecated": (404, "not_found", errors.NoEndpointsError, errors.NotFoundError),
    "model_unavailable_upstream": (404, "not_found", errors.NoEndpointsError, errors.NotFoundError),
    "region_restricted": (403, "permission_denied", errors.RegionRestrictedError, errors.PermissionDeniedError),
    "privacy_restricted": (404, "not_found", errors.NoEndpointsError, errors.NotFoundError),
    "constraint_filtered": (404, "not_found", errors.NoEndpointsError, errors.NotFoundError),
    "free_variant_ended": (404, "not_found", errors.NoEndpointsError, errors.NotFoundError),
    "capacity_exhausted": (429, "rate_limit_exceeded", errors.CapacityExhaustedError, errors.RateLimitError),
    "temporarily_unavailable": (
        503,
        "provider_overloaded",
        errors.TemporarilyUnavailableError,
        errors.ServiceUnavailableError,
    ),
    "tomorrows_code": (502, "provider_unavailable", errors.TemporarilyUnavailableError, errors.InternalServerError),
}
"""`availability.code` to its status, its type, its class, and the class of its status."""


@pytest.mark.parametrize("mid_answer", [False, True])
@pytest.mark.parametrize("code", AVAILABILITY)
def test_availability(code, mid_answer, ask, model, play):
    status, error_type, cls, family = AVAILABILITY[code]
    retryable = status in {429, 503}
    failure = unavailable(code, status, error_type, retryable=retryable, retry_after=40 if retryable else None)
    play(Interruption(Answer("So far"), failure) if mid_answer else failure)
    error = raised_by(ask, model)
    assert type(error) is cls
    assert isinstance(error, errors.ModelUnavailableError)
    assert isinstance(error, family)
    assert (error.status_code, error.code, error.error_type) == (status, None, error_type)
    assert error.is_retryable is error.retryable is retryable
    assert error.retry_after == (40 if retryable else None)
    assert error.availability == failure.availability
    assert error.requested_models == ("openai/gpt-4o-mini",)
    assert error.docs_url == f"{DOCS}#{code}"
    assert error.metadata == PREVIOUS
    assert error.partial == ("So far" if mid_answer else "")


@pytest.mark.parametrize("code", AVAILABILITY)
def test_availability_half_way_through_a_response(code, ask, model, play):
    """The Responses API has the type beside the error, and a name as its code."""
    status, error_type, cls, _ = AVAILABILITY[code]
    failure = unavailable(code, status, error_type)
    play(Interruption(Answer("So far"), failure))
    error = raised_by(ask, model, use_responses_api=True)
    assert type(error) is cls
    assert (error.status_code, error.error_type, error.availability) == (status, error_type, failure.availability)


@pytest.mark.parametrize("status", [401, 402, 408, 409, 413, 418, 451])
def test_availability_with_a_status_that_is_not_documented(status, ask, model, play):
    """Nobody serves it, and nothing more is known: no model is called unknown that OpenRouter does not call so."""
    play(unavailable("tomorrows_code", status, None, retryable=False))
    error = raised_by(ask, model)
    assert type(error) is errors.ModelUnavailableError
    assert (error.status_code, error.is_retryable) == (status, False)


def test_an_input_that_is_too_long_for_every_endpoint(ask, model, play):
    """It is a matter of the context, for LangChain's summarization, and of who serves the model, for everyone else."""
    play(unavailable("constraint_filtered", 404, "not_found", excluded_by=["context_length"]))
    error = raised_by(ask, model)
    assert type(error) is errors.NoEndpointFitsError
    assert isinstance(error, errors.ContextLengthExceededError)
    assert isinstance(error, errors.NoEndpointsError)
    assert not error.is_retryable


@pytest.mark.parametrize("excluded_by", [["context_length", "max_price"], ["max_price"], [], "geo", None])
def test_an_input_that_a_shorter_one_would_not_help(excluded_by, ask, model, play):
    play(unavailable("constraint_filtered", 404, "not_found", excluded_by=excluded_by))
    assert type(raised_by(ask, model)) is errors.NoEndpointsError


def test_availability_counts_for_more_than_words(ask, model, play):
    failure = unavailable("region_restricted", 403, "permission_denied")
    play(replace(failure, message="Request blocked in your region"))
    assert type(raised_by(ask, model)) is errors.RegionRestrictedError


def test_availability_in_full(ask, model, play):
    play(
        unavailable(
            "constraint_filtered",
            404,
            "not_found",
            excluded_by=["max_price", "data_policy:zdr"],
            fallback_models=["anthropic/claude-haiku-4.5", "openai/gpt-5-mini"],
            constraint={"field": "provider.max_price", "detail": "No endpoint costs less than $1"},
            affected_providers=["Acme"],
        )
    )
    error = raised_by(ask, model)
    assert error.excluded_by == ("max_price", "data_policy:zdr")
    assert error.fallback_models == ("anthropic/claude-haiku-4.5", "openai/gpt-5-mini")
    assert error.constraint == {"field": "provider.max_price", "detail": "No endpoint costs less than $1"}
    assert "Excluded by: max_price, data_policy:zdr. No endpoint costs less than $1." in str(error)
    assert f"suggests anthropic/claude-haiku-4.5, openai/gpt-5-mini. See {DOCS}#constraint_filtered." in str(error)


@pytest.mark.parametrize("retryable", [True, False])
@pytest.mark.parametrize("code", ["no_endpoints", "capacity_exhausted"])
def test_the_router_knows_best_what_is_retryable(code, retryable, ask, model, play, emulator):
    """Not the class, and not the code: the attempts follow `availability.retryable`."""
    status, error_type, *_ = AVAILABILITY[code]
    play(unavailable(code, status, error_type, retryable=retryable, retry_after=0), Answer("Hello"))
    if retryable:
        assert ask(model(max_retries=1), "hello").text == "Hello"
    else:
        with pytest.raises(errors.ModelUnavailableError):
            ask(model(max_retries=1), "hello")
    assert len(emulator.requests) == (2 if retryable else 1)


@pytest.mark.parametrize(
    ("status", "words", "metadata", "cls"),
    [
        (404, "No endpoints found for x-ai/grok-4-fast:free.", None, errors.NoEndpointsError),
        (404, "No endpoints found matching your data policy (Free model publication).", None, errors.NoEndpointsError),
        (404, "The alpha period for this model has ended.", None, errors.NoEndpointsError),
        (
            404,
            "No allowed providers are available for the selected model.",
            {"available_providers": ["azure", "openai"], "requested_providers": ["acme"]},
            errors.NoEndpointsError,
        ),
        (400, "nobody/nothing is not a valid model ID", None, errors.InvalidModelError),
        (
            503,
            "There is no available model provider that meets your routing requirements",
            None,
            errors.TemporarilyUnavailableError,
        ),
    ],
)
def test_unavailable_in_the_words_of_before(status, words, metadata, cls, ask, model, play):
    play(Failure(status, words, metadata=metadata))
    error = raised_by(ask, model)
    assert type(error) is cls
    assert isinstance(error, errors.ModelUnavailableError)
    assert error.availability == {}
    assert (error.fallback_models, error.excluded_by, error.constraint, error.docs_url) == ((), (), None, None)
    assert error.available_providers == tuple((metadata or {}).get("available_providers", ()))


@pytest.mark.parametrize(
    ("fields", "cls"),
    [
        ({"model": "nobody/nothing"}, errors.InvalidModelError),
        ({"model": "openai/text-embedding-3-small"}, errors.InvalidModelError),
        ({"openrouter_provider": {"only": ["acme"]}}, errors.NoEndpointsError),
    ],
)
def test_unavailable_in_the_emulators_own_judgement(fields, cls, ask, model):
    assert type(raised_by(ask, model, **fields)) is cls


def test_a_resource_that_is_missing_is_no_model(ask, model, play):
    play(Failure(404, "Generation gen-1 not found"))
    assert type(raised_by(ask, model)) is errors.NotFoundError


def test_moderation(ask, model, play):
    metadata = {
        "reasons": ["violence", "hate"],
        "flagged_input": "How do I...",
        "provider_name": "OpenAI",
        "model_slug": "openai/gpt-4o-mini",
    }
    play(Failure(403, "Your input was flagged", metadata=metadata))
    error = raised_by(ask, model)
    assert type(error) is errors.ModerationError
    assert (error.reasons, error.flagged_input) == (("violence", "hate"), "How do I...")
    assert (error.provider, error.metadata) == ("OpenAI", metadata)


@pytest.mark.parametrize(
    ("status", "raw"),
    [
        (403, '{"code":"No permission","error":"Content violates usage guidelines. Failed check: SAFETY_CHECK"}'),
        (
            400,
            {
                "error": {
                    "message": "... triggering Azure OpenAI's content management policy.",
                    "code": "content_filter",
                }
            },
        ),
        (400, "Invalid prompt: your prompt was flagged as potentially violating our usage policy."),
        (400, '{"error":{"code":"data_inspection_failed","message":"Input data may contain inappropriate content."}}'),
    ],
)
def test_moderation_by_a_provider(status, raw, ask, model, play):
    play(Failure(status, "Provider returned error", metadata={"raw": raw, "provider_name": "Acme"}))
    error = raised_by(ask, model)
    assert type(error) is errors.ModerationError
    assert (error.reasons, error.flagged_input) == ((), None)


@pytest.mark.parametrize(
    ("words", "metadata", "patterns", "labels"),
    [
        (
            "Request blocked: prompt injection patterns detected",
            {"patterns": ["ignore all previous instructions"]},
            ("ignore all previous instructions",),
            (),
        ),
        ("Request blocked by content filter: [EMAIL]", None, (), ("EMAIL",)),
        ("Request blocked by content filter: [EMAIL], [PHONE NUMBER]", None, (), ("EMAIL", "PHONE NUMBER")),
        ("Request blocked: prompt injection patterns detected", None, (), ()),
        ("Not today", {"patterns": ["p"]}, ("p",), ()),
    ],
)
def test_guardrail(words, metadata, patterns, labels, ask, model, play):
    play(Failure(403, words, metadata=metadata, error_type="permission_denied"))
    error = raised_by(ask, model)
    assert type(error) is errors.GuardrailError
    assert (error.patterns, error.labels) == (patterns, labels)
    assert not error.is_retryable


def test_a_key_that_may_not(ask, model, play):
    play(Failure(403, "Only management keys can perform this operation"))
    assert type(raised_by(ask, model)) is errors.PermissionDeniedError


@pytest.mark.parametrize("mid_answer", [False, True])
def test_files_that_were_parsed_before_the_model_failed(mid_answer, ask, model, play):
    """The parse was paid for; it must not be lost."""
    file = {"type": "file", "file": {"hash": "abc", "name": "a.pdf", "content": [{"type": "text", "text": "A"}]}}
    failure = Failure(502, "Provider returned error", metadata={"file_annotations": [file, "odd"]})
    play(Interruption(Answer("So far"), failure) if mid_answer else failure)
    assert raised_by(ask, model).file_annotations == [file]


@pytest.mark.parametrize(
    "status", [400, 401, 402, 403, 404, 408, 409, 410, 412, 413, 422, 429, 500, 502, 503, 504, 524, 529]
)
def test_every_status(status, ask, model, play):
    play(Failure(status, "Words", metadata={"provider_name": "Acme", "provider_code": "c1"}))
    error = raised_by(ask, model)
    assert type(error) is STATUS_ERRORS[status]
    assert (error.status_code, error.code, error.provider) == (status, status, "Acme")
    assert error.metadata["provider_code"] == "c1"
    assert str(error).startswith(f"OpenRouter error {status} from Acme: Words. ")
    assert str(error).endswith(type(error).advice)


@pytest.mark.parametrize(
    ("error_type", "status", "cls"),
    [
        ("context_length_exceeded", 400, errors.ContextLengthExceededError),
        ("max_tokens_exceeded", 400, errors.BadRequestError),
        ("token_limit_exceeded", 400, errors.InsufficientCreditsError),
        ("string_too_long", 400, errors.BadRequestError),
        ("invalid_request", 400, errors.BadRequestError),
        ("invalid_prompt", 400, errors.BadRequestError),
        ("content_policy_violation", 400, errors.ModerationError),
        ("refusal", 400, errors.BadRequestError),
        ("invalid_image", 400, errors.BadRequestError),
        ("image_too_large", 400, errors.BadRequestError),
        ("image_too_small", 400, errors.BadRequestError),
        ("unsupported_image_format", 400, errors.BadRequestError),
        ("image_download_failed", 400, errors.BadRequestError),
        ("authentication", 401, errors.AuthenticationError),
        ("payment_required", 402, errors.InsufficientCreditsError),
        ("permission_denied", 403, errors.PermissionDeniedError),
        ("not_found", 404, errors.NotFoundError),
        ("image_not_found", 404, errors.NotFoundError),
        ("precondition_failed", 412, errors.PreconditionFailedError),
        ("payload_too_large", 413, errors.RequestTooLargeError),
        ("unprocessable", 422, errors.UnprocessableEntityError),
        ("rate_limit_exceeded", 429, errors.RateLimitError),
        ("server", 500, errors.InternalServerError),
        ("unmapped", 500, errors.InternalServerError),
        ("provider_unavailable", 502, errors.UpstreamError),
        ("provider_overloaded", 503, errors.OverloadedError),
        ("timeout", 504, errors.GatewayTimeoutError),
    ],
)
@pytest.mark.parametrize("mid_answer", [False, True])
def test_every_error_type(error_type, status, cls, mid_answer, ask, model, play):
    failure = Failure(status, "Words", error_type=error_type)
    play(Interruption(Answer("So far"), failure) if mid_answer else failure)
    error = raised_by(ask, model)
    assert type(error) is cls
    assert (error.error_type, error.status_code) == (error_type, status)
    assert error.partial == ("So far" if mid_answer else "")
    assert (error.generation_id is not None) is mid_answer


def verbatim(status: int, body: object) -> Verbatim:
    return Verbatim(status, [json.dumps(body).encode()])


@pytest.mark.parametrize(
    ("status", "body", "cls", "meant", "words"),
    [
        pytest.param(
            402, {"error": {"error": {"message": "W", "code": 402}, "code": 402}}, "InsufficientCredits", 402, "W"
        ),
        pytest.param(
            200, {"error": {"message": "W", "type": "rate_limit_error", "code": "429"}}, "RateLimit", 429, "W"
        ),
        pytest.param(200, {"error": "W"}, "InternalServer", 200, "W"),
        pytest.param(503, {"error": "W"}, "ServiceUnavailable", 503, "W"),
        pytest.param(503, {"message": "W", "code": "busy"}, "ServiceUnavailable", 503, "W"),
        pytest.param(503, {"detail": "W"}, "ServiceUnavailable", 503, "W"),
        pytest.param(500, {}, "InternalServer", 500, "{}"),
        pytest.param(400, {"success": False, "error": {"name": "ZodError", "message": "W"}}, "BadRequest", 400, "W"),
        pytest.param(
            200, {"error": {"code": "invalid_prompt", "message": "W"}, "metadata": None}, "BadRequest", 400, "W"
        ),
        pytest.param(
            200,
            {"type": "error", "error": {"type": "overloaded_error", "message": "W"}, "request_id": None},
            "Overloaded",
            529,
            "W",
        ),
    ],
)
def test_bodies_of_proxies_and_of_other_apis(status, body, cls, meant, words, ask, model, play):
    play(verbatim(status, body))
    error = raised_by(ask, model)
    assert type(error) is getattr(errors, f"{cls}Error")
    assert error.status_code == meant
    assert words in str(error)
    assert error.body == body


def test_a_provider_that_answers_with_an_object(ask, model, play):
    raw = {"error": {"type": "server_error", "code": "c1", "message": "It broke"}}
    play(Failure(503, "Provider returned error", metadata={"raw": raw, "provider_name": "Acme", "is_byok": False}))
    error = raised_by(ask, model)
    assert type(error) is errors.ServiceUnavailableError
    assert "from Acme: Provider returned error. The provider said: It broke. " in str(error)
    assert error.metadata["raw"] == raw


@pytest.mark.parametrize("choices", [[], [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}]])
def test_an_error_alone_in_a_stream(choices, collect, model, play):
    """As a stream's first and only event, with and without a choice."""
    event = {
        "choices": choices,
        "error": {"code": 502, "message": "W", "metadata": {"error_type": "provider_unavailable"}},
    }
    reply = Verbatim(200, [b"data: %s\n\n" % json.dumps(event).encode()], {"content-type": "text/event-stream"})
    for mode in ("stream", "astream"):
        play(reply)
        with pytest.raises(errors.UpstreamError) as raised:
            collect(mode, model())
        assert (raised.value.error_type, raised.value.body) == ("provider_unavailable", event)


@pytest.mark.parametrize("error_type", [None, "rate_limit_exceeded"])
def test_what_the_emulator_plays_is_as_documented(error_type, ask, model, play):
    if is_here():
        play(Failure(429, "Slow down", error_type=error_type))
        document().accepts_response("/chat/completions", 429, raised_by(ask, model).body, "post")
