"""Ends a run that turns in circles: the same call with the same result, again and again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from langchain_core.messages import AIMessage, AnyMessage, ToolMessage
from typing_extensions import override

from openrouter_agents.middleware.current_run import messages_of_run
from openrouter_agents.middleware.request_editing import Request, RequestEditor, stop, with_answer_due, with_note


class _Repeated(NamedTuple):
    """A call with its result, as far as two of them are the same."""

    name: str
    arguments: str
    result: str


class StopRepeatedCalls(RequestEditor):
    """Tells a model that it makes the same call over and over, and ends the run if it goes on.

    After `tolerated` turns with the same call and the same result the model is told; after one more it must answer
    without tools; if it calls even then, the run ends with a message that says why. A call with another result starts
    anew: what changes is worth asking for again.

    Args:
        tolerated: Turns of one run with the same call and the same result until the model is told.
    """

    def __init__(self, tolerated: int = 3) -> None:
        super().__init__()
        self._tolerated = tolerated

    @override
    def edit(self, request: Request) -> Request | AIMessage:
        name, turns = _worst(messages_of_run(request.messages))
        if turns < self._tolerated:
            return request
        said = f"{name} has been called {turns} times with the same arguments, and has given the same result each time"
        if turns == self._tolerated:
            return with_note(request, f"{said}. Calling it like that again tells nothing new: do something else.")
        if turns == self._tolerated + 1:
            return with_answer_due(request, said)
        return stop("repeated_calls", f"I was turning in circles: {said}. There is no answer yet.")


def _worst(messages: Sequence[AnyMessage]) -> tuple[str, int]:
    """Of the calls in the last turn, the one that was made in the most turns: its tool, and how many they were."""
    turns = list(_turns(messages))
    if not turns:
        return "", 0
    counted = Counter(call for turn in turns for call in turn)
    return max(((call.name, counted[call]) for call in turns[-1]), key=lambda counted: counted[1], default=("", 0))


def _turns(messages: Sequence[AnyMessage]) -> Iterator[set[_Repeated]]:
    """The calls of each turn with their results, each once."""
    results: dict[str, str] = {}
    calls: list[AIMessage] = []
    # From the end, because an id may be used again by a later call.
    for message in reversed(messages):
        if isinstance(message, ToolMessage):
            results.setdefault(message.tool_call_id, str(message.content))
        elif isinstance(message, AIMessage):
            calls.append(message)
    for message in reversed(calls):
        yield {
            _Repeated(call["name"], json.dumps(call["args"], sort_keys=True, default=str), results[call["id"]])
            for call in message.tool_calls
            if call["id"] in results
        }
