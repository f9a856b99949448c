"""What a long conversation takes on the disk. `AGENT_TURNS=200` has one of full length (20 seconds)."""

from __future__ import annotations

import itertools
import json
import os
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from langchain_openrouter.emulator import Answer, ToolCall
from openrouter_agents import Calculator
from openrouter_agents.threads import open_threads
from openrouter_agents.threads.state import DeltaState

TURNS = int(os.environ.get("AGENT_TURNS", "60"))
MOST_BYTES = 25_000_000 * (TURNS / 200) ** 2
"""25 MB for 200 turns, and less for fewer as if it grew with the square."""
CONFIG = {"configurable": {"thread_id": "1"}}
SENTENCES = "All the world is a stage, and all the men and women merely players. " * 4


class Repeating(BaseChatModel):
    """Says again, with ids of their own, what a model once said; 400 requests would take half a minute."""

    said: list[AIMessage]
    times: Any = None

    @property
    def _llm_type(self) -> str:
        return "repeating"

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        return self

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        number = next(self.times)
        message = self.said[number % len(self.said)].model_copy(deep=True, update={"id": f"gen-{number}"})
        message.tool_calls = [call | {"id": f"call_{number}"} for call in message.tool_calls]
        return ChatResult(generations=[ChatGeneration(message=message)])


@pytest.fixture
def long_thread(play, model, tmp_path):
    """Talk for so many turns, with a tool each; the agent, and how many bytes the thread takes."""
    play(Answer(tool_calls=[ToolCall("calculator", json.dumps({"expression": "6*7"}))]), Answer(SENTENCES))
    said = [model().bind_tools([Calculator()]).invoke("?") for _ in range(2)]

    def talk(threads: Any, turns: int) -> Any:
        speaker = Repeating(said=said, times=itertools.count())
        agent = create_agent(speaker, [Calculator()], checkpointer=threads, state_schema=DeltaState)
        for turn in range(turns):
            agent.invoke({"messages": [("human", f"{turn} {SENTENCES}")]}, CONFIG)
        return agent

    return talk


def test_many_turns_fit_into_few_megabytes(tmp_path, long_thread):
    with open_threads(tmp_path / "threads.db") as threads:
        agent = long_thread(threads, TURNS)
        messages = agent.get_state(CONFIG).values["messages"]
        assert len(messages) == 4 * TURNS
        assert len({message.id for message in messages}) == 4 * TURNS
        assert messages == agent.get_state(CONFIG).values["messages"]
    size = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert len(messages) * len(SENTENCES) / 4 < size < MOST_BYTES


def test_postgres_keeps_what_is_new_too(postgres_url, long_thread):
    with open_threads(postgres_url) as threads:
        assert len(long_thread(threads, 30).get_state(CONFIG).values["messages"]) == 120


def test_threads_that_were_begun_with_whole_states_go_on(tmp_path, play, model):
    play(Answer("One."), Answer("Two."), Answer("Three."))
    with open_threads(tmp_path / "threads.db") as threads:
        for schema in (None, DeltaState, None):
            agent = create_agent(model(), [], checkpointer=threads, state_schema=schema)
            messages = agent.invoke({"messages": [("human", "?")]}, CONFIG)["messages"]
    assert [message.text for message in messages] == ["?", "One.", "?", "Two.", "?", "Three."]
