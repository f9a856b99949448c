"""What belongs to the run that is under way: all that follows the last thing that a human said."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage


def messages_of_run(messages: Sequence[AnyMessage]) -> Sequence[AnyMessage]:
    """The messages since the last question."""
    return messages[_asked_at(messages) + 1 :]


def run_id(messages: Sequence[AnyMessage]) -> str:
    """What a run, however often it is interrupted and resumed, is known by: the id of its question."""
    asked = _asked_at(messages)
    return f"run-{messages[max(asked, 0)].id}" if messages else "run"


def answers_of_run(messages: Sequence[AnyMessage]) -> list[AIMessage]:
    """What the model has said since the last question, in order."""
    return [message for message in messages_of_run(messages) if isinstance(message, AIMessage)]


def _asked_at(messages: Sequence[AnyMessage]) -> int:
    return next((at for at in range(len(messages) - 1, -1, -1) if isinstance(messages[at], HumanMessage)), -1)
