"""LangChain's messages to the messages of the wire.

Source: https://openrouter.ai/docs/api-reference/overview
"""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from langchain_openrouter._wire.assistant import render_assistant
from langchain_openrouter._wire.content import CACHE_MARKS, render_content
from langchain_openrouter._wire.legacy_functions import modernise_messages
from langchain_openrouter._wire.types import Wire, as_object
from langchain_openrouter.errors import MessageError

_ROLES = frozenset({"system", "developer", "user", "assistant", "tool"})


def render_messages(messages: Sequence[BaseMessage], model: str | None = None) -> list[Wire]:
    """Render a conversation. A message that holds tool results as blocks becomes several messages.

    Args:
        messages: The conversation.
        model: The id of the model that is to read it: reasoning that only others can read is left out. `None` leaves
            out nothing.

    Raises:
        MessageError: A message or a block has no form on the wire.
    """
    rendered: list[Wire] = []
    for message in modernise_messages(messages):
        rendered.extend(_render_message(message, model))
    return rendered


def _render_message(message: BaseMessage, model: str | None) -> list[Wire]:
    if isinstance(message, HumanMessage):
        return _render_human(message)
    if isinstance(message, AIMessage):
        return [_with_name(render_assistant(message, model), message)]
    if isinstance(message, ToolMessage):
        return [_with_marks(_render_tool_result(message.tool_call_id, message.content), message)]
    if isinstance(message, SystemMessage):
        role = message.additional_kwargs.get("__openai_role__", "system")
        return [_with_name({"role": role, "content": render_content(message.content)}, message)]
    if isinstance(message, ChatMessage) and message.role in _ROLES:
        return [_with_name({"role": message.role, "content": render_content(message.content)}, message)]
    raise MessageError(f"OpenRouter has no form for {_kind(message)}. Use a system, human, AI or tool message.")


def _kind(message: object) -> str:
    role = getattr(message, "role", None)
    return f"a {type(message).__name__}" + (f" with the role {role!r}" if role else "")


def _with_name(wire: Wire, message: BaseMessage) -> Wire:
    name = message.name or message.additional_kwargs.get("name")
    return _with_marks({**wire, "name": name} if name else wire, message)


def _with_marks(wire: Wire, message: BaseMessage) -> Wire:
    """Put the cache marks of a whole message on its last text: on the wire only parts can have them."""
    marks = {key: message.additional_kwargs[key] for key in CACHE_MARKS if message.additional_kwargs.get(key)}
    if not marks:
        return wire
    content = wire["content"]
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else list(content or ())
    last = next((at for at in reversed(range(len(parts))) if parts[at].get("type") == "text"), None)
    if last is None:
        return wire
    parts[last] = {**parts[last], **marks}
    return {**wire, "content": parts}


def _render_human(message: HumanMessage) -> list[Wire]:
    if isinstance(message.content, str):
        return [_with_name({"role": "user", "content": message.content}, message)]
    results = [block for block in message.content if _type(block) == "tool_result"]
    rest = [block for block in message.content if _type(block) != "tool_result"]
    rendered = [_render_result_block(block) for block in map(as_object, results)]
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


def _type(block: object) -> object:
    return as_object(block).get("type")
