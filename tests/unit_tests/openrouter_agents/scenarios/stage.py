"""Plays scenarios: a real agent, real HTTP, threads in a file, every attempt in a ledger.

However a scenario ends: its thread takes one more question, the emulator's book is the ledger's, no process is left.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from langchain_core.messages import BaseMessage, ToolMessage

from langchain_openrouter import ChatOpenRouter, SpendLedger
from langchain_openrouter.emulator import Answer, OpenRouterEmulator, ScriptBrain
from openrouter_agents import CodeInterpreter, create_openrouter_agent, open_threads
from openrouter_agents.tools.sandbox import SandboxLimits
from tests.processes import children
from tests.unit_tests.openrouter_agents.scenarios.scenario import Scenario, Step, ask
from tests.waiting import wait_until

Way = Callable[[Any, Any, Any], dict[str, Any]]
"""How an agent is run: agent, input, config; the state that comes of it."""

CONFIG = {"configurable": {"thread_id": "ann"}}
STILL_THERE = ask("Still here.")


def invoke(agent: Any, sent: Any, config: Any) -> dict[str, Any]:
    state: dict[str, Any] = agent.invoke(sent, config)
    return state


def ainvoke(agent: Any, sent: Any, config: Any) -> dict[str, Any]:
    state: dict[str, Any] = asyncio.run(agent.ainvoke(sent, config))
    return state


class Stage:
    """A folder with threads and a ledger, and the emulator beside it."""

    def __init__(self, folder: Path, emulator: OpenRouterEmulator) -> None:
        self.folder, self.emulator = folder, emulator
        self.ledger = SpendLedger(folder / "spend.db")

    @contextmanager
    def agent(self, scenario: Scenario) -> Iterator[Any]:
        """An agent whose threads are in the file."""
        model = ChatOpenRouter(
            **{
                "model": "openai/gpt-4o-mini",
                "api_key": self.emulator.api_key,
                "base_url": self.emulator.base_url,
                "ledger": self.ledger,
                "max_tokens": 500,
                "max_retries": 0,
                **scenario.model,
            }
        )
        with ExitStack() as stack:
            threads = stack.enter_context(open_threads(self.folder / "threads.db"))
            tools = [stack.enter_context(tool()) if tool in INTERPRETERS else tool for tool in scenario.tools]
            yield create_openrouter_agent(model, tools, checkpointer=threads, **scenario.options)

    def script(self, scenario: Scenario) -> None:
        """Have the model say what the scenario has, and then that it is still here."""
        self.emulator.brain = ScriptBrain(
            [*scenario.replies, Answer("Still here.")], checks_requests=scenario.checks_requests
        )

    def check_books(self) -> None:
        """Whatever was billed is in the ledger, to the last digit, and nothing else."""
        booked = {entry.generation_id: entry.charged_usd for entry in self.ledger.entries() if entry.charged_usd}
        assert booked == {entry.generation_id: entry.cost for entry in self.emulator.book.entries if entry.cost}
        assert self.ledger.total() == self.emulator.book.total


def code_interpreter() -> CodeInterpreter:
    """One whose workers start at once."""
    return CodeInterpreter(backend="monty")


def hasty_interpreter() -> CodeInterpreter:
    """One whose patience is short."""
    return CodeInterpreter(backend="monty", limits=SandboxLimits(timeout_s=0.3))


INTERPRETERS = (code_interpreter, hasty_interpreter)
"""Tools that each agent of a scenario has of its own."""


def play_out(scenario: Scenario, stage: Stage, run: Way) -> list[BaseMessage]:
    """Play a scenario to its end, and one more question.

    Returns:
        The thread's messages before that question.
    """
    before = children(os.getpid())
    stage.script(scenario)
    waiting = list(scenario.steps)
    while waiting:
        with stage.agent(scenario) as agent:
            take_step(agent, waiting.pop(0), run)
            while waiting and not waiting[0].after_restart:
                take_step(agent, waiting.pop(0), run)
            if not waiting:
                messages: list[BaseMessage] = agent.get_state(CONFIG).values.get("messages", [])
                _end(stage.emulator, agent, len(scenario.script), run)
    stage.check_books()
    wait_until(lambda: not children(os.getpid()) - before)
    return messages


def take_step(agent: Any, step: Step, run: Way) -> None:
    """Do what the user does, and look at what comes of it."""
    try:
        state = run(agent, step.sent, CONFIG)
    except BaseException as error:
        if step.fails is None or not isinstance(error, step.fails):
            raise
        return
    assert step.fails is None, f"no {step.fails}, but {state['messages'][-1]!r}"
    assert bool(state.get("__interrupt__")) == step.waits
    messages = state["messages"]
    results = {message.name: message.text for message in messages if isinstance(message, ToolMessage)}
    for tool, piece in step.results.items():
        assert piece in results[tool], results
    if not step.waits:
        assert step.says is not None
        assert step.says in messages[-1].text, messages[-1]
    assert not step.hides or step.hides not in str(messages)


def _end(emulator: OpenRouterEmulator, agent: Any, played: int, run: Way) -> None:
    brain = emulator.brain
    assert isinstance(brain, ScriptBrain)
    assert len(brain.requests) == played, brain
    take_step(agent, STILL_THERE, run)
