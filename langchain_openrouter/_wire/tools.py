"""Tools, tool choices and tool calls, both ways.

Source: https://openrouter.ai/docs/features/tool-calling
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from langchain_core.messages import InvalidToolCall, ToolCall, ToolCallChunk
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from langchain_openrouter._wire.json_text import dump_json, load_model_json
from langchain_openrouter._wire.surrogates import SurrogateJoiner
from langchain_openrouter._wire.types import ReadOnlyWire, Wire, as_list, as_object
from langchain_openrouter.errors import RequestError, ToolChoiceError

ToolLike: TypeAlias = dict[str, Any] | type | Callable[..., Any] | BaseTool
"""What `bind_tools` takes: a dict of the wire, a Pydantic class or `TypedDict`, a function, a tool."""

_MODES = {"auto": "auto", "none": "none", "required": "required", "any": "required"}


def render_tools(tools: Sequence[ToolLike], *, strict: bool | None = None) -> list[Wire]:
    """Render tools of any form. Dicts of the wire, server tools among them, stay as they are."""
    return [_render_tool(tool, strict) for tool in tools]


def _render_tool(tool: ToolLike, strict: bool | None) -> Wire:
    if isinstance(tool, dict) and isinstance(tool.get("type"), str):
        if tool["type"] != "function" or "function" not in tool:
            return tool
        return tool if strict is None else {**tool, "function": {**tool["function"], "strict": strict}}
    extras = tool.extras if isinstance(tool, BaseTool) else None
    return {**describe_tool(tool, strict), **(extras or {})}


def describe_tool(tool: ToolLike, strict: bool | None) -> Wire:
    """Describe a function, a class, a tool or a JSON schema as a function of the wire.

    Raises:
        RequestError: It is nothing that could be called.
    """
    try:
        return convert_to_openai_tool(tool, strict=strict)
    except (AttributeError, KeyError, NameError, TypeError, ValueError) as error:
        raise RequestError(
            "A tool must be a function, a Pydantic class, a TypedDict class, a tool, or a dict with a `name` or a "
            f"`type`; {repr(tool)[:200]} cannot be described: {error}"
        ) from error


def render_tool_choice(choice: str | bool | ReadOnlyWire, tools: Sequence[ReadOnlyWire]) -> str | Wire:
    """Render a tool choice: a mode, the name of a tool, `True` for the only tool, or a dict of the wire.

    Raises:
        ToolChoiceError: It names a tool that is not bound, is `True` with several tools, or is of no known type.
    """
    if isinstance(choice, bool):
        return _only_tool(tools)
    if isinstance(choice, str):
        return _MODES.get(choice) or _choose(choice, tools)
    if not isinstance(choice, Mapping):
        raise ToolChoiceError(f"tool_choice must be a string, True or a dict, not {choice!r}.")
    name = as_object(choice.get("function")).get("name")
    return _choose(name, tools) if choice.get("type") == "function" and isinstance(name, str) else dict(choice)


def _only_tool(tools: Sequence[ReadOnlyWire]) -> Wire:
    if len(tools) != 1:
        raise ToolChoiceError(
            "tool_choice can only be True when there is one tool. "
            f"Received {len(tools)} tools: pass the name of one, or 'required'."
        )
    return _choose(tool_name(tools[0]), tools)


def _choose(name: str, tools: Sequence[ReadOnlyWire]) -> Wire:
    for tool in tools:
        if tool_name(tool) == name:
            return _function_choice(name) if tool["type"] == "function" else _kind_choice(tool)
    names = [tool_name(tool) for tool in tools]
    nearest = difflib.get_close_matches(name, names, 1)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    raise ToolChoiceError(f"tool_choice names {name!r}, but the tools are {names or 'none'}.{hint}")


def _function_choice(name: str) -> Wire:
    return {"type": "function", "function": {"name": name}}


def _kind_choice(tool: ReadOnlyWire) -> Wire:
    return {key: tool[key] for key in ("type", "name") if key in tool}


def tool_name(tool: ReadOnlyWire) -> str:
    """The name of a rendered tool: its function's or its own, or its type for a server tool."""
    return str(as_object(tool.get("function")).get("name") or tool.get("name") or tool["type"])


def render_tool_calls(calls: Sequence[ToolCall], invalid: Sequence[InvalidToolCall]) -> list[Wire]:
    """Render the calls of an earlier answer, those whose arguments were no JSON included."""
    valid_calls = [render_call(call["id"], call["name"], dump_json(call["args"]).decode()) for call in calls]
    return valid_calls + [render_call(call["id"], call["name"], call["args"] or "") for call in invalid]


def render_call(call_id: str | None, name: str | None, arguments: str) -> Wire:
    """Render one call; its arguments are JSON text."""
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def parse_tool_calls(wire: object, generation_id: str | None) -> tuple[list[ToolCall], list[InvalidToolCall]]:
    """Read the `tool_calls` of an answer.

    Returns:
        The calls whose arguments are a JSON object, and those whose arguments are not, with their text as it came.
    """
    calls: list[ToolCall] = []
    invalid: list[InvalidToolCall] = []
    for position, call in enumerate(map(as_object, as_list(wire))):
        function = as_object(call.get("function"))
        call_id = _label(call.get("id")) or made_up_id(generation_id, position)
        name, text = _label(function.get("name")) or "", arguments_text(function.get("arguments"))
        args = parse_arguments(text)
        if args is not None and name:
            calls.append(ToolCall(type="tool_call", id=call_id, name=name, args=args))
        else:
            why = f"The arguments are not a JSON object: {text}" if name else "The call names no tool."
            invalid.append(InvalidToolCall(type="invalid_tool_call", id=call_id, name=name, args=text, error=why))
    return calls, invalid


def _label(wire: object) -> str | None:
    """An id or a name; some servers number their calls."""
    return str(wire) if isinstance(wire, str | int | float) and wire != "" else None


def arguments_text(wire: object) -> str:
    """The arguments of a call as text; some providers send null, or an object instead of its text."""
    if wire is None:
        return ""
    return wire if isinstance(wire, str) else dump_json(wire).decode()


def parse_arguments(text: str) -> Wire | None:
    """Read the arguments of a call. `None` for what is no JSON object; no text at all means no arguments."""
    if not text.strip():
        return {}
    try:
        args = load_model_json(text)
    except ValueError:
        return None
    return args if isinstance(args, dict) else None


def made_up_id(generation_id: str | None, position: int) -> str:
    """An id for a call that came without one: a result must name the call that it answers."""
    return f"call_{generation_id or 'unnamed'}_{position}"


class ToolCallFolder:
    """Numbers the fragments of streamed tool calls so that adding up chunks makes the calls of the unstreamed answer.

    The wire's `index` may be missing, or be used again with a new id for another call; names and ids may be repeated on
    every fragment. So each call gets a number of its own, and its id and name once.
    """

    def __init__(self, generation_id: str | None) -> None:
        self._generation_id = generation_id
        self._numbers: dict[str | float | None, int] = {}
        self._ids: list[str] = []
        self._named: set[int] = set()
        self._texts: list[list[str]] = []
        self._halves: list[SurrogateJoiner] = []

    def fold(self, fragments: Sequence[Any]) -> list[ToolCallChunk]:
        """Make LangChain's tool call chunks of the fragments of one delta."""
        return [self._fold(as_object(fragment)) for fragment in fragments if isinstance(fragment, Mapping)]

    def _fold(self, fragment: ReadOnlyWire) -> ToolCallChunk:
        function = as_object(fragment.get("function"))
        index = fragment.get("index")
        index = index if isinstance(index, str | int | float) else None
        number, is_new = self._number(index, _label(fragment.get("id")))
        name = _label(function.get("name"))
        if number in self._named:
            name = None
        elif name:
            self._named.add(number)
        text = self._halves[number].join(arguments_text(function.get("arguments")))
        self._texts[number].append(text)
        return _call_chunk(number, text, call_id=self._ids[number] if is_new else None, name=name)

    def close(self) -> list[ToolCallChunk]:
        """Make chunks that keep calls whose arguments were cut off, and those that name no tool, from being made.

        langchain-core completes the brackets of streamed arguments, and a half argument would be carried out as a whole
        one. A bracket that does not fit leaves such a call among the invalid ones, with its text.
        """
        texts = ("".join(pieces) for pieces in self._texts)
        return [
            _call_chunk(number, _misfit(text))
            for number, text in enumerate(texts)
            if number not in self._named or parse_arguments(text) is None
        ]

    def _number(self, index: str | float | None, call_id: str | None) -> tuple[int, bool]:
        number = self._numbers.get(index)
        if number is None and call_id is None and index is None and self._ids:
            # neither index nor id: the fragment goes on with the last call
            return len(self._ids) - 1, False
        if number is None or (call_id is not None and call_id != self._ids[number]):
            if call_id in self._ids:
                return self._ids.index(call_id), False
            number = self._numbers[index] = len(self._ids)
            self._ids.append(call_id or made_up_id(self._generation_id, number))
            self._texts.append([])
            self._halves.append(SurrogateJoiner())
            return number, True
        return number, False


def _call_chunk(number: int, args: str, *, call_id: str | None = None, name: str | None = None) -> ToolCallChunk:
    return ToolCallChunk(type="tool_call_chunk", index=number, id=call_id, name=name, args=args)


def _misfit(text: str) -> str:
    """What to append to cut JSON so that no closing of brackets makes it whole."""
    open_brackets: list[str] = []
    in_string = escaped = False
    for char in text:
        if in_string:
            in_string = escaped or char != '"'
            escaped = char == "\\" and not escaped
        elif char == '"':
            in_string = True
        elif char in "{[":
            open_brackets.append(char)
        elif char in "}]" and open_brackets:
            open_brackets.pop()
    closing = ("\\" if escaped else "") + '"' if in_string else ""
    return closing + ("}" if open_brackets[-1:] == ["["] else "]")
