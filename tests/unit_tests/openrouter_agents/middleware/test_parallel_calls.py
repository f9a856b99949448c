"""Tool calls run at the same time, bounded, and stop with the run."""

from __future__ import annotations

import asyncio
import threading

import pytest
from agent_talk import call, results
from langgraph.checkpoint.memory import InMemorySaver

from langchain_openrouter.emulator import Answer
from tests.waiting import PATIENCE, await_until

THREAD = {"configurable": {"thread_id": "1"}}


def calls(number: int) -> Answer:
    return Answer(tool_calls=[call("meet", number=one) for one in range(number)])


def test_calls_run_at_the_same_time(play, agent, run):
    meeting = threading.Barrier(4)

    def meet(number: int) -> str:
        """Wait for all others."""
        meeting.wait(PATIENCE)
        return "met"

    play(calls(4), Answer("Done."))
    messages = run(agent(tools=[meet]))
    assert [message.text for message in results(messages)] == ["met"] * 4


@pytest.mark.parametrize(("config", "most"), [({}, 2), ({"max_concurrency": 3}, 3)])
def test_no_more_than_so_many(play, agent, run, config, most):
    inside: list[int] = []
    peaks: list[int] = []
    full = threading.Event()

    def meet(number: int) -> str:
        """Note how many are here."""
        inside.append(number)
        peaks.append(len(inside))
        if len(inside) == most:
            full.set()
        full.wait(PATIENCE)
        inside.remove(number)
        return "met"

    play(calls(9), Answer("Done."))
    assert len(results(run(agent(tools=[meet], max_concurrency=2), **config))) == 9
    assert max(peaks) == most


async def test_a_run_that_is_cancelled_stops_its_tools_and_leaves_a_thread_to_go_on_with(play, agent):
    started, stopped = [], []

    async def meet(number: int) -> str:
        """Wait for ever."""
        started.append(number)
        try:
            await asyncio.Event().wait()
        finally:
            stopped.append(number)
        return "never"

    play(calls(3), Answer("Fine."))
    made = agent(tools=[meet], checkpointer=InMemorySaver())
    running = asyncio.create_task(made.ainvoke({"messages": [("human", "Meet!")]}, THREAD))
    await await_until(lambda: len(started) == 3)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert sorted(stopped) == [0, 1, 2]
    state = await made.ainvoke({"messages": [("human", "Still there?")]}, THREAD)
    assert state["messages"][-1].text == "Fine."


async def test_a_hundred_threads_at_once_do_not_mix(emulator, agent):
    class Echo:
        """Calls the calculator with the question, and says its result."""

        checks_requests = True

        def reply(self, request):
            last = request["messages"][-1]
            if last["role"] == "tool":
                return Answer(last["content"])
            return Answer(tool_calls=[call("calculator", expression=f"{last['content']}*2")])

    emulator.brain = Echo()
    made = agent(checkpointer=InMemorySaver(), budget="1", max_tokens=100)
    asked = [
        made.ainvoke({"messages": [("human", str(number))]}, {"configurable": {"thread_id": str(number)}})
        for number in range(100)
    ]
    states = await asyncio.gather(*asked)
    assert [state["messages"][-1].text for state in states] == [str(number * 2) for number in range(100)]
