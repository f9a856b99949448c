"""LangChain's messages as the messages of the wire."""

from __future__ import annotations

import copy

import pytest
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    ChatMessage,
    HumanMessage,
    HumanMessageChunk,
    SystemMessage,
    ToolMessage,
)

from langchain_openrouter._wire.messages import render_messages
from langchain_openrouter.errors import MessageError

CALL = {"name": "add", "args": {"a": 1}, "id": "call_1"}
WIRE_CALL = {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"a":1}'}}


@pytest.mark.parametrize(
    ("message", "wire"),
    [
        (SystemMessage("a"), {"role": "system", "content": "a"}),
        (HumanMessage("a"), {"role": "user", "content": "a"}),
        (HumanMessageChunk("a"), {"role": "user", "content": "a"}),
        (HumanMessage("a", name="Ada"), {"role": "user", "content": "a", "name": "Ada"}),
        (HumanMessage("a", additional_kwargs={"name": "Ada"}), {"role": "user", "content": "a", "name": "Ada"}),
        (
            HumanMessage(["a", "b"]),
            {"role": "user", "content": [_ := {"type": "text", "text": "a"}, {**_, "text": "b"}]},
        ),
        (
            SystemMessage("a", additional_kwargs={"__openai_role__": "developer"}),
            {"role": "developer", "content": "a"},
        ),
        (ChatMessage("a", role="developer"), {"role": "developer", "content": "a"}),
        (ChatMessage("a", role="user"), {"role": "user", "content": "a"}),
        (AIMessage("a"), {"role": "assistant", "content": "a"}),
        (AIMessageChunk("a"), {"role": "assistant", "content": "a"}),
        (AIMessage("a", name="bot"), {"role": "assistant", "content": "a", "name": "bot"}),
        (AIMessage(["a", "b"]), {"role": "assistant", "content": "ab"}),
        (AIMessage(""), {"role": "assistant", "content": ""}),
        (AIMessage("", tool_calls=[CALL]), {"role": "assistant", "content": None, "tool_calls": [WIRE_CALL]}),
        (AIMessage("a", tool_calls=[CALL]), {"role": "assistant", "content": "a", "tool_calls": [WIRE_CALL]}),
        (ToolMessage("5", tool_call_id="1"), {"role": "tool", "tool_call_id": "1", "content": "5"}),
        (
            ToolMessage([{"type": "image", "url": "u"}], tool_call_id="1"),
            {"role": "tool", "tool_call_id": "1", "content": [{"type": "image_url", "image_url": {"url": "u"}}]},
        ),
        (AIMessage("a", additional_kwargs={"refusal": "no"}), {"role": "assistant", "content": "a", "refusal": "no"}),
        (
            AIMessage("a", additional_kwargs={"reasoning_content": "hm"}),
            {"role": "assistant", "content": "a", "reasoning": "hm"},
        ),
    ],
)
def test_message(message, wire):
    before = copy.deepcopy(message)
    assert render_messages([message]) == [wire]
    assert message == before


def test_a_call_whose_arguments_are_no_json_is_sent_back_as_it_came():
    broken = AIMessage("", invalid_tool_calls=[{"name": "add", "args": '{"a":', "id": "1", "error": "cut"}])
    (wire,) = render_messages([broken])
    assert wire["tool_calls"] == [{"id": "1", "type": "function", "function": {"name": "add", "arguments": '{"a":'}}]


def test_long_integers_in_arguments_stay_exact():
    (wire,) = render_messages([AIMessage("", tool_calls=[{**CALL, "args": {"n": 10**30}}])])
    assert wire["tool_calls"][0]["function"]["arguments"] == '{"n":' + "1" + "0" * 30 + "}"


@pytest.mark.parametrize(
    "kind",
    ["tool_use", "tool_call", "function_call", "reasoning", "thinking", "redacted_thinking", "server_tool_call"],
)
def test_what_an_assistant_did_beside_speaking_is_no_content(kind):
    (wire,) = render_messages([AIMessage([{"type": kind, "id": "1"}, "words"], tool_calls=[CALL])])
    assert wire["content"] == "words"
    assert wire["tool_calls"] == [WIRE_CALL]


def test_parts_of_an_assistant_that_are_no_text_stay_parts():
    (wire,) = render_messages([AIMessage(["a", {"type": "image_url", "image_url": {"url": "u"}}])])
    assert [part["type"] for part in wire["content"]] == ["text", "image_url"]


MARK = {"type": "ephemeral", "ttl": "1h"}


@pytest.mark.parametrize("kind", [HumanMessage, SystemMessage, AIMessage])
@pytest.mark.parametrize("key", ["cache_control", "prompt_cache_breakpoint"])
def test_a_cache_mark_on_a_message_goes_on_its_last_text(kind, key):
    marked = {"type": "text", "text": "b", key: MARK}
    (wire,) = render_messages([kind("b", additional_kwargs={key: MARK})])
    assert wire["content"] == [marked]
    first = {"type": "text", "text": "a", "cache_control": MARK}
    (wire,) = render_messages([kind([first, "b"], additional_kwargs={key: MARK})])
    assert wire["content"] == [first, marked]


def test_a_cache_mark_on_a_result_goes_on_its_last_text():
    result = ToolMessage(
        ["b", {"type": "image", "url": "u"}], tool_call_id="1", additional_kwargs={"cache_control": MARK}
    )
    (wire,) = render_messages([result])
    assert wire["content"][0] == {"type": "text", "text": "b", "cache_control": MARK}
    assert "cache_control" not in wire["content"][1]


def test_a_mark_on_a_message_without_text_changes_nothing():
    (wire,) = render_messages([AIMessage("", tool_calls=[CALL], additional_kwargs={"cache_control": MARK})])
    assert wire["content"] is None


def test_cache_control_on_an_assistants_text_keeps_it_a_part():
    block = {"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}
    (wire,) = render_messages([AIMessage([block])])
    assert wire["content"] == [block]


def test_anthropics_blocks_written_by_hand():
    """A call and its result as blocks become a call and a tool message."""
    asked = AIMessage([{"type": "tool_use", "id": "call_1", "name": "add", "input": {"a": 1}}])
    told = HumanMessage(
        [{"type": "tool_result", "tool_use_id": "call_1", "content": "5"}, {"type": "text", "text": "b"}]
    )
    asked.tool_calls = []
    assert render_messages([asked, told]) == [
        {"role": "assistant", "content": None, "tool_calls": [WIRE_CALL]},
        {"role": "tool", "tool_call_id": "call_1", "content": "5"},
        {"role": "user", "content": [{"type": "text", "text": "b"}]},
    ]


def test_a_result_alone_makes_no_user_message():
    told = HumanMessage([{"type": "tool_result", "tool_use_id": "1", "content": [{"type": "text", "text": "5"}]}])
    assert [wire["role"] for wire in render_messages([told])] == ["tool"]


def test_the_message_about_an_unknown_role_names_it():
    with pytest.raises(MessageError, match="a ChatMessage with the role 'oracle'"):
        render_messages([ChatMessage("a", role="oracle")])
