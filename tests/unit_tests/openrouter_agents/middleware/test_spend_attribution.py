"""What agents spend is booked by node, tool and thread, also where two threads run at once."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from langchain_openrouter import (
    Budget,
    BudgetExceededError,
    ChatOpenRouter,
    OpenRouterCreditsCallbackHandler,
    SpendLedger,
)
from langchain_openrouter.emulator import Answer, OpenRouterEmulator, ToolCall
from openrouter_agents import create_openrouter_agent


class Thinking:
    """Calls both tools, which ask models themselves, until both have answered."""

    checks_requests = True

    def reply(self, request):
        last = request["messages"][-1]
        if last["role"] == "tool":
            return Answer("Done. " * len(str(request["messages"][1]["content"])))
        if "tools" in request:
            return Answer(tool_calls=[ToolCall(name, json.dumps({"thought": last["content"]})) for name in TOOLS])
        return Answer("Hm. " * len(str(last["content"])))


TOOLS = ("think", "rethink")


@pytest.fixture
def openrouter():
    with OpenRouterEmulator(Thinking()) as running:
        yield running


@pytest.fixture
def ledger(tmp_path):
    with SpendLedger(tmp_path / "spend.db") as opened:
        yield opened


@pytest.fixture
def agent(openrouter, ledger):
    model = ChatOpenRouter(
        model="openai/gpt-4o-mini",
        api_key=openrouter.api_key,
        base_url=openrouter.base_url,
        ledger=ledger,
        max_tokens=1000,
        max_retries=0,
    )
    both_are_there = threading.Barrier(2, timeout=30)

    def think(thought: str) -> str:
        """Think."""
        if thought.startswith("!"):
            both_are_there.wait()
        return model.invoke(thought).text

    def rethink(thought: str) -> str:
        """Think again."""
        return model.invoke(thought * 2).text

    return create_openrouter_agent(model, [think, rethink])


def ask(agent, thread: str, question: str, handler=None):
    config = {"metadata": {"thread_id": thread}, "callbacks": [handler] if handler else []}
    return agent.invoke({"messages": [("human", question)]}, config)


def test_two_threads_at_once_are_booked_apart(openrouter, ledger, agent):
    handler = OpenRouterCreditsCallbackHandler(None)
    with ThreadPoolExecutor(2) as workers:
        asked = {"ann": "! What?", "bob": "! What do you think of it?"}
        list(workers.map(lambda each: ask(agent, *each, handler), asked.items()))
    entries = list(ledger.entries())
    assert {entry.generation_id: entry.charged_usd for entry in entries} == {
        entry.generation_id: entry.cost for entry in openrouter.book.entries
    }
    threads = {row.by["thread"]: row.cost_usd for row in ledger.total(by="thread")}
    assert threads == {
        name: sum(entry.charged_usd for entry in entries if entry.attribution.thread_id == name) for name in asked
    }
    assert threads["bob"] > threads["ann"] > 0
    assert sum(threads.values()) == openrouter.book.total
    places = {(entry.attribution.thread_id, entry.attribution.node, entry.attribution.tags) for entry in entries}
    assert places == {
        (name, *place)
        for name in asked
        for place in [("model", ()), ("tools", ("tool:think",)), ("tools", ("tool:rethink",))]
    }
    assert handler.by_thread["ann"].cost == threads["ann"]
    assert handler.by_tag["tool:rethink"].cost > handler.by_tag["tool:think"].cost > 0
    assert sum((spent.cost for spent in handler.by_node.values()), Decimal(0)) == openrouter.book.total


def test_a_tool_can_have_a_budget_of_its_own(openrouter, ledger, agent):
    ledger.set_budget(Budget("tag:tool:rethink", "0", "day"))
    messages = ask(agent, "ann", "What?")["messages"]
    results = {message.name: message for message in messages if message.type == "tool"}
    assert (results["think"].status, results["rethink"].status) == ("success", "error")
    assert BudgetExceededError.__name__ in results["rethink"].text
    assert messages[-1].text.startswith("Done.")
    assert ledger.total() == openrouter.book.total
