"""The old form of tools (`functions`, `function_call`, `FunctionMessage`), which OpenRouter does not have, as tools."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.messages import AIMessage, BaseMessage, FunctionMessage, ToolMessage

from langchain_openrouter._wire.tools import parse_tool_calls
from langchain_openrouter._wire.types import Wire
from langchain_openrouter.errors import MessageError


def modernise_messages(messages: Sequence[BaseMessage]) -> Sequence[BaseMessage]:
    """Turn function calls and their results into tool calls and theirs. Calls had no ids: they get some, by position.

    Raises:
        MessageError: A result answers no call.
    """
    if not any(isinstance(one, FunctionMessage) or "function_call" in one.additional_kwargs for one in messages):
        return messages
    modern: list[BaseMessage] = []
    call_id: str | None = None
    for position, message in enumerate(messages):
        if isinstance(message, AIMessage) and message.additional_kwargs.get("function_call") and not message.tool_calls:
            call_id = f"call_{position}"
            modern.append(_with_tool_call(message, call_id))
        elif isinstance(message, FunctionMessage):
            modern.append(_tool_result(message, call_id))
        else:
            modern.append(message)
    return modern


def take_functions(body: Wire) -> None:
    """Turn `functions` and `function_call` in a body into `tools` and `tool_choice`."""
    functions = body.pop("functions", None) or ()
    if functions:
        body["tools"] = [*body.get("tools", ()), *({"type": "function", "function": dict(one)} for one in functions)]
    choice = body.pop("function_call", None)
    if choice is not None and "tool_choice" not in body:
        body["tool_choice"] = choice["name"] if isinstance(choice, dict) else choice


def _with_tool_call(message: AIMessage, call_id: str) -> AIMessage:
    extras = dict(message.additional_kwargs)
    calls, invalid = parse_tool_calls([{"id": call_id, "function": extras.pop("function_call")}], None)
    changes = {"additional_kwargs": extras, "tool_calls": calls, "invalid_tool_calls": invalid}
    return message.model_copy(update=changes)


def _tool_result(message: FunctionMessage, call_id: str | None) -> ToolMessage:
    if call_id is None:
        raise MessageError(
            f"The FunctionMessage of {message.name!r} answers no function_call: the AI message with the call must "
            "stand before it."
        )
    return ToolMessage(message.content, tool_call_id=call_id)
