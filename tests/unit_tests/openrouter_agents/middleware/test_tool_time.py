"""A tool that hangs does not hang the run."""

from __future__ import annotations

import asyncio
import threading

import pytest
from agent_talk import call, invoke, results
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command, interrupt

from langchain_openrouter import ConfigurationError
from langchain_openrouter.emulator import Answer
from tests.waiting import wait_until

THREAD = {"configurable": {"thread_id": "1"}}


def test_the_run_goes_on_without_a_tool_that_hangs(play, agent):
    let_go, ended = threading.Event(), threading.Event()

    def hang() -> str:
        """Hang."""
        let_go.wait()
        ended.set()
        return "late"

    play(Answer(tool_calls=[call("hang")]), Answer("It took too long."))
    messages = invoke(agent(tools=[hang], tool_timeout=0.2))
    let_go.set()
    wait_until(ended.is_set)
    (result,) = results(messages)
    assert result.status == "error"
    assert "no result within 0.2 seconds" in result.text
    assert messages[-1].text == "It took too long."


async def test_a_tool_that_is_asynchronous_is_cancelled(play, agent):
    stopped = []

    async def hang() -> str:
        """Hang."""
        try:
            await asyncio.Event().wait()
        finally:
            stopped.append(True)
        return "never"

    play(Answer(tool_calls=[call("hang")]), Answer("It took too long."))
    state = await agent(tools=[hang], tool_timeout=0.05).ainvoke({"messages": [("human", "?")]})
    assert state["messages"][-1].text == "It took too long."
    assert stopped == [True]


def test_what_a_tool_raises_and_asks_for_passes(play, agent, run):
    """Its own `TimeoutError` is no other than any; and it may interrupt the run."""

    def late() -> str:
        """Raise."""
        raise TimeoutError

    def ask() -> str:
        """Ask a human."""
        return str(interrupt("Really?"))

    play(Answer(tool_calls=[call("late"), call("ask")]), Answer("Done."))
    made = agent(tools=[late, ask], checkpointer=InMemorySaver())
    run(made, **THREAD)
    messages = run(made, Command(resume="Yes."), **THREAD)
    by_name = {message.name: message.text for message in results(messages)}
    assert "failed inside (TimeoutError)" in by_name["late"]
    assert by_name["ask"] == "Yes."


def test_none_waits_for_ever(play, agent):
    names = []

    def where() -> str:
        """Name the thread."""
        names.append(threading.current_thread().name)
        return "here"

    play(Answer(tool_calls=[call("where")]), Answer("Done."))
    invoke(agent(tools=[where], tool_timeout=None))
    assert names != ["tool-call"]


@pytest.mark.parametrize("wrong", [0, -1])
def test_wrong_times_are_refused(agent, wrong):
    with pytest.raises(ConfigurationError, match="tool_timeout"):
        agent(tool_timeout=wrong)
