"""LangChain's messages to the messages of the wire.

Source: https://openrouter.ai/docs/api-reference/overview
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from langchain_openrouter._wire.content import render_content, render_part
from langchain_openrouter._wire.json_text import dump_json
from langchain_openrouter._wire.reasoning import render_details
from langchain_openrouter._wire.tools import render_tool_calls
from langchain_openrouter._wire.types import Wire, as_object
from langchain_openrouter.errors import MessageError

_ROLES = frozenset({"system", "developer", "user", "assistant", "tool"})

_SENT_ELSEWHERE = frozenset(
    {
        "tool_use",
        "tool_call",
        "tool_call_chunk",
        "invalid_tool_call",
        "function_call",
        "server_tool_call",
        "server_tool_call_chunk",
        "server_tool_result",
        "reasoning",
        "thinking",
        "redacted_thinking",
        "reasoning_content",
    }
)
"""Blocks of an assistant's message whose matter goes out as `tool_calls` or `reasoning_details`."""


def render_messages(messages: Sequence[BaseMessage]) -> list[Wire]:
    """Render a conversation. A message that holds tool results as blocks becomes several messages.

    Raises:
        MessageError: A message or a block has no form on the wire.
    """
    rendered: list[Wire] = []
    for message in messages:
        rendered.extend(_render_message(message))
    return rendered


def _render_message(message: BaseMessage) -> list[Wire]:
    if isinstance(message, HumanMessage):
        return _render_human(message)
    if isinstance(message, AIMessage):
        return [_render_assistant(message)]
    if isinstance(message, ToolMessage):
        return [_render_tool_result(message.tool_call_id, message.content)]
    if isinstance(message, SystemMessage):
        role = message.additional_kwargs.get("__openai_role__", "system")
        return [_with_name({"role": role, "content": render_content(message.content)}, message)]
    if isinstance(message, ChatMessage) and message.role in _ROLES:
        return [_with_name({"role": message.role, "content": render_content(message.content)}, message)]
    raise MessageError(
        f"OpenRouter has no form for {_kind(message)}. Use a system, human, AI or tool message (results of functions "
        "go into a ToolMessage with the id of the call that they answer)."
    )


def _kind(message: object) -> str:
    role = getattr(message, "role", None)
    return f"a {type(message).__name__}" + (f" with the role {role!r}" if role else "")


def _with_name(wire: Wire, message: BaseMessage) -> Wire:
    name = message.name or message.additional_kwargs.get("name")
    return {**wire, "name": name} if name else wire


def _render_human(message: HumanMessage) -> list[Wire]:
    if isinstance(message.content, str):
        return [_with_name({"role": "user", "content": message.content}, message)]
    results = [block for block in message.content if _type(block) == "tool_result"]
    rest = [block for block in message.content if _type(block) != "tool_result"]
    rendered = [_render_result_block(block) for block in map(_dict, results)]
    if rest or not results:
        rendered.append(_with_name({"role": "user", "content": render_content(rest)}, message))
    return rendered


def _render_result_block(block: Wire) -> Wire:
    call_id = block.get("tool_use_id")
    if not isinstance(call_id, str):
        raise MessageError("A tool_result block needs a `tool_use_id`: the id of the call that it answers.")
    return _render_tool_result(call_id, block.get("content", ""))


def _render_tool_result(call_id: str, content: object) -> Wire:
    return {"role": "tool", "tool_call_id": call_id, "content": render_content(content)}


def _render_assistant(message: AIMessage) -> Wire:
    content = _render_assistant_content(message.content)
    calls = render_tool_calls(message.tool_calls, message.invalid_tool_calls) or _render_tool_uses(message)
    # with tool calls alone, some providers refuse a blank text where null is meant
    wire: Wire = {"role": "assistant", "content": (content or None) if calls else content}
    if calls:
        wire["tool_calls"] = calls
    wire.update(_render_reasoning(message.additional_kwargs))
    if refusal := message.additional_kwargs.get("refusal"):
        wire["refusal"] = refusal
    return _with_name(wire, message)


def _render_assistant_content(content: str | list[Any]) -> str | list[Wire]:
    if isinstance(content, str):
        return content
    parts = [render_part(block) for block in content if _type(block) not in _SENT_ELSEWHERE]
    if all(part.keys() == {"type", "text"} for part in parts):
        return "".join(part["text"] for part in parts)
    return parts


def _render_tool_uses(message: AIMessage) -> list[Wire]:
    """Calls that a hand-written message has as Anthropic's blocks alone."""
    if isinstance(message.content, str):
        return []
    return [
        {
            "id": block.get("id"),
            "type": "function",
            "function": {"name": block.get("name"), "arguments": dump_json(block.get("input") or {}).decode()},
        }
        for block in map(_dict, message.content)
        if block.get("type") == "tool_use"
    ]


def _render_reasoning(extras: Mapping[str, Any]) -> Wire:
    wire: Wire = {}
    if reasoning := extras.get("reasoning_content"):
        wire["reasoning"] = reasoning
    details = extras.get("reasoning_details")
    if isinstance(details, list):
        wire["reasoning_details"] = render_details(details)
    return wire


def _type(block: object) -> object:
    return _dict(block).get("type")


def _dict(block: object) -> Wire:
    return as_object(block)
