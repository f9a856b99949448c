"""Asks an agent one question and reports each step as it happens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

from langchain_core.messages import AIMessage, AIMessageChunk, AnyMessage, HumanMessage, ToolMessage
from langchain_core.runnables import RunnableConfig

from openrouter_agents.costs import Spend, SpendCollector

if TYPE_CHECKING:
    from openrouter_agents.graph import Agent


class Watcher(Protocol):
    """Whoever looks on while an agent works."""

    def on_text(self, delta: str) -> None:
        """The model says more of the message that it is writing."""

    def on_answer(self, message: AIMessage) -> None:
        """The model has ended a message: the answer, or one that calls tools."""

    def on_tool_result(self, message: ToolMessage) -> None:
        """A tool has returned or failed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what came of it."""

    question: str
    messages: tuple[AnyMessage, ...]
    """What the run added, in the order in which it came."""
    spend: Spend

    @property
    def answer(self) -> str:
        """The text of the last message; empty where there is none."""
        return self.messages[-1].text if self.messages else ""


def ask(agent: Agent, question: str, watcher: Watcher) -> Asked:
    """Ask on a thread of its own.

    Args:
        agent: Whom to ask.
        question: What to ask.
        watcher: Who is told of each step.

    Raises:
        OpenRouterError: A call to OpenRouter failed.
    """
    collector = SpendCollector()
    config = RunnableConfig(configurable={"thread_id": uuid4().hex}, callbacks=[collector])
    messages: list[AnyMessage] = []
    for happened in _steps(agent, question, config):
        if isinstance(happened, str):
            watcher.on_text(happened)
            continue
        messages.append(happened)
        if isinstance(happened, ToolMessage):
            watcher.on_tool_result(happened)
        elif isinstance(happened, AIMessage):
            watcher.on_answer(happened)
    return Asked(question, tuple(messages), collector.spend)


def _steps(agent: Agent, question: str, config: RunnableConfig) -> Iterator[str | AnyMessage]:
    """Pieces of text as they come, and each message once it is whole."""
    asked = {"messages": [HumanMessage(question)]}
    for part in agent.stream(asked, config, stream_mode=["messages", "updates"], version="v2"):
        if part["type"] == "messages":
            chunk, facts = part["data"]
            if isinstance(chunk, AIMessageChunk) and facts.get("langgraph_node") == "model" and chunk.text:
                yield chunk.text
        elif part["type"] == "updates":
            yield from _new_messages(part["data"])


def _new_messages(updates: Mapping[str, object]) -> Iterator[AnyMessage]:
    for update in updates.values():
        if isinstance(update, Mapping):
            yield from update.get("messages", ())
