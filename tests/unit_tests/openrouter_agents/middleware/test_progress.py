"""What an agent streams beside its tokens: tools as they start, report and end, and what it has cost so far."""

from __future__ import annotations

import asyncio
import contextlib
import json
import warnings
from decimal import Decimal
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk, ToolMessage
from langgraph.errors import NodeCancelledError
from langgraph.types import Command, interrupt

from langchain_openrouter.emulator import Answer, Failure, ToolCall
from openrouter_agents import create_openrouter_agent, open_threads, report_progress
from openrouter_agents.middleware.progress import StreamProgress

ASKED = {"messages": [("human", "?")]}
ANN = {"configurable": {"thread_id": "ann"}}


def call(name: str, /, **arguments: object) -> ToolCall:
    return ToolCall(name, json.dumps(arguments))


def slowly(steps: int) -> str:
    """Do something in steps."""
    for step in range(steps):
        report_progress(f"step {step}", step / steps)
    return "done"


def fail() -> str:
    """Fail."""
    raise RuntimeError("no")


@pytest.fixture
def agent(emulator):
    def make(**options: Any) -> Any:
        return create_openrouter_agent(
            **{
                "tools": [slowly, fail],
                "api_key": emulator.api_key,
                "base_url": emulator.base_url,
                "middleware": [StreamProgress()],
                **options,
            }
        )

    return make


def stream(agent: Any, asked: Any, config: Any = None) -> list[Any]:
    return list(agent.stream(asked, config, stream_mode="custom"))


def astream(agent: Any, asked: Any, config: Any = None) -> list[Any]:
    async def run() -> list[Any]:
        return [event async for event in agent.astream(asked, config, stream_mode="custom")]

    return asyncio.run(run())


@pytest.mark.parametrize("run", [stream, astream])
def test_tools_tell_when_they_start_how_far_they_are_and_how_they_end(play, agent, run):
    play(Answer(tool_calls=[call("slowly", steps=2)]), Answer(tool_calls=[call("fail")]), Answer("Done."))
    events = [event for event in run(agent(), ASKED) if event["type"] != "spend"]
    assert [(event["type"], event["tool"]) for event in events] == [
        ("tool_started", "slowly"),
        ("tool_progress", "slowly"),
        ("tool_progress", "slowly"),
        ("tool_ended", "slowly"),
        ("tool_started", "fail"),
        ("tool_ended", "fail"),
    ]
    assert [(event["message"], event["fraction"]) for event in events[1:3]] == [("step 0", 0), ("step 1", 0.5)]
    assert len({event["tool_call_id"] for event in events[:4]}) == 1
    assert [event["status"] for event in events if event["type"] == "tool_ended"] == ["success", "error"]
    assert json.loads(json.dumps(events)) == events


@pytest.mark.parametrize("run", [stream, astream])
def test_the_cost_so_far_is_that_of_the_books(emulator, play, agent, model, run):
    def think() -> str:
        """Ask another model."""
        return model().invoke("Hm.").text

    play(
        Answer(tool_calls=[call("think"), call("slowly", steps=1)]),
        Answer("Inner."),
        Failure(429, "slow down", headers={"retry-after": "0"}),
        Answer("Outer."),
    )
    spends = [event for event in run(agent(tools=[think, slowly]), ASKED) if event["type"] == "spend"]
    assert [event["tool"] for event in spends] == [None, "think", None]
    costs = [Decimal(event["cost"]) for event in spends]
    assert costs == [entry.cost for entry in emulator.book.entries if entry.cost]
    assert [Decimal(event["run_cost"]) for event in spends] == [sum(costs[: end + 1]) for end in range(3)]
    assert sum(costs) == emulator.book.total
    assert spends[-1]["run_model_calls"] == len([each for each in emulator.requests if "chat" in each.path]) == 4
    # the next question on that thread is another run
    play(Answer("Again."))
    (again,) = run(agent(tools=[think]), ASKED)
    assert again["run_cost"] == again["cost"]


def test_everything_comes_in_order_in_one_stream(play, agent):
    play(Answer(tool_calls=[call("slowly", steps=1)]), Answer("One two."))
    parts = list(agent().stream(ASKED, stream_mode=["messages", "updates", "custom"], version="v2"))
    seen = [name for part in parts if (name := _name(part))]
    assert seen == [
        "spend",
        "calls",
        "tool_started",
        "tool_progress",
        "tool_ended",
        "result",
        "token",
        "token",
        "spend",
    ]


def _name(part: Any) -> str | None:
    if part["type"] == "custom":
        return str(part["data"]["type"])
    if part["type"] == "messages":
        message = part["data"][0]
        return "token" if isinstance(message, AIMessageChunk) and message.text else None
    for update in part["data"].values():
        last = (update or {}).get("messages", [None])[-1]
        if getattr(last, "tool_calls", None):
            return "calls"
        if isinstance(last, ToolMessage):
            return "result"
    return None


def test_typed_event_streams_have_it_too(play, agent):
    play(Answer(tool_calls=[call("slowly", steps=1)]), Answer("One two."))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # LangGraph calls this protocol experimental
        run = agent().stream_events(ASKED, version="v3")
        types = [event["type"] for event in run.custom]
    assert types == ["spend", "tool_started", "tool_progress", "tool_ended", "spend"]


def test_a_run_that_waits_for_a_human_goes_on_with_its_costs(tmp_path, emulator, play, agent):
    def ask_back() -> str:
        """Ask the user."""
        return str(interrupt("Which one?"))

    play(Answer(tool_calls=[call("ask_back")]), Answer("Done."))
    with open_threads(tmp_path / "threads.db") as threads:
        before = stream(agent(tools=[ask_back], checkpointer=threads), ASKED, ANN)
    with open_threads(tmp_path / "threads.db") as threads:  # in another process
        after = stream(agent(tools=[ask_back], checkpointer=threads), Command(resume="that"), ANN)
    assert [event["status"] for event in before + after if event["type"] == "tool_ended"] == ["interrupted", "success"]
    assert (
        Decimal(after[-1]["run_cost"]) == emulator.book.total == Decimal(before[0]["cost"]) + Decimal(after[-1]["cost"])
    )


async def test_a_cancelled_tool_says_so(play, agent):
    async def give_up() -> str:
        """Be cancelled."""
        raise asyncio.CancelledError

    play(Answer(tool_calls=[call("give_up")]))
    events = []
    with contextlib.suppress(NodeCancelledError):
        async for event in agent(tools=[give_up]).astream(ASKED, stream_mode="custom"):
            events.append(event)  # noqa: PERF401 - what came before the end is what matters
    assert [event["status"] for event in events if event["type"] == "tool_ended"] == ["cancelled"]


def test_progress_outside_of_an_agent_is_told_to_nobody():
    assert slowly(2) == "done"
