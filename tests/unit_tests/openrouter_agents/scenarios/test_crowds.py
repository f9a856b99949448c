"""Many threads at once, some of them cancelled."""

from __future__ import annotations

import asyncio
import json
import re

import pytest

from langchain_openrouter.emulator import Answer, ChatRequest, Reply, ToolCall
from tests.unit_tests.openrouter_agents.scenarios.scenario import Scenario
from tests.waiting import await_until

CROWD = 100
SCENARIO = Scenario("crowd", [], [], ["calculator"])


class Squaring:
    """Squares the number in the question with the calculator, and says it."""

    checks_requests = True

    def reply(self, request: ChatRequest) -> Reply:
        last = request["messages"][-1]
        if last["role"] == "tool":
            return Answer(f"It is {last['content']}.")
        number = re.sub(r"\D", "", str(last["content"]))
        return Answer(tool_calls=[ToolCall("calculator", json.dumps({"expression": f"{number}*{number}"}))])


@pytest.fixture
def crowd(stage):
    stage.emulator.brain = Squaring()
    with stage.agent(SCENARIO) as agent:
        yield agent
    stage.check_books()


def asked(number: int) -> tuple[dict[str, object], dict[str, object]]:
    return {"messages": [("human", f"What is {number} squared?")]}, {"configurable": {"thread_id": str(number)}}


def answers(states) -> list[str]:
    return [state["messages"][-1].text for state in states]


def test_a_hundred_threads_at_once_on_an_event_loop(stage, crowd):
    async def ask_all():
        return await asyncio.gather(*(crowd.ainvoke(*asked(number)) for number in range(CROWD)))

    assert answers(asyncio.run(ask_all())) == [f"It is {number * number}." for number in range(CROWD)]
    assert len(stage.emulator.book.entries) == 2 * CROWD
    rows = {row.by["thread"]: row.attempts for row in stage.ledger.total(by="thread")}
    assert rows == {str(number): 2 for number in range(CROWD)}


def test_many_threads_at_once_in_as_many_python_threads(crowd):
    inputs, configs = zip(*map(asked, range(30)), strict=True)
    assert answers(crowd.batch(list(inputs), list(configs))) == [f"It is {number * number}." for number in range(30)]


def test_those_that_are_cancelled_do_not_disturb_the_others(stage):
    release, waiting = asyncio.Event(), []

    async def hold(number: int) -> str:
        """Hold on."""
        waiting.append(number)
        await release.wait()
        return str(number)

    class Holding(Squaring):
        def reply(self, request: ChatRequest) -> Reply:
            reply = super().reply(request)
            assert isinstance(reply, Answer)
            number = re.sub(r"\D", "", str(request["messages"][-1]["content"]))
            return reply if reply.text else Answer(tool_calls=[ToolCall("hold", json.dumps({"number": int(number)}))])

    async def ask_all(agent):
        tasks = [asyncio.ensure_future(agent.ainvoke(*asked(number))) for number in range(20)]
        await await_until(lambda: len(waiting) == 20)
        for task in tasks[::2]:
            task.cancel()
        await asyncio.wait(tasks[::2])
        release.set()
        rest = await asyncio.gather(*tasks[1::2])
        again = await asyncio.gather(*(agent.ainvoke(*asked(number)) for number in range(0, 20, 2)))
        return answers(rest), answers(again)

    stage.emulator.brain = Holding()
    with stage.agent(Scenario("crowd", [], [], [hold])) as agent:
        rest, again = asyncio.run(ask_all(agent))
    assert rest == [f"It is {number}." for number in range(1, 20, 2)]
    assert again == [f"It is {number}." for number in range(0, 20, 2)]
    stage.check_books()


def test_one_thread_that_is_asked_twice_at_once_goes_on(crowd):
    async def ask_twice():
        twice = await asyncio.gather(crowd.ainvoke(*asked(7)), crowd.ainvoke(*asked(7)))
        return answers([*twice, await crowd.ainvoke(*asked(7))])

    assert asyncio.run(ask_twice()) == ["It is 49."] * 3
