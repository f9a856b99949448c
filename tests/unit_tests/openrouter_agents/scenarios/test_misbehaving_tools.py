"""Tools that raise, refuse, hang and flood."""

from __future__ import annotations

import asyncio

import pytest
from langchain_core.tools import ToolException, tool

from tests.unit_tests.openrouter_agents.scenarios.scenario import Scenario, Step, ask, calculate, call, go_on
from tests.unit_tests.openrouter_agents.scenarios.stage import (
    CONFIG,
    STILL_THERE,
    ainvoke,
    hasty_interpreter,
    invoke,
    play_out,
    take_step,
)
from tests.waiting import await_until

SECRET = "/root/.ssh/key"


def fail(reason: str = "") -> str:
    """Fail."""
    raise ValueError(SECRET + reason)


def fail_once() -> str:
    """Fail the first time."""
    if not TRIED:
        TRIED.append(1)
        raise TimeoutError(SECRET)
    return "better now"


TRIED: list[int] = []


@tool
def refuse() -> str:
    """Refuse."""
    raise ToolException("The office is closed.")


refuse.handle_tool_error = True


async def only_async() -> str:
    """Work on event loops only."""
    return "worked"


def give_up() -> str:
    """End the program."""
    raise SystemExit(3)


def interrupt_everything() -> str:
    """Do as if somebody had pressed ctrl-C."""
    raise KeyboardInterrupt


def flood() -> str:
    """Say far too much."""
    return "All work and no play makes Jack a dull boy. " * 5_000


def strange() -> str:
    """Say what nobody can read."""
    return "\x00\x1b[2J\u202e ok"


def run_code(code: str, says: str) -> tuple[list[object], list[Step]]:
    """Code that comes to a bad end, and then some that works."""
    script = [[call("code_interpreter", code=code)], "Hm.", [call("code_interpreter", code="6*7")], "Done."]
    return script, [ask("Hm.", results={"code_interpreter": says}), ask(results={"code_interpreter": "42"})]


SCENARIOS = [
    Scenario("a tool raises", [[call("fail")], "Done."], [ask(results={"fail": "ValueError"}, hides=SECRET)], [fail]),
    Scenario(
        "one of two raises",
        [[call("fail"), *calculate("6*7")], "Done."],
        [ask(results={"fail": "Error", "calculator": "42"}, hides=SECRET)],
        [fail, "calculator"],
    ),
    Scenario(
        "a tool raises once",
        [[call("fail_once")], [call("fail_once")], "Done."],
        [ask(results={"fail_once": "better now"}, hides=SECRET)],
        [fail_once],
    ),
    Scenario(
        "a tool raises for ever, each time for another reason",
        [*([call("fail", reason=str(number))] for number in range(5)), "I give up."],
        [ask("I give up.", hides=SECRET)],
        [fail],
    ),
    Scenario("a tool refuses", [[call("refuse")], "Done."], [ask(results={"refuse": "office is closed"})], [refuse]),
    Scenario(
        "a tool ends the program",
        [[call("give_up")]],
        [ask(None, fails=(SystemExit, BaseExceptionGroup))],
        [give_up],
    ),
    Scenario(
        "somebody presses ctrl-C",
        [[call("interrupt_everything")]],
        [ask(None, fails=(KeyboardInterrupt, BaseExceptionGroup))],
        [interrupt_everything],
    ),
    Scenario("a tool floods", [[call("flood")], "Done."], [ask(results={"flood": "Jack"})], [flood]),
    Scenario("a tool talks in riddles", [[call("strange")], "Done."], [ask(results={"strange": "ok"})], [strange]),
    Scenario("code that never ends", *run_code("while True: pass", "0.3"), tools=[hasty_interpreter]),
    Scenario("code that floods", *run_code("while True: print('x' * 100)", "xxx"), tools=[hasty_interpreter]),
    Scenario("code that wants all memory", *run_code("x = 'a' * 10**12", "Memory"), tools=[hasty_interpreter]),
    Scenario(
        "code of another language",
        *run_code("SELECT 1;", "SyntaxError"),
        tools=[hasty_interpreter],
    ),
]


def test_ends_as_it_should(scenario, stage, run):
    TRIED.clear()
    play_out(scenario, stage, run)


def test_a_tool_that_has_no_way_for_this_code_says_so(stage):
    scenario = Scenario(
        "async only", [[call("only_async")], "Done."], [ask(results={"only_async": "Error"})], [only_async]
    )
    play_out(scenario, stage, invoke)


@pytest.mark.parametrize("taken_up", [False, True], ids=["asked anew", "taken up"])
def test_a_tool_that_hangs_is_left_by_cancelling_the_run(stage, taken_up):
    hanging: list[int] = []

    async def hang() -> str:
        """Hang the first time."""
        hanging.append(1)
        if len(hanging) == 1:
            await asyncio.Event().wait()
        return "free"

    scenario = Scenario("hang", [], [], [hang])
    play = [[call("hang")], "Done."] if taken_up else [[call("hang")]]

    async def cancel(agent) -> None:
        running = asyncio.ensure_future(agent.ainvoke({"messages": [("human", "?")]}, CONFIG))
        await await_until(lambda: hanging)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    stage.script(Scenario("hang", play, []))
    with stage.agent(scenario) as agent:
        asyncio.run(cancel(agent))
        if taken_up:
            take_step(agent, go_on(results={"hang": "free"}), ainvoke)
        take_step(agent, STILL_THERE, ainvoke)
    stage.check_books()
