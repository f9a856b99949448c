"""What the emulator does for headers: it tells how it routed, and keeps whole answers."""

from __future__ import annotations

import pytest

from langchain_openrouter.emulator import Answer, Failure
from tests.openapi import document


@pytest.mark.parametrize("api", [False, True], ids=["chat", "responses"])
def test_how_a_request_was_routed(api, ask, model, play):
    play(Failure(503, "No"), Answer("Hi!"))
    chat = model(models=["anthropic/claude-haiku-4.5"], router_metadata=True, max_retries=0, use_responses_api=api)
    metadata = ask(chat, "hello").response_metadata["openrouter_metadata"]
    document().accepts("OpenRouterMetadata", metadata)
    assert metadata["requested"] == "openai/gpt-4o-mini"
    assert metadata["strategy"] == "fallback"
    assert [attempt["status"] for attempt in metadata["attempts"]] == [503, 200]
    assert [one["provider"] for one in metadata["endpoints"]["available"] if one["selected"]] == ["Anthropic"]


@pytest.mark.parametrize(
    ("name", "strategy"), [("openai/gpt-4o-mini", "direct"), ("openrouter/auto", "auto"), ("openrouter/free", "free")]
)
def test_the_strategy(name, strategy, model):
    answer = model(model=name, router_metadata=True).invoke("hello")
    assert answer.response_metadata["openrouter_metadata"]["strategy"] == strategy


def test_nothing_is_told_unasked(ask, model):
    assert "openrouter_metadata" not in ask(model(), "hello").response_metadata


@pytest.mark.parametrize("api", [False, True], ids=["chat", "responses"])
def test_the_same_request_is_answered_from_the_cache_for_free(api, ask, model, play, emulator):
    play(Answer("One"), Answer("Two"))
    chat = model(response_cache=True, router_metadata=True, use_responses_api=api)
    first, again, other = ask(chat, "hello"), ask(chat, "hello"), ask(chat, "good bye")
    assert [message.text for message in (first, again, other)] == ["One", "One", "Two"]
    assert first.response_metadata["response_cache"]["status"] == "MISS"
    assert again.response_metadata["response_cache"] == {
        "status": "HIT",
        "age": "0",
        "ttl": "300",
        "source_id": first.response_metadata["generation_id"],
    }
    assert again.response_metadata["generation_id"] != first.response_metadata["generation_id"]
    assert again.response_metadata["cost"] == again.usage_metadata["total_tokens"] == 0
    assert "openrouter_metadata" not in again.response_metadata
    assert [entry.cost > 0 for entry in emulator.book.entries] == [True, False, True]


def test_streams_and_bodies_are_kept_apart(model, play):
    play(Answer("One"), Answer("Two"))
    chat = model(response_cache=True)
    assert chat.invoke("hello").text == "One"
    assert "".join(chunk.text for chunk in chat.stream("hello")) == "Two"


def test_an_answer_is_made_anew(model, play):
    play(Answer("One"), Answer("Two"))
    chat = model(response_cache={"ttl": 7})
    assert chat.invoke("hello").text == "One"
    renewed = chat.invoke("hello", response_cache={"ttl": 9, "clear": True})
    assert renewed.text == "Two"
    assert renewed.response_metadata["response_cache"]["ttl"] == "9"
    assert chat.invoke("hello").text == "Two"


def test_an_answer_grows_old(model, play, emulator):
    play(Answer("One"), Answer("Two"))
    now = [0.0]
    emulator.account.responses.clock = lambda: now[0]
    chat = model(response_cache={"ttl": 60})
    assert chat.invoke("hello").text == "One"
    now[0] = 59.0
    assert chat.invoke("hello").response_metadata["response_cache"]["age"] == "59"
    now[0] = 60.0
    assert chat.invoke("hello").text == "Two"


def test_failures_are_not_kept(model, play):
    play(Failure(400, "No"), Answer("Two"))
    chat = model(response_cache=True)
    with pytest.raises(ValueError, match="No"):
        chat.invoke("hello")
    assert chat.invoke("hello").text == "Two"
