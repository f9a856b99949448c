"""When one model fails another answers: by LangChain's fallbacks, and by OpenRouter's own list of models."""

from __future__ import annotations

import socket

import httpx
import pytest
from langchain_core.tools import tool

from langchain_openrouter import AuthenticationError, ChatOpenRouter, RateLimitError
from langchain_openrouter.emulator import Answer, Failure, Interruption, ToolCall


@tool
def add(a: int, b: int) -> int:
    """Add."""
    return a + b


@pytest.fixture
def dead():
    """A model at a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return ChatOpenRouter(model="m", api_key="k", base_url=f"http://127.0.0.1:{port}/api/v1", max_retries=0)


@pytest.fixture
def other(emulator):
    """A model of langchain-openai. It keeps no connection open: it would not close those of an event loop that ends."""
    openai = pytest.importorskip("langchain_openai", reason="the extra `openai` brings langchain-openai")
    limits = httpx.Limits(max_keepalive_connections=0)
    return openai.ChatOpenAI(
        model="openai/gpt-4o-mini",
        api_key=emulator.api_key,
        base_url=emulator.base_url,
        http_async_client=httpx.AsyncClient(limits=limits),
    )


def test_a_dead_port(ask, dead, model):
    assert ask(dead.with_fallbacks([model()]), "hello").text == "Hi!"


@pytest.mark.parametrize("status", [402, 404, 429, 500, 503])
def test_a_failing_model(status, ask, model, play, emulator):
    play(Failure(status, "no"), Answer("Hello"))
    fallible = model(max_retries=0).with_fallbacks([model(model="openai/gpt-5-mini")])
    assert ask(fallible, "hello").text == "Hello"
    assert [request.json["model"] for request in emulator.requests] == ["openai/gpt-4o-mini", "openai/gpt-5-mini"]


def test_fallbacks_before_tools(ask, dead, model, play):
    play(Answer(tool_calls=[ToolCall("add", '{"a": 1, "b": 2}')]))
    asked = ask(dead.with_fallbacks([model()]).bind_tools([add]), "hello")
    assert asked.tool_calls[0]["args"] == {"a": 1, "b": 2}


def test_fallbacks_after_tools(ask, dead, model, play):
    play(Answer(tool_calls=[ToolCall("add", '{"a": 1, "b": 2}')]))
    asked = ask(dead.bind_tools([add]).with_fallbacks([model().bind_tools([add])]), "hello")
    assert asked.tool_calls[0]["args"] == {"a": 1, "b": 2}


def test_fallbacks_with_structured_output(dead, model, play):
    play(Answer(tool_calls=[ToolCall("add", '{"a": 1, "b": 2}')]))
    schema = {"title": "add", "type": "object", "properties": {"a": {"type": "integer"}}}
    structured = dead.with_fallbacks([model()]).with_structured_output(schema)
    assert structured.invoke("hello") == {"a": 1, "b": 2}


def test_only_the_errors_that_are_named_fall_back(ask, model, play):
    play(Failure(401, "no"), Answer("Hello"))
    fallible = model(max_retries=0).with_fallbacks([model()], exceptions_to_handle=(RateLimitError,))
    with pytest.raises(AuthenticationError):
        ask(fallible, "hello")


def test_across_to_another_package(ask, dead, other):
    """The way round OpenRouter when it is down."""
    assert ask(dead.with_fallbacks([other]), "hello").text == "Hi!"


def test_across_to_another_package_with_tools(ask, dead, other, play):
    play(Answer(tool_calls=[ToolCall("add", '{"a": 1, "b": 2}')]))
    asked = ask(dead.with_fallbacks([other]).bind_tools([add]), "hello")
    assert asked.tool_calls[0]["args"] == {"a": 1, "b": 2}


def test_with_retry(ask, model, play, emulator):
    play(Failure(503, "no"), Answer("Hello"))
    retrying = model(max_retries=0).with_retry(wait_exponential_jitter=False, stop_after_attempt=2)
    if ask.__name__ in {"_invoke", "_ainvoke"}:  # LangChain does not retry streams
        assert ask(retrying, "hello").text == "Hello"
        assert len(emulator.requests) == 2


def test_the_list_of_models(ask, model, play, emulator):
    """OpenRouter itself moves on to the next model; one request, and the one that answered is named."""
    play(Failure(503, "no"), Answer("Hello"))
    answer = ask(model(models=["openai/gpt-5-mini"]), "hello")
    assert answer.text == "Hello"
    assert answer.response_metadata["model_name"] == "openai/gpt-5-mini"
    assert len(emulator.requests) == 1


def test_a_stream_that_has_begun_does_not_fall_back(model, play):
    """Half an answer and a whole one would be joined."""
    from langchain_openrouter import StreamInterruptedError

    play(Interruption(Answer("So far")), Answer("Hello"))
    with pytest.raises(StreamInterruptedError):
        list(model().with_fallbacks([model()]).stream("hello"))
