"""Messages and options as the body of a request."""

from __future__ import annotations

import json

import pytest
from langchain_core.messages import HumanMessage

from langchain_openrouter._wire.render import render_request
from langchain_openrouter.errors import ConfigurationError

HELLO = [HumanMessage("hello")]


def render(*, stream=False, **options):
    return json.loads(render_request(HELLO, {"model": "m", **options}, stream=stream))


def test_the_least_body():
    assert render() == {"model": "m", "messages": [{"role": "user", "content": "hello"}], "stream": False}


@pytest.mark.parametrize("value", [0, 0.0, False, "", [], {}])
def test_only_none_is_left_out(value):
    assert render(option=value, other=None) == {**render(), "option": value}


def test_what_is_not_known_is_sent_as_it_stands():
    option = {"nested": [1, None, {"a": "ü"}]}
    assert render(option_of_tomorrow=option)["option_of_tomorrow"] == option


@pytest.mark.parametrize("option", ["ls_structured_output_format", "stream"])
def test_what_langchain_passes_along_for_itself_is_not_sent(option):
    body = json.loads(render_request(HELLO, {"model": "m", option: {"a": 1}}, stream=False))
    assert body == render()


def test_stream_options_belong_to_streams():
    assert "stream_options" not in render(stream_options={"include_usage": True})
    assert render(stream=True, stream_options={"include_usage": True})["stream_options"] == {"include_usage": True}


def test_tools_of_any_form_are_rendered():
    def add(a: int) -> int:
        """Add."""
        return a

    body = render(tools=[add, {"type": "openrouter:web_search"}], tool_choice="any")
    assert [tool["type"] for tool in body["tools"]] == ["function", "openrouter:web_search"]
    assert body["tool_choice"] == "required"


def test_no_tools_are_not_sent():
    assert "tools" not in render(tools=[])


@pytest.mark.parametrize("choice", [None, "", False])
def test_no_tool_choice_is_not_sent(choice):
    assert "tool_choice" not in render(tool_choice=choice)


def test_one_answer_needs_no_word():
    assert "n" not in render(n=1)


@pytest.mark.parametrize("n", [0, 2, "1", 1.5])
def test_several_answers_are_refused(n):
    with pytest.raises(ConfigurationError, match="n must be 1"):
        render(n=n)


def test_half_a_surrogate_pair_can_be_sent():
    body = json.loads(render_request([HumanMessage("a\ud83d")], {"model": "m"}, stream=False))
    assert body["messages"][0]["content"] == "a\ud83d"


def test_the_options_are_not_changed():
    options = {"model": "m", "tools": [], "n": 1, "tool_choice": "auto", "stream_options": {}}
    before = dict(options)
    render_request(HELLO, options, stream=False)
    assert options == before
