"""Options and tools of chat requests under the names of the Responses API."""

from __future__ import annotations

import json

import pytest
from langchain_core.messages import HumanMessage
from langchain_core.tools import tool

from langchain_openrouter import ConfigurationError
from langchain_openrouter._wire.render import render_request as render_chat_request
from langchain_openrouter._wire.responses.render import render_request
from langchain_openrouter.errors import RequestError, ToolChoiceError
from tests.openapi import document


def check(body):
    """Fail unless a request is valid by OpenRouter's OpenAPI document."""
    assert not document().request_problems("/responses", body)


def body_of(messages, **options):
    return json.loads(render_request(messages, {"model": "openrouter/auto", **options}, stream=False))


@tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def test_chat_options_get_the_names_of_responses():
    body = body_of(
        [HumanMessage("Hi")],
        max_tokens=9,
        temperature=0.5,
        reasoning={"effort": "high"},
        verbosity="low",
        response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}},
        tools=[add],
        tool_choice="add",
        logprobs=True,
        top_logprobs=3,
        user="ada",
        metadata={"a": "b"},
        provider={"only": ["openai"]},
        plugins=[{"id": "web"}],
        session_id="s",
        max_tool_calls=3,
        service_tier="flex",
        stream_options={"include_usage": True},
    )
    check(body)
    assert body.pop("input")
    parameters = body["tools"][0].pop("parameters")
    assert parameters["required"] == ["a", "b"]
    assert body == {
        "model": "openrouter/auto",
        "max_output_tokens": 9,
        "temperature": 0.5,
        "reasoning": {"effort": "high"},
        "text": {"verbosity": "low", "format": {"type": "json_schema", "name": "x", "schema": {"type": "object"}}},
        "tools": [{"type": "function", "name": "add", "description": "Add two numbers."}],
        "tool_choice": {"type": "function", "name": "add"},
        "top_logprobs": 3,
        "user": "ada",
        "metadata": {"a": "b"},
        "provider": {"only": ["openai"]},
        "plugins": [{"id": "web"}],
        "session_id": "s",
        "max_tool_calls": 3,
        "service_tier": "flex",
        "include": ["reasoning.encrypted_content"],
        "stream": False,
    }


def test_what_is_not_known_is_sent_as_it_stands():
    body = body_of([HumanMessage("Hi")], novelty=[1], text={"tomorrow": 2})
    assert (body["novelty"], body["text"]) == ([1], {"tomorrow": 2})


def test_its_own_names_win_over_those_of_chat_completions():
    body = body_of([HumanMessage("Hi")], max_output_tokens=5, max_tokens=9, text={"verbosity": "high"}, include=[])
    assert (body["max_output_tokens"], body["text"], body["include"]) == (5, {"verbosity": "high"}, [])
    assert "max_tokens" not in body
    assert body_of([HumanMessage("Hi")], max_tokens=9, max_completion_tokens=7)["max_output_tokens"] == 7


@pytest.mark.parametrize(
    "option",
    [{"stop": ["x"]}, {"seed": 0}, {"logit_bias": {}}, {"min_p": 0.1}, {"top_a": 0.1}, {"prediction": {}}],
)
def test_what_only_chat_completions_can_do_is_refused(option):
    (name,) = option
    with pytest.raises(RequestError, match=f"no `{name}`"):
        body_of([HumanMessage("Hi")], **option)


@pytest.mark.parametrize("option", [{"store": True}, {"previous_response_id": "r"}, {"conversation": "c"}])
def test_state_on_the_server_is_refused(option):
    with pytest.raises(ConfigurationError, match="keeps nothing"):
        body_of([HumanMessage("Hi")], **option)
    assert body_of([HumanMessage("Hi")], **dict.fromkeys(option, None))


def test_tools_are_flat_and_others_are_sent_as_they_stand():
    others = [
        {"type": "shell"},
        {"type": "custom", "name": "sql", "format": {"type": "text"}},
        {"type": "openrouter:tool_search", "parameters": {"max_results": 3}},
        {"type": "function", "name": "flat", "parameters": {"type": "object"}, "defer_loading": True},
    ]
    body = body_of([HumanMessage("Hi")], tools=[add, *others, {"name": "bare"}])
    check(body)
    assert body["tools"][1:5] == others
    assert body["tools"][5]["parameters"] == {"type": "object", "properties": {}}


def test_a_tool_can_wait_until_it_is_found():
    @tool(extras={"defer_loading": True})
    def rare() -> str:
        """Seldom needed."""
        return ""

    body = body_of([HumanMessage("Hi")], tools=[rare, {"type": "openrouter:tool_search"}])
    assert body["tools"][0]["defer_loading"] is True
    chat = json.loads(render_chat_request([HumanMessage("Hi")], {"tools": [rare]}, stream=False))
    assert chat["tools"][0]["defer_loading"] is True
    assert "defer_loading" not in chat["tools"][0]["function"]


@pytest.mark.parametrize(
    ("native", "name", "choice"),
    [
        ({"type": "shell"}, "shell", {"type": "shell"}),
        ({"type": "apply_patch"}, "apply_patch", {"type": "apply_patch"}),
        ({"type": "openrouter:apply_patch"}, "apply_patch", {"type": "openrouter:apply_patch"}),
        ({"type": "custom", "name": "sql"}, "sql", {"type": "custom", "name": "sql"}),
    ],
)
@pytest.mark.parametrize("native_first", [True, False])
def test_a_function_that_carries_out_native_calls_is_not_announced(native, name, choice, native_first):
    function = {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}
    tools = [native, function] if native_first else [function, native]
    body = body_of([HumanMessage("Hi")], tools=tools, tool_choice={"type": "function", "function": {"name": name}})
    assert body["tools"] == [native]
    assert body["tool_choice"] == choice


def test_a_tool_choice_that_names_no_tool_is_refused():
    with pytest.raises(ToolChoiceError):
        body_of([HumanMessage("Hi")], tools=[add, {"type": "custom", "name": "sql"}], tool_choice="sub")
