"""Which model and provider answer."""

from __future__ import annotations

import pytest

from langchain_openrouter.emulator import Answer, Failure, Interruption, ScriptBrain


@pytest.mark.parametrize(
    ("asked", "answers", "router"),
    [
        ("openai/gpt-4o-mini", "openai/gpt-4o-mini", None),
        ("openai/gpt-4o-mini:nitro", "openai/gpt-4o-mini", None),
        ("openai/gpt-4o-mini:floor", "openai/gpt-4o-mini", None),
        ("z-ai/glm-5.2:free:online", "z-ai/glm-5.2:free", None),
        ("openai/gpt-5-mini-2025-08-07", "openai/gpt-5-mini", None),
        ("~anthropic/claude-sonnet-latest", "anthropic/claude-sonnet-5", "~anthropic/claude-sonnet-latest"),
        ("openrouter/auto", "openai/gpt-5-mini", "openrouter/auto"),
        ("openrouter/free", "google/gemma-4-31b-it:free", "openrouter/free"),
    ],
)
def test_names_and_who_answers_to_them(served, asked, answers, router):
    assert served.chat(model=asked).json()["model"] == answers
    assert served.emulator.book.entries[0].router == router


def test_without_a_model_the_default_of_the_account_answers(served):
    body = {"messages": [{"role": "user", "content": "Hello"}]}
    assert served.client.post("/chat/completions", json=body).json()["model"] == "openai/gpt-5-mini"


def test_the_auto_router_finds_a_model_that_hears(served):
    part = {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}
    response = served.chat(model="openrouter/auto", messages=[{"role": "user", "content": [part]}])
    assert response.json()["model"] == "google/gemini-2.5-flash"
    assert response.json()["usage"]["prompt_tokens_details"]["audio_tokens"] == 100


def test_a_failing_model_hands_over_to_the_next(serve):
    brain = ScriptBrain([Failure(503, "Busy"), Failure(429, "Slow down"), Answer("Here I am")])
    served = serve(brain)
    body = served.chat(models=["anthropic/claude-haiku-4.5", "z-ai/glm-5.3"]).json()
    assert (body["model"], body["choices"][0]["message"]["content"]) == ("z-ai/glm-5.3", "Here I am")
    asked = [request["model"] for request in brain.requests]
    assert asked == ["openai/gpt-4o-mini", "anthropic/claude-haiku-4.5", "z-ai/glm-5.3"]
    assert [entry.model for entry in served.emulator.book.entries] == ["z-ai/glm-5.3"]


def test_a_model_that_cannot_take_the_request_hands_over_too(served):
    tool = {"type": "function", "function": {"name": "add"}}
    body = served.chat(model="microsoft/phi-4", models=["openai/gpt-4o-mini"], tools=[tool]).json()
    assert body["model"] == "openai/gpt-4o-mini"


def test_when_all_fail_the_last_error_tells_of_those_before(serve):
    served = serve([Failure(503, "Busy"), Failure(429, "Slow down", headers={"retry-after": "3"})])
    response = served.chat(models=["z-ai/glm-5.3"])
    assert response.status_code == 429
    assert response.headers["retry-after"] == "3"
    error = response.json()["error"]
    assert error["message"] == "Slow down"
    assert error["metadata"]["previous_errors"] == [{"code": 503, "message": "Busy"}]


def test_an_unknown_name_is_refused_even_where_others_could_answer(served):
    error = served.chat(models=["z-ai/glm-5.3", "no/such"]).json()["error"]
    assert (error["code"], error["message"]) == (400, "no/such is not a valid model ID")


def test_after_the_first_word_nobody_takes_over(serve):
    served = serve([Interruption(Answer("Half a"), Failure(502, "Gone")), Answer("Never said")])
    text = served.chat(models=["z-ai/glm-5.3"], stream=True).text
    assert '"finish_reason":"error"' in text
    assert "Never" not in text


@pytest.mark.parametrize(
    ("preferences", "provider"),
    [
        ({}, "Anthropic"),
        ({"only": ["amazon-bedrock"]}, "Amazon Bedrock"),
        ({"order": ["google-vertex/us-east5", "anthropic"]}, "Google"),
        ({"order": ["nobody"]}, "Anthropic"),
        ({"ignore": ["anthropic", "Amazon Bedrock"]}, "Google"),
    ],
)
def test_preferences_choose_the_provider(served, preferences, provider):
    assert served.chat(model="anthropic/claude-haiku-4.5", provider=preferences).json()["provider"] == provider


@pytest.mark.parametrize(
    ("preferences", "message"),
    [
        ({"order": ["nobody"], "allow_fallbacks": False}, "No allowed providers"),
        ({"require_parameters": True}, "No endpoints found that can handle the requested parameters"),
    ],
)
def test_preferences_that_nobody_meets(served, preferences, message):
    response = served.chat(model="anthropic/claude-haiku-4.5", provider=preferences, logprobs=True)
    assert response.status_code == 404
    assert message in response.json()["error"]["message"]
