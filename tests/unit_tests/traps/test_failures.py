"""Failures that other clients take for answers, or whose words they lose: each is a typed error that says it all."""

from __future__ import annotations

import pytest
from langchain_core.exceptions import ContextOverflowError

from langchain_openrouter import OpenRouterError
from langchain_openrouter.emulator import Failure, Verbatim
from langchain_openrouter.errors import (
    BadRequestError,
    NotFoundError,
    RateLimitError,
    StreamInterruptedError,
    UpstreamError,
)
from tests.unit_tests.traps.wire_replies import FACTS, event, plain, streamed, whole

ERROR = {
    "code": 502,
    "message": "Provider died",
    "metadata": {"provider_name": "Acme", "raw": "overheated", "error_type": "provider_unavailable"},
}
WORD = event({"content": "So far"})


@pytest.mark.parametrize(
    ("in_stream", "in_body"),
    [
        (
            {**event({"content": ""}, "error"), "error": ERROR},
            {**FACTS, "error": ERROR, "choices": [{"message": {"content": "So far"}, "finish_reason": "error"}]},
        ),
        (
            event({"content": ""}, "error", error=ERROR),
            {**FACTS, "choices": [{"message": {"content": "So far"}, "finish_reason": "error", "error": ERROR}]},
        ),
        (
            event({}, None, error=ERROR),
            {**FACTS, "choices": [{"message": {"content": "So far"}, "finish_reason": None, "error": ERROR}]},
        ),
    ],
    ids=["at the top, as documented", "in the choice", "in the choice, without a finish reason"],
)
def test_an_error_beside_an_answer_is_an_error(in_stream, in_body, is_stream, ask, model, play):
    """local-operator#223, OmniRoute#8210, langchainjs#11699, vercel/ai#2720."""
    play(streamed(WORD, in_stream) if is_stream else plain(in_body))
    with pytest.raises(UpstreamError, match=r"502 from Acme: Provider died.*overheated") as raised:
        ask(model(), "hello")
    error = raised.value
    assert (error.code, error.error_type, error.provider) == (502, "provider_unavailable", "Acme")
    assert (error.metadata, error.partial, error.generation_id) == (ERROR["metadata"], "So far", "gen-1")


def test_a_finish_reason_of_error_is_an_error(is_stream, ask, model, play):
    """pydantic-ai#2844."""
    play(streamed(WORD, event({}, "error")) if is_stream else whole({"content": "So far"}, "error"))
    with pytest.raises(UpstreamError, match="did not say which") as raised:
        ask(model(), "hello")
    assert raised.value.partial == "So far"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"message": "Slow down", "code": 429}, 429),
        ({"message": "Slow down", "code": "429"}, "429"),
        (
            {"message": "Slow down", "code": "rate_limited", "metadata": {"error_type": "rate_limit_exceeded"}},
            "rate_limited",
        ),
    ],
    ids=["number", "digits", "word"],
)
def test_an_error_instead_of_an_answer_is_read(error, code, is_stream, ask, model, play):
    """With status 200, and in a stream without any choices (python-sdk#44, pydantic-ai#2323)."""
    play(streamed({"error": error}) if is_stream else plain({"error": error}))
    with pytest.raises(RateLimitError, match="Slow down") as raised:
        ask(model(), "hello")
    assert raised.value.code == code


@pytest.mark.parametrize("body", [b"upstream <b>refused</b>", b"", b'{"error": ', b'"refused"', b"[1]"])
def test_an_error_page_that_only_calls_itself_json(body, ask, model, play):
    play(Verbatim(400, [body]))
    with pytest.raises(BadRequestError, match="400") as raised:
        ask(model(), "hello")
    assert raised.value.status_code == 400


@pytest.mark.parametrize("mode", ["stream", "astream"])
@pytest.mark.parametrize("last", [WORD, event({"content": "!"}), b": OPENROUTER PROCESSING\n\n"])
def test_a_stream_that_just_ends_is_no_answer(last, mode, model, play, collect):
    """griffinwork40/agent-afk#635."""
    play(streamed(WORD, last, done=False))
    with pytest.raises(StreamInterruptedError) as raised:
        collect(mode, model())
    assert raised.value.partial.startswith("So far")


def test_the_providers_that_could_be_allowed_are_told(ask, model, play):
    """TauricResearch/TradingAgents#716."""
    metadata = {"available_providers": ["openai", "azure"], "requested_providers": ["acme"]}
    play(Failure(404, "No allowed providers are available for the selected model.", metadata=metadata))
    with pytest.raises(NotFoundError, match="No allowed providers") as raised:
        ask(model(), "hello")
    assert raised.value.metadata == metadata


OVERFLOWS = {
    "OpenRouter": "This endpoint's maximum context length is 8192 tokens. However, you requested about 9012 tokens.",
    "Anthropic": "prompt is too long: 210000 tokens > 200000 maximum",
    "OpenAI": "Your input exceeds the context window of this model. Please adjust your input and try again.",
}


@pytest.mark.parametrize("words", OVERFLOWS.values(), ids=OVERFLOWS)
@pytest.mark.parametrize("status", [400, 200])
def test_a_context_that_overflows_is_told_as_one(status, words, is_stream, ask, model, play, emulator):
    """In the words of each, also inside a 200 (LibreChat-AI/agents#330)."""
    error = {"error": {"message": words, "code": 400}}
    play(streamed(error) if is_stream and status == 200 else plain(error, status))
    with pytest.raises(ContextOverflowError) as raised:
        ask(model(), "hello")
    assert isinstance(raised.value, OpenRouterError)
    assert words in str(raised.value)
    assert len(emulator.requests) == 1
