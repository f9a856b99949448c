"""Calls that the client carries out, and their results, as items of the Responses API.

A function is called by one type of item, the tools that models know by heart by others. All come out as tool calls, so
that an agent can run each with an ordinary tool of that name.

Source: https://openrouter.ai/docs/api-reference/responses/tool-calling
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from langchain_openrouter._wire.json_text import load_json
from langchain_openrouter._wire.responses.content import render_parts
from langchain_openrouter._wire.tools import arguments_text, parse_arguments
from langchain_openrouter._wire.types import ReadOnlyWire, Wire, as_object
from langchain_openrouter.errors import MessageError


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one type of call is written."""

    arguments: str
    """The key of the arguments: JSON text, an object, or plain text."""
    tool: str | None = None
    """The tool's name; `None`: the call names it."""
    is_text: bool = False
    """Whether the arguments are plain text, which is not JSON."""


_FUNCTION = "function_call"
_KINDS: Mapping[str, _Kind] = {
    _FUNCTION: _Kind("arguments"),
    "custom_tool_call": _Kind("input", is_text=True),
    "shell_call": _Kind("action", "shell"),
    "local_shell_call": _Kind("action", "local_shell"),
    "apply_patch_call": _Kind("operation", "apply_patch"),
    "openrouter:apply_patch": _Kind("operation", "apply_patch"),
    "computer_call": _Kind("action", "computer"),
}


def is_function_call(item: ReadOnlyWire) -> bool:
    """Whether an item calls a function, whose arguments are streamed."""
    return _type(item) == _FUNCTION


def _type(item: ReadOnlyWire) -> str:
    return str(item.get("type"))


def client_calls(output: Sequence[Wire]) -> list[Wire]:
    """The items of an answer that ask the client to do something.

    A call whose result stands beside it was carried out by OpenRouter. Functions come first: their arguments are
    streamed, while the others are known at the end of a stream only.
    """
    carried_out = {call_id(item) for item in output if _type(item).endswith("_output")}
    functions = [item for item in output if is_function_call(item)]
    others = [item for item in output if _type(item) in _KINDS and not is_function_call(item)]
    return functions + [item for item in others if _is_open(item) and call_id(item) not in carried_out]


def _is_open(item: ReadOnlyWire) -> bool:
    # of a patch that OpenRouter finds broken, the model itself is told
    is_refused = _type(item) == "openrouter:apply_patch" and (item.get("status") or "completed") != "completed"
    return item.get("call_id") is not None and not is_refused


def call_id(item: ReadOnlyWire) -> str:
    """The id that the result of a call names; an empty text where there is none."""
    return str(item.get("call_id") or item.get("id") or "")


def parse_call(item: ReadOnlyWire) -> Wire:
    """Read an item as the call of a chat completion."""
    kind = _KINDS[item["type"]]
    arguments = item.get(kind.arguments)
    if kind.is_text:
        arguments = {kind.arguments: arguments}
    elif arguments is None:
        arguments = item.get("arguments")
    function = {"name": kind.tool or item.get("name"), "arguments": arguments_text(arguments)}
    return {"id": call_id(item), "type": "function", "function": function}


def rewrite_call(item: Wire, name: str | None, arguments: str) -> Wire:
    """An item with the name and the arguments that someone has changed since it came."""
    kind = _KINDS[item["type"]]
    if is_function_call(item):
        return {**item, "name": name, "arguments": arguments}
    changed = parse_arguments(arguments) or {}
    # some calls keep their arguments as text too, and the two must agree
    kept = {key: value for key, value in item.items() if key != "arguments"}
    return {**kept, kind.arguments: changed.get(kind.arguments) if kind.is_text else changed}


def render_call(call: ReadOnlyWire, item_id: str) -> Wire:
    """Render the call of a chat completion as an item."""
    function = call["function"]
    return {
        "type": _FUNCTION,
        "id": item_id,
        "call_id": call["id"],
        "name": function["name"],
        "arguments": function["arguments"],
        "status": "completed",
    }


def render_result(result: ReadOnlyWire, call: ReadOnlyWire | None, *, failed: bool) -> Wire:
    """Render a tool's result as the item that answers its call.

    Args:
        result: The `tool` message of a chat request.
        call: The item that made the call; `None`: a function was called, or nobody knows.
        failed: Whether the tool says that it failed.

    Raises:
        MessageError: The result of a computer's action shows no picture.
    """
    content = result["content"]
    done = _Result(result["tool_call_id"], render_parts(content), _text(content), call or {}, failed)
    return _RESULTS.get(_type(done.call), _function_result)(done)


@dataclass(frozen=True, slots=True)
class _Result:
    """What came of a call."""

    call_id: str
    content: str | list[Wire]
    text: str
    call: ReadOnlyWire
    failed: bool


def _text(content: str | list[Wire]) -> str:
    return content if isinstance(content, str) else "".join(str(part.get("text") or "") for part in content)


def _function_result(done: _Result) -> Wire:
    return {"type": "function_call_output", "call_id": done.call_id, "output": done.content}


def _custom_result(done: _Result) -> Wire:
    return {"type": "custom_tool_call_output", "call_id": done.call_id, "output": done.content}


def _shell_result(done: _Result) -> Wire:
    limit = as_object(done.call.get("action")).get("max_output_length")
    item = {"type": "shell_call_output", "call_id": done.call_id, "output": _shell_output(done)}
    return item if limit is None else {**item, "max_output_length": limit}


def _shell_output(done: _Result) -> list[Wire]:
    """What the tool returned for each command, or its text as what one command printed."""
    try:
        returned = load_json(done.text.encode())
    except ValueError:
        returned = None
    outputs = returned if isinstance(returned, list) else [returned]
    if outputs and all(isinstance(output, dict) and "stdout" in output for output in outputs):
        went_well = {"stderr": "", "outcome": {"type": "exit", "exit_code": 0}}
        return [{**went_well, **output} for output in outputs]
    printed = {"stdout": "", "stderr": done.text} if done.failed else {"stdout": done.text, "stderr": ""}
    return [{**printed, "outcome": {"type": "exit", "exit_code": int(done.failed)}}]


def _local_shell_result(done: _Result) -> Wire:
    return {"type": "local_shell_call_output", "id": done.call_id, "output": done.text}


def _patch_result(done: _Result) -> Wire:
    status = "failed" if done.failed else "completed"
    return {"type": "apply_patch_call_output", "call_id": done.call_id, "status": status, "output": done.text}


def _computer_result(done: _Result) -> Wire:
    pictures = [part for part in map(as_object, done.content) if part.get("type") == "input_image"]
    if not pictures:
        raise MessageError("The result of a computer's action must hold a picture of the screen: an image block.")
    return {
        "type": "computer_call_output",
        "call_id": done.call_id,
        "output": {"type": "computer_screenshot", "image_url": pictures[-1]["image_url"]},
        "acknowledged_safety_checks": done.call.get("pending_safety_checks") or [],
    }


_RESULTS: Mapping[str, Callable[[_Result], Wire]] = {
    "custom_tool_call": _custom_result,
    "shell_call": _shell_result,
    "local_shell_call": _local_shell_result,
    "apply_patch_call": _patch_result,
    "openrouter:apply_patch": _patch_result,
    "computer_call": _computer_result,
}
