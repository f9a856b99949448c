"""A request for a response as a chat request, which is what brains, checks and accounts read.

It takes any JSON object: whether it is a valid request is another question.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import cast

from langchain_openrouter.emulator.brain import JSON, ChatRequest

Item = Mapping[str, JSON]

CALLS: Mapping[str, tuple[str | None, str]] = {
    "function_call": (None, "arguments"),
    "custom_tool_call": (None, "input"),
    "shell_call": ("shell", "action"),
    "local_shell_call": ("local_shell", "action"),
    "apply_patch_call": ("apply_patch", "operation"),
    "openrouter:apply_patch": ("apply_patch", "operation"),
    "computer_call": ("computer", "action"),
}
"""The calls that a client carries out: the tool's name, unless the call gives it, and the key of its arguments."""

# They have another place in a chat request, or no meaning there.
_NOT_OF_CHAT = frozenset(
    {"input", "instructions", "text", "tools", "tool_choice", "max_output_tokens", "include", "store", "truncation"}
    | {"background", "previous_response_id", "safety_identifier", "prompt"}
)
_MEDIA = {"input_image": ("image_url", "image_url"), "input_video": ("video_url", "video_url")}


def chat_request(body: Mapping[str, JSON]) -> ChatRequest:
    """The chat request that asks the same."""
    request: dict[str, JSON] = {key: value for key, value in body.items() if key not in _NOT_OF_CHAT}
    request["messages"] = _messages(body)
    if body.get("max_output_tokens") is not None:
        request["max_tokens"] = body["max_output_tokens"]
    text = _object(body.get("text"))
    if text.get("format"):
        request["response_format"] = _response_format(_object(text["format"]))
    if text.get("verbosity") is not None:
        request["verbosity"] = text["verbosity"]
    if isinstance(body.get("tools"), list):
        request["tools"] = [_wrapped(tool) for tool in objects(body["tools"])]
    if body.get("tool_choice") is not None:
        choice = body["tool_choice"]
        request["tool_choice"] = _wrapped(choice) if isinstance(choice, Mapping) else choice
    return cast("ChatRequest", request)


def objects(value: JSON) -> list[Item]:
    """The objects of a list; none where it is no list."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, (list, tuple)) else []


def items_of(body: Mapping[str, JSON]) -> list[Item]:
    """The items of the input; a text is what the user says."""
    given = body.get("input")
    return [{"role": "user", "content": given}] if isinstance(given, str) else objects(given)


def kind_of(item: Item) -> str:
    """The type of an item; a message need not say that it is one."""
    return str(item.get("type") or "message")


def _messages(body: Mapping[str, JSON]) -> list[JSON]:
    instructions = body.get("instructions")
    messages: list[dict[str, JSON]] = [{"role": "system", "content": instructions}] if instructions else []
    for item in items_of(body):
        kind = kind_of(item)
        if kind == "message" and item.get("role") != "assistant":
            messages.append({"role": item.get("role"), "content": _content(item.get("content"))})
        elif kind in CALLS or kind in {"message", "reasoning"}:
            _add_to_assistant(_open_assistant(messages), item, kind)
        elif kind.endswith("_output"):
            content = _content(item.get("output") or "")
            messages.append({"role": "tool", "tool_call_id": item.get("call_id") or item.get("id"), "content": content})
    return list(messages)


def _open_assistant(messages: list[dict[str, JSON]]) -> dict[str, JSON]:
    """The assistant's message that is being written: its items stand side by side."""
    if not messages or messages[-1]["role"] != "assistant":
        messages.append({"role": "assistant", "content": None})
    return messages[-1]


def _add_to_assistant(message: dict[str, JSON], item: Item, kind: str) -> None:
    if kind in CALLS:
        message["tool_calls"] = [*objects(message.get("tool_calls")), _call(item, kind)]
    elif kind == "reasoning":
        message["reasoning"] = str(message.get("reasoning") or "") + _words(item.get("content") or item.get("summary"))
    else:
        message["content"] = str(message.get("content") or "") + _words(item.get("content"))


def _call(item: Item, kind: str) -> Item:
    name, key = CALLS[kind]
    given = item.get(key)
    arguments = given if isinstance(given, str) and kind == "function_call" else json.dumps(given)
    return {
        "id": item.get("call_id"),
        "type": "function",
        "function": {"name": name or item.get("name"), "arguments": arguments},
    }


def _words(content: JSON) -> str:
    if isinstance(content, str):
        return content
    return "".join(str(part.get("text") or part.get("refusal") or "") for part in objects(content))


def _content(content: JSON) -> JSON:
    return content if isinstance(content, str) else [_part(part) for part in objects(content)]


def _part(part: Item) -> Item:
    kind = str(part.get("type"))
    rest = {key: value for key, value in part.items() if key != "type"}
    if kind in {"input_text", "output_text"} or "stdout" in part:
        marks = {key: rest[key] for key in ("prompt_cache_breakpoint",) if key in rest}
        return {"type": "text", "text": part.get("text") or json.dumps(rest), **marks}
    if kind in _MEDIA:
        name, key = _MEDIA[kind]
        return {"type": name, name: {"url": part.get(key)}}
    if kind == "input_file":
        return {"type": "file", "file": {**rest, "file_data": part.get("file_data") or part.get("file_url")}}
    return part


def _wrapped(holder: Item) -> Item:
    """A function's name and schema wrapped as in a chat request; other tools and choices stay as they are."""
    if holder.get("type") != "function" or "function" in holder:
        return holder
    keys = {"name", "description", "parameters", "strict"} & holder.keys()
    rest = {key: value for key, value in holder.items() if key not in keys}
    function = {key: holder[key] for key in keys if holder[key] is not None}
    return {**rest, "function": function}


def _response_format(wanted: Item) -> Item:
    if wanted.get("type") != "json_schema":
        return wanted
    return {"type": "json_schema", "json_schema": {key: value for key, value in wanted.items() if key != "type"}}


def _object(value: JSON) -> Item:
    return value if isinstance(value, Mapping) else {}


def content_parts(item: Item) -> Sequence[Item]:
    """The parts of a message's content; none where it is text."""
    return objects(item.get("content"))
