"""What the tests of the middleware say to agents, and read of what came of it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from langchain_core.messages import ToolMessage

from langchain_openrouter.emulator import ToolCall


def call(name: str, /, **arguments: object) -> ToolCall:
    return ToolCall(name, json.dumps(arguments))


def invoke(agent: Any, question: Any = "?", **config: Any) -> list[Any]:
    asked = {"messages": [("human", question)]} if isinstance(question, str) else question
    return agent.invoke(asked, config or None)["messages"]


def ainvoke(agent: Any, question: Any = "?", **config: Any) -> list[Any]:
    asked = {"messages": [("human", question)]} if isinstance(question, str) else question
    return asyncio.run(agent.ainvoke(asked, config or None))["messages"]


def results(messages: list[Any]) -> list[ToolMessage]:
    return [message for message in messages if isinstance(message, ToolMessage)]


def roles(request: Any) -> list[str]:
    return [message["role"] for message in request.json["messages"]]
