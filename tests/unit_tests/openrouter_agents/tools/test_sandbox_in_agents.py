"""A sandbox lives as long as what it works for: a call, a thread, an agent."""

from __future__ import annotations

import asyncio
import gc
import json
from pathlib import Path

import pytest
from langchain_core.messages import ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from sandboxes_under_test import BACKENDS, PATIENCE_S, all_gone_after, descendants, note_workers

from langchain_openrouter.emulator import Answer, ToolCall
from openrouter_agents import CodeInterpreter, create_openrouter_agent
from openrouter_agents.tools.sandbox import SandboxLimits
from tests.waiting import await_until

ENDLESS = "while True:\n    pass"


def code(source: str) -> Answer:
    return Answer(tool_calls=[ToolCall("code_interpreter", json.dumps({"code": source}))])


@pytest.fixture(params=BACKENDS)
def interpreter(request):
    with CodeInterpreter(backend=request.param, limits=SandboxLimits(timeout_s=600), spare=False) as made:
        yield made


@pytest.fixture
def agent(emulator, interpreter):
    return create_openrouter_agent(
        tools=[interpreter],
        checkpointer=InMemorySaver(),
        api_key=emulator.api_key,
        base_url=emulator.base_url,
    )


def thread(name: str) -> dict:
    return {"configurable": {"thread_id": name}}


def outputs(state) -> list[str]:
    return [message.text for message in state["messages"] if isinstance(message, ToolMessage)]


def ticks(workers: set[int]) -> int:
    """How long these processes have computed, in hundredths of a second."""
    texts = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in workers]
    return sum(int(text[11]) + int(text[12]) for text in texts)


async def test_a_run_that_is_cancelled_leaves_no_process(play, agent):
    play(code("1"), Answer("1"), code(ENDLESS), Answer("Fine."))
    asked = {"messages": [("human", "?")]}
    before = descendants()
    with all_gone_after():
        await agent.ainvoke(asked, thread("1"))
        note_workers()
        workers = descendants() - before
        computed = ticks(workers)
        running = asyncio.create_task(agent.ainvoke(asked, thread("1")))
        await await_until(lambda: ticks(workers) > computed + 20)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(running, PATIENCE_S)
    assert (await agent.ainvoke(asked, thread("1")))["messages"][-1].text == "Fine."


def told(events) -> list[str]:
    return [event["message"] for event in events if event["type"] == "tool_progress"]


def test_printed_lines_are_streamed(play, agent):
    play(code("print('one')\nprint('\\x1b]0;title\\x07two\\r\\x1b[1mthree')\nprint()\n1 / 0"), Answer("Failed."))
    events = list(agent.stream({"messages": [("human", "?")]}, thread("1"), stream_mode="custom"))
    assert "\n".join(told(events)) == "one\ntwo\nthree"
    assert {event["tool_call_id"] for event in events if "tool_call_id" in event} == {events[1]["tool_call_id"]}


async def test_printed_lines_are_streamed_while_the_code_runs(play, agent, interpreter):
    play(code("print('started')\n" + ENDLESS), Answer("Stopped."))
    events = []
    async for event in agent.astream({"messages": [("human", "?")]}, thread("1"), stream_mode="custom"):
        events.append(event)
        if event["type"] == "tool_progress":
            await asyncio.to_thread(interpreter.close)  # nothing else ends the program
    assert told(events) == ["started"]


def test_variables_stay_for_the_thread_and_nowhere_else(play, agent):
    play(code("kept = 41"), Answer("Kept."), code("kept + 1"), Answer("42"), code("kept + 1"), Answer("Gone."))
    agent.invoke({"messages": [("human", "?")]}, thread("1"))
    assert "42" in outputs(agent.invoke({"messages": [("human", "?")]}, thread("1")))[-1]
    assert "NameError" in outputs(agent.invoke({"messages": [("human", "?")]}, thread("2")))[-1]


def test_runs_without_a_thread_do_not_share_variables(emulator, play, interpreter):
    alone = create_openrouter_agent(tools=[interpreter], api_key=emulator.api_key, base_url=emulator.base_url)
    play(code("kept = 41"), code("kept + 1"), Answer("42"), code("kept + 1"), Answer("Gone."))
    assert "42" in outputs(alone.invoke({"messages": [("human", "?")]}))[-1]
    assert "NameError" in outputs(alone.invoke({"messages": [("human", "?")]}))[-1]


def test_an_agent_that_is_given_up_leaves_no_process(emulator, play):
    play(code("6 * 7"), Answer("42"))
    with all_gone_after():
        interpreter = CodeInterpreter(backend="auto")
        made = create_openrouter_agent(tools=[interpreter], api_key=emulator.api_key, base_url=emulator.base_url)
        assert made.invoke({"messages": [("human", "?")]})["messages"][-1].text == "42"
        note_workers()
        del made, interpreter
        gc.collect()
