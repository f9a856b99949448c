"""What an agent costs around its model and its tools: `python agent_turns.py CLIENT COUNT`.

A turn is a question, a call of a tool, its result and the answer. The model sends nothing and says at once what it
always says, so that what is measured is the agent. Prints microseconds of CPU per turn, one after the other, with
`invoke` and with `ainvoke`, and per agent that is made (`make`), each after a warm-up.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any, Protocol

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool
from readings import cpu_seconds, report

WARM_UP_TURNS = 10
AGENTS_MADE = 50
QUESTION = "What is 6 plus 7?"
CALL = {"name": "add", "args": {"a": 6, "b": 7}, "id": "call_1"}
USAGE = {"input_tokens": 100, "output_tokens": 20, "total_tokens": 120}
FACTS = {"model_name": "openai/gpt-5-mini", "finish_reason": "stop", "cost": 0.000123}


class Agent(Protocol):
    """What all of them are."""

    def invoke(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Take a turn."""

    async def ainvoke(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Take a turn."""


@tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def said_to(messages: list[BaseMessage]) -> ChatResult:
    """What the model says: a call, or the answer where there is a result."""
    is_done = isinstance(messages[-1], ToolMessage)
    message = AIMessage(
        "It is 13." if is_done else "",
        tool_calls=[] if is_done else [CALL],
        usage_metadata=USAGE,
        response_metadata=dict(FACTS),
    )
    return ChatResult(generations=[ChatGeneration(message=message)])


class Idle(BaseChatModel):
    """A model that sends nothing, for agents that take any."""

    @property
    def _llm_type(self) -> str:
        return "idle"

    def bind_tools(self, *_: object, **__: object) -> Idle:  # type: ignore[override]  # one that takes all and has none
        """Take tools that are known already."""
        return self

    def _generate(self, messages: list[BaseMessage], *_: object, **__: object) -> ChatResult:
        return said_to(messages)

    async def _agenerate(self, messages: list[BaseMessage], *_: object, **__: object) -> ChatResult:
        return said_to(messages)


def idle_openrouter() -> Any:  # noqa: ANN401 - a ChatOpenRouter, which the environments of the peers do not have
    """The same as a model of this package."""
    from langchain_openrouter import ChatOpenRouter

    class IdleOpenRouter(ChatOpenRouter):
        def _generate(self, messages: list[BaseMessage], *_: object, **__: object) -> ChatResult:
            return said_to(messages)

        async def _agenerate(self, messages: list[BaseMessage], *_: object, **__: object) -> ChatResult:
            return said_to(messages)

    return IdleOpenRouter(model=FACTS["model_name"], api_key="sk-or-none")


class Loop:
    """No agent at all: what the model and the tool take by themselves."""

    def __init__(self) -> None:
        self._model = Idle()

    def invoke(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Take a turn."""
        messages = [HumanMessage(asked["messages"][0][1])]
        messages.append(self._model.invoke(messages))
        messages.append(add.invoke({**messages[-1].tool_calls[0], "type": "tool_call"}))
        messages.append(self._model.invoke(messages))
        return {"messages": messages}

    async def ainvoke(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Take a turn."""
        messages = [HumanMessage(asked["messages"][0][1])]
        messages.append(await self._model.ainvoke(messages))
        messages.append(await add.ainvoke({**messages[-1].tool_calls[0], "type": "tool_call"}))
        messages.append(await self._model.ainvoke(messages))
        return {"messages": messages}


def ours(*middleware: str) -> Agent:
    """This package's agent."""
    import openrouter_agents

    made = [getattr(openrouter_agents, name)() for name in middleware]
    agent: Agent = openrouter_agents.create_openrouter_agent(idle_openrouter(), [add], middleware=made)
    return agent


def bare() -> Agent:
    """LangChain's, with nothing around it."""
    from langchain.agents import create_agent

    agent: Agent = create_agent(idle_openrouter(), [add], system_prompt="You are an assistant.")
    return agent


def deep() -> Agent:
    """Deepagents' with its planning, files and subagents."""
    from deepagents import create_deep_agent

    agent: Agent = create_deep_agent(model=Idle(), tools=[add])
    return agent


MAKERS: dict[str, Callable[[], Agent]] = {
    "ours:agent": ours,
    "ours:streaming": lambda: ours("StreamProgress"),
    "create-agent": bare,
    "deepagents": deep,
    "floor-loop": Loop,
}


async def take_turns(agent: Agent, count: int) -> float:
    """Microseconds of CPU for a turn on an event loop."""
    for turns in (WARM_UP_TURNS, count):
        before = cpu_seconds()
        for _ in range(turns):
            check(await agent.ainvoke({"messages": [("human", QUESTION)]}))
    return 1e6 * (cpu_seconds() - before) / count


def repeat(step: Callable[[], object], count: int) -> float:
    """Microseconds of CPU for a step."""
    for steps in (WARM_UP_TURNS, count):
        before = cpu_seconds()
        for _ in range(steps):
            step()
    return 1e6 * (cpu_seconds() - before) / count


def check(state: dict[str, Any]) -> None:
    """See that it was a whole turn."""
    kinds = [message.type for message in state["messages"]]
    if kinds[-4:] != ["human", "ai", "tool", "ai"]:
        raise AssertionError(f"not a turn: {kinds}")


def main() -> None:
    """Measure and print."""
    client, count = sys.argv[1], int(sys.argv[2])
    make = MAKERS[client]
    made = repeat(make, min(count, AGENTS_MADE))
    agent = make()
    invoked = repeat(lambda: check(agent.invoke({"messages": [("human", QUESTION)]})), count)
    report(make=made, invoke=invoked, ainvoke=asyncio.run(take_turns(agent, count)))


if __name__ == "__main__":
    main()
