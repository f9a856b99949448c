"""A thread is never lost to calls of tools without results in their place."""

from __future__ import annotations

import pytest
from agent_talk import call, results, roles
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver

from langchain_openrouter.emulator import Answer, ToolCall
from openrouter_agents import sum_spend
from openrouter_agents.middleware.open_calls import answer_open_calls

THREAD = {"configurable": {"thread_id": "1"}}


def asks(*ids: str) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": "calculator", "args": {"expression": one}, "id": one} for one in ids])


def gave(call_id: str, text: str = "1") -> ToolMessage:
    return ToolMessage(text, tool_call_id=call_id, name="calculator")


def test_a_thread_goes_on_with_results_that_are_missing_or_elsewhere(emulator, play, agent, run):
    play(Answer("Fine."))
    made = agent(checkpointer=InMemorySaver())
    history = [HumanMessage("?"), asks("a", "b"), HumanMessage("Hurry!"), gave("b")]
    made.update_state(THREAD, {"messages": history}, as_node="tools")
    assert run(made, "Still there?", **THREAD)[-1].text == "Fine."
    request = emulator.requests[-1]
    assert roles(request) == ["system", "user", "assistant", "tool", "tool", "user", "user"]
    assert "interrupted" in request.json["messages"][3]["content"]
    assert request.json["messages"][4] == {"role": "tool", "tool_call_id": "b", "content": "1"}


def test_results_without_calls_are_left_out():
    """A history that was cut to its end may begin with them."""
    assert answer_open_calls([gave("a"), HumanMessage("?")]) == [HumanMessage("?")]


def test_ids_that_are_used_again_belong_to_the_call_before():
    history = [asks("0"), gave("0", "first"), asks("0"), gave("0", "second")]
    assert answer_open_calls(history) == history
    assert [one.text for one in answer_open_calls([history[0], *history[2:]]) if isinstance(one, ToolMessage)] == [
        "Error: this call was interrupted before it gave a result.",
        "second",
    ]


def test_of_several_results_the_last_one_counts():
    assert answer_open_calls([asks("a"), gave("a", "old"), gave("a", "new")]) == [asks("a"), gave("a", "new")]


@given(st.lists(st.one_of(st.just("human"), st.sampled_from("abc"), st.lists(st.sampled_from("abc"), unique=True))))
def test_whatever_the_history_each_call_is_followed_by_its_results(shape):
    messages = [
        asks(*one) if isinstance(one, list) else HumanMessage("?") if one == "human" else gave(one) for one in shape
    ]
    whole = answer_open_calls(messages)
    assert [one for one in whole if not isinstance(one, ToolMessage)] == [
        one for one in messages if not isinstance(one, ToolMessage)
    ]
    open_ids: list[str] = []
    for message in whole:
        if isinstance(message, ToolMessage):
            assert message.tool_call_id == open_ids.pop(0)
            continue
        assert not open_ids
        open_ids = [one["id"] for one in getattr(message, "tool_calls", [])]
    assert not open_ids
    assert answer_open_calls(whole) == whole


def test_a_model_that_calls_with_broken_arguments_is_told_so(emulator, play, agent, run):
    """LangChain's agent would end here, with an empty answer."""
    play(
        Answer(tool_calls=[ToolCall("calculator", '{"expression": ')]),
        Answer(tool_calls=[ToolCall("calculator", "{"), call("calculator", expression="6*7")]),
        Answer("42"),
    )
    messages = run(agent())
    assert messages[-1].text == "42"
    assert [message.status for message in results(messages)] == ["error", "error", "success"]
    assert "valid JSON" in emulator.requests[1].json["messages"][-1]["content"]
    assert roles(emulator.requests[2])[-3:] == ["assistant", "tool", "tool"]


@pytest.mark.parametrize(("limit", "asked"), [(25, 3), (2, 2)])
def test_a_model_that_only_calls_with_broken_arguments_is_stopped(emulator, play, agent, run, limit, asked):
    play(*[Answer(tool_calls=[ToolCall("calculator", "{")])] * 9)
    messages = run(agent(max_model_calls=limit))
    assert messages[-1].text.startswith("I stopped")
    assert len(emulator.requests) == asked
    assert sum_spend(messages).cost == emulator.book.total
