"""An answer of an earlier turn as the assistant's message of the next request.

Source: https://openrouter.ai/docs/api-reference/overview
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from langchain_core.messages import AIMessage

from langchain_openrouter._wire.content import render_part
from langchain_openrouter._wire.json_text import dump_json
from langchain_openrouter._wire.reasoning import render_details
from langchain_openrouter._wire.reasoning_origin import author_of, readable_details, reads_plain_text
from langchain_openrouter._wire.tools import render_call, render_tool_calls
from langchain_openrouter._wire.types import PROVIDER, Wire, as_list, as_object

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
        "image",
        "audio",
        "refusal",
    }
)
"""Blocks of an assistant's message whose matter goes out in a place of its own."""

_ANTHROPIC = "anthropic-claude-v1"


def render_assistant(message: AIMessage, model: str | None = None) -> Wire:
    """Render an answer for the model that is to read it; `None` is any model."""
    content = _render_content(message)
    calls = render_tool_calls(message.tool_calls, message.invalid_tool_calls) or _render_written_calls(message)
    # with tool calls alone, some providers refuse a blank text where null is meant
    wire: Wire = {"role": "assistant", "content": (content or None) if calls else content}
    if calls:
        wire["tool_calls"] = calls
    wire.update(_render_reasoning(message, model))
    wire.update(_render_extras(message))
    if model is not None and model.startswith("openrouter/auto") and "model_name" in message.response_metadata:
        # by this the auto router stays with the model that a conversation began with
        wire["model"] = message.response_metadata["model_name"]
    return wire


def _render_content(message: AIMessage) -> str | list[Wire]:
    if isinstance(message.content, str):
        return message.content
    parts = [render_part(block) for block in message.content if _is_content(block, message)]
    if all(part.keys() == {"type", "text"} for part in parts):
        return "".join(part["text"] for part in parts)
    return parts


def _is_content(block: object, message: AIMessage) -> bool:
    if _is_ours(message):
        # whatever else stands among our own blocks was made of fields that go out themselves
        return isinstance(block, str) or as_object(block).get("type") == "text"
    return as_object(block).get("type") not in _SENT_ELSEWHERE


def _is_ours(message: AIMessage) -> bool:
    facts = message.response_metadata
    return facts.get("output_version") == "v1" and facts.get("model_provider") == PROVIDER


def _blocks(message: AIMessage) -> Iterator[Wire]:
    """The blocks of a message that another client, or a person, wrote."""
    if isinstance(message.content, list) and not _is_ours(message):
        yield from (block for block in message.content if isinstance(block, dict))


def _render_written_calls(message: AIMessage) -> list[Wire]:
    """Calls that a hand-written message has as blocks alone."""
    return [
        render_call(block.get("id"), block.get("name"), dump_json(block.get("input", block.get("args")) or {}).decode())
        for block in _blocks(message)
        if block.get("type") in {"tool_use", "tool_call"}
    ]


def _render_reasoning(message: AIMessage, model: str | None) -> Wire:
    extras = message.additional_kwargs
    text = extras.get("reasoning_content") or "".join(_plain_thoughts(message))
    details = extras.get("reasoning_details")
    if details is None:
        details = list(_signed_thoughts(message)) or None
    reader, maker = author_of(model), author_of(message.response_metadata.get("model_name"))
    wire: Wire = {}
    if isinstance(details, list):
        kept = readable_details(render_details(details), maker=maker, reader=reader)
        if kept or not details:
            wire["reasoning_details"] = kept
    if text and ("reasoning_details" in wire or (details is None and _takes_text(maker, reader))):
        wire["reasoning"] = text
    return wire


def _takes_text(maker: str | None, reader: str | None) -> bool:
    return reader is None or maker == reader or reads_plain_text(reader)


def _plain_thoughts(message: AIMessage) -> Iterator[str]:
    for block in _blocks(message):
        if block.get("type") == "reasoning" and not _signature(block):
            yield str(block.get("reasoning") or "")


def _signed_thoughts(message: AIMessage) -> Iterator[Wire]:
    """Thinking that Anthropic signed, in a message of one of its other clients."""
    for block in _blocks(message):
        kind, signature = block.get("type"), _signature(block)
        if kind == "redacted_thinking" and block.get("data"):
            yield {"type": "reasoning.encrypted", "data": block["data"], "format": _ANTHROPIC}
        elif kind in {"thinking", "reasoning"} and signature:
            text = block.get("thinking") or block.get("reasoning") or ""
            yield {"type": "reasoning.text", "text": text, "signature": signature, "format": _ANTHROPIC}


def _signature(block: Wire) -> Any:  # noqa: ANN401 - a wire value, passed on as it is
    return block.get("signature") or as_object(block.get("extras")).get("signature")


def _render_extras(message: AIMessage) -> Wire:
    extras = message.additional_kwargs
    wire: Wire = {key: extras[key] for key in ("refusal", "images", "audio") if extras.get(key)}
    for block in _blocks(message):
        kind = block.get("type")
        if kind == "refusal" and "refusal" not in wire:
            wire["refusal"] = block.get("refusal")
        elif kind == "image" and not extras.get("images"):
            wire.setdefault("images", []).append(render_part(block))
        elif kind == "audio" and "audio" not in wire:
            wire["audio"] = {"data": block.get("base64"), **as_object(block.get("extras"))}
    # a file that was parsed once is not parsed, and paid for, again
    if files := [one for one in as_list(extras.get("annotations")) if as_object(one).get("type") in _PARSED_FILES]:
        wire["annotations"] = files
    return wire


_PARSED_FILES = frozenset({"file", "file_annotation"})
