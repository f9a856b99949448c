"""Agents over the Responses API: its own tools, and conversations that move between the two APIs."""

from __future__ import annotations

import json
from typing import Annotated

import pytest
from langchain.agents import create_agent
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import InjectedToolCallId, tool

from langchain_openrouter import ChatOpenRouter
from langchain_openrouter.emulator import Answer, Failure, Interruption, ToolCall
from langchain_openrouter.errors import RateLimitError, StreamInterruptedError

SHELL = {"type": "shell_call", "id": "sh_1", "call_id": "call_1", "action": {"commands": ["ls", "pwd"]}}
PATCH = {
    "type": "apply_patch_call",
    "id": "ap_1",
    "call_id": "call_2",
    "status": "completed",
    "operation": {"type": "update_file", "path": "/a.py", "diff": "@@\n-x\n+y"},
}
PATCH_AGAIN = {**PATCH, "id": "ap_2", "call_id": "call_3", "operation": {"type": "delete_file", "path": "/b.py"}}


@tool
def shell(commands: list[str]) -> list[dict]:
    """Run commands."""
    return [{"stdout": f"ran {command}"} for command in commands]


@tool
def apply_patch(type: str, path: str, diff: str = "") -> str:  # noqa: A002 - the wire's name
    """Change a file."""
    return f"{type} {path}"


@tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@pytest.fixture
def responses_model(model) -> ChatOpenRouter:
    return model(model="openai/gpt-5-mini", use_responses_api=True)


def inputs_of(emulator):
    return [request.json["input"] for request in emulator.requests]


def test_an_agent_runs_the_tools_that_models_know_by_heart(emulator, play, responses_model):
    play(
        Answer(reasoning="Let me look.", items=[SHELL, PATCH]),
        Answer(items=[PATCH_AGAIN]),
        Answer("All done."),
    )
    agent = create_agent(responses_model, [shell, apply_patch, {"type": "shell"}, {"type": "apply_patch"}])
    messages = agent.invoke({"messages": [("human", "Tidy up.")]})["messages"]
    assert messages[-1].text == "All done."
    assert [message.text for message in messages if isinstance(message, ToolMessage)][1:] == [
        "update_file /a.py",
        "delete_file /b.py",
    ]
    assert all(request.json["tools"] == [{"type": "shell"}, {"type": "apply_patch"}] for request in emulator.requests)
    question, thought, *sent = inputs_of(emulator)[-1]
    done = {"type": "exit", "exit_code": 0}
    assert (question["content"], thought["type"]) == ("Tidy up.", "reasoning")
    assert sent == [
        {**SHELL, "status": "completed"},
        PATCH,
        {
            "type": "shell_call_output",
            "call_id": "call_1",
            "output": [
                {"stdout": "ran ls", "stderr": "", "outcome": done},
                {"stdout": "ran pwd", "stderr": "", "outcome": done},
            ],
        },
        {
            "type": "apply_patch_call_output",
            "call_id": "call_2",
            "status": "completed",
            "output": "update_file /a.py",
        },
        PATCH_AGAIN,
        {
            "type": "apply_patch_call_output",
            "call_id": "call_3",
            "status": "completed",
            "output": "delete_file /b.py",
        },
    ]


def test_a_patch_that_cannot_be_applied_is_reported_as_failed(emulator, play, responses_model):
    @tool
    def apply_patch(type: str, path: str, tool_call_id: Annotated[str, InjectedToolCallId]) -> ToolMessage:  # noqa: A002 - the wire's names
        """Change a file."""
        return ToolMessage("no such file", tool_call_id=tool_call_id, status="error")

    play(Answer(items=[PATCH_AGAIN]), Answer("Pity."))
    agent = create_agent(responses_model, [apply_patch, {"type": "openrouter:apply_patch"}])
    agent.invoke({"messages": [("human", "Tidy up.")]})
    result = inputs_of(emulator)[-1][-1]
    assert (result["status"], result["output"]) == ("failed", "no such file")


def test_an_agent_finds_its_tools(emulator, play, responses_model):
    search = {"type": "openrouter:tool_search", "id": "ts_1", "status": "completed", "query": "add numbers"}
    play(Answer(items=[search], tool_calls=[ToolCall("add", '{"a": 1, "b": 2}', "call_1")]), Answer("Three."))
    rare = add.model_copy(update={"extras": {"defer_loading": True}})
    agent = create_agent(responses_model, [rare, {"type": "openrouter:tool_search"}])
    messages = agent.invoke({"messages": [("human", "1 + 2?")]})["messages"]
    assert messages[-1].text == "Three."
    first, second = emulator.requests
    assert first.json["tools"][0]["defer_loading"] is True
    assert second.json["input"][1] == search
    assert second.json["input"][-1] == {"type": "function_call_output", "call_id": "call_1", "output": "3"}


def test_an_agent_runs_a_custom_tool(emulator, play, responses_model):
    @tool
    def sql(input: str) -> str:  # noqa: A002 - the wire's name
        """Run a query."""
        return f"ran {input}"

    call = {"type": "custom_tool_call", "id": "ct_1", "call_id": "c", "name": "sql", "input": "SELECT 1"}
    play(Answer(items=[call]), Answer("One."))
    agent = create_agent(responses_model, [sql, {"type": "custom", "name": "sql", "format": {"type": "text"}}])
    agent.invoke({"messages": [("human", "Query.")]})
    sent = inputs_of(emulator)[-1][-1]
    assert sent == {"type": "custom_tool_call_output", "call_id": "c", "output": "ran SELECT 1"}
    assert len(emulator.requests[0].json["tools"]) == 1


def test_a_hosted_shell_is_left_to_openrouter(play, responses_model):
    output = {"type": "shell_call_output", "id": "o", "call_id": "call_1", "output": []}
    play(Answer("Two files.", items=[SHELL, output]))
    agent = create_agent(responses_model, [shell, {"type": "shell"}])
    messages = agent.invoke({"messages": [("human", "How many files?")]})["messages"]
    assert [message.type for message in messages] == ["human", "ai"]


def test_a_conversation_moves_between_the_apis(emulator, play, model, ask):
    chat, responses = model(), model(use_responses_api=True)
    thought = {"type": "reasoning.encrypted", "data": "SECRET", "format": "openai-responses-v1"}
    call = Answer(tool_calls=[ToolCall("add", '{"a": 1, "b": 2}', "call_1")], reasoning_details=[thought])
    for first, second in ((chat, responses), (responses, chat)):
        play(call, Answer("Three."), Answer("Three, I said."))
        asked = [HumanMessage("1 + 2?")]
        asked += [ask(first.bind_tools([add]), asked), ToolMessage("3", tool_call_id="call_1")]
        asked += [ask(second.bind_tools([add]), asked), HumanMessage("What?")]
        assert ask(first.bind_tools([add]), asked).text == "Three, I said."
        for request in emulator.brain.requests[1:]:
            roles = [message["role"] for message in request["messages"]]
            assert roles[:3] == ["user", "assistant", "tool"]
            assert request["messages"][1]["tool_calls"][0]["id"] == "call_1"
    assert "SECRET" in json.dumps([request.json for request in emulator.requests[1:3]])


def test_every_way_of_asking_gives_the_same_message(play, model, ask):
    play(Answer("It is four.", reasoning="Two and two.", tool_calls=[ToolCall("add", '{"a": 2}', "c")]))
    message = ask(model(use_responses_api=True), "2 + 2?")
    assert message.content == "It is four."
    assert message.additional_kwargs["reasoning_content"] == "Two and two."
    assert message.tool_calls == [{"type": "tool_call", "id": "c", "name": "add", "args": {"a": 2}}]
    assert [item["type"] for item in message.additional_kwargs["output"]] == ["reasoning", "message", "function_call"]
    assert message.response_metadata["finish_reason"] == "tool_calls"
    assert message.response_metadata["cost"] > 0
    assert message.content_blocks[0]["type"] == "reasoning"


def test_a_failure_half_way_keeps_what_came(play, model, ask):
    play(Interruption(Answer("Half of it"), Failure(429, "Slow down", metadata={"error_type": "rate_limit_exceeded"})))
    with pytest.raises(RateLimitError, match="Slow down") as caught:
        ask(model(use_responses_api=True, max_retries=0), "?")
    assert caught.value.partial == "Half of it"
    assert caught.value.generation_id.startswith("gen-")


@pytest.mark.parametrize("mode", ["stream", "astream"])
def test_a_stream_that_is_cut_keeps_what_came(play, model, collect, mode):
    play(Interruption(Answer("Half of it")))
    with pytest.raises(StreamInterruptedError) as caught:
        collect(mode, model(use_responses_api=True, max_retries=0))
    assert caught.value.partial == "Half of it"


def test_advice_is_streamed(play, responses_model):
    advisor = {"type": "openrouter:advisor", "advice": "Count them twice.", "model": "m", "prompt": "?"}
    play(Answer("Four.", items=[advisor]))
    tools = [{"type": "openrouter:advisor", "parameters": {"stream": True}}]
    chunks = list(responses_model.bind_tools(tools).stream("How many?"))
    advice = [chunk.additional_kwargs["advice"] for chunk in chunks if "advice" in chunk.additional_kwargs]
    assert advice == ["Count", " them", " twice."]
    assert "".join(chunk.text for chunk in chunks) == "Four."
