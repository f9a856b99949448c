"""Histories with OpenAI's old function calls are sent as tools."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage, FunctionMessage, HumanMessage

from langchain_openrouter._wire.messages import render_messages
from langchain_openrouter.errors import MessageError


def called(arguments: str) -> AIMessage:
    return AIMessage("", additional_kwargs={"function_call": {"name": "add", "arguments": arguments}})


def test_calls_and_results_become_those_of_tools():
    wire = render_messages(
        [
            HumanMessage("add"),
            called('{"a": 1}'),
            FunctionMessage("1", name="add"),
            called('{"a": 2}'),
            FunctionMessage("2", name="add"),
        ]
    )
    assert [message["role"] for message in wire] == ["user", "assistant", "tool", "assistant", "tool"]
    calls = [message["tool_calls"][0] for message in wire if "tool_calls" in message]
    assert [call["function"]["arguments"] for call in calls] == ['{"a":1}', '{"a":2}']
    assert [message["tool_call_id"] for message in wire if message["role"] == "tool"] == [call["id"] for call in calls]
    assert calls[0]["id"] != calls[1]["id"]
    assert all("function_call" not in message for message in wire)


def test_arguments_that_are_no_json_stay_as_they_are():
    (wire,) = render_messages([called('{"a":')])
    assert wire["tool_calls"][0]["function"]["arguments"] == '{"a":'


def test_a_result_without_a_call():
    with pytest.raises(MessageError, match="'add' answers no function_call"):
        render_messages([FunctionMessage("1", name="add")])


def test_messages_are_not_changed():
    message = called("{}")
    render_messages([message])
    assert message == called("{}")
    assert message.tool_calls == []
