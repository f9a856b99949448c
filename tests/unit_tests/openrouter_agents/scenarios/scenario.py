"""What a scenario is made of: what the model says, what the user does, and how it must end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from langgraph.types import Command

from langchain_openrouter.emulator import Answer, Failure, Interruption, Reply, ToolCall

Line: TypeAlias = str | Sequence[ToolCall] | Reply
"""What the model says next: a text, calls of tools, or any reply of the emulator."""


@dataclass(frozen=True)
class Step:
    """Something that the user does, and what must come of it."""

    sent: Any
    says: str | None = None
    """A piece of the last message; `None`: the run has no answer."""
    fails: type[BaseException] | tuple[type[BaseException], ...] | None = None
    """What is raised instead of an answer."""
    waits: bool = False
    """Whether it is interrupted, for a human."""
    results: Mapping[str, str] = field(default_factory=dict)
    """A piece of the last result of each of these tools."""
    hides: str = ""
    """What no message may hold."""
    after_restart: bool = False
    """Whether a new agent does it, on the file that the one before has left."""


@dataclass(frozen=True)
class Scenario:
    """One conversation."""

    name: str
    script: Sequence[Line]
    """What the model says, request by request. All of it must be asked for, and nothing more."""
    steps: Sequence[Step]
    tools: Sequence[Any] = ("calculator",)
    options: Mapping[str, Any] = field(default_factory=dict)
    """Options of the agent."""
    model: Mapping[str, Any] = field(default_factory=dict)
    """Fields of its model."""
    checks_requests: bool = True

    def __str__(self) -> str:
        return self.name

    @property
    def replies(self) -> list[Reply]:
        return [_reply(line) for line in self.script]


def call(name: str, /, **arguments: object) -> ToolCall:
    """A call of a tool."""
    return ToolCall(name, json.dumps(arguments))


def calculate(*expressions: str) -> list[ToolCall]:
    """Calls of the calculator, at once."""
    return [call("calculator", expression=expression) for expression in expressions]


def ask(says: str | None = "Done.", **expected: Any) -> Step:
    """The user asks a question."""
    return Step({"messages": [("human", "?")]}, says, **expected)


def resume(value: Any, says: str | None = "Done.", **expected: Any) -> Step:
    """The user answers what an interrupted run waits for."""
    return Step(Command(resume=value), says, **expected)


def decide(*decisions: Mapping[str, Any], **expected: Any) -> Step:
    """The user decides on calls that wait for approval."""
    return resume({"decisions": list(decisions)}, **expected)


def go_on(says: str | None = "Done.", **expected: Any) -> Step:
    """The run that failed is taken up where it was."""
    return Step(None, says, **expected)


def _reply(line: Line) -> Reply:
    if isinstance(line, str):
        return Answer(line)
    if isinstance(line, Answer | Failure | Interruption):
        return line
    return Answer(tool_calls=line)  # type: ignore[arg-type]  # nothing else is a sequence
