"""Tools and tool choices in the form of the Responses API.

Source: https://openrouter.ai/docs/api-reference/responses/tool-calling
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from langchain_openrouter._wire.types import ReadOnlyWire, Wire

_NATIVE: Mapping[str, str] = {
    "shell": "shell",
    "local_shell": "local_shell",
    "apply_patch": "apply_patch",
    "openrouter:apply_patch": "apply_patch",
    "computer_use_preview": "computer",
}
"""Types of tools that models know by heart, and the names of the calls that the client gets of them."""


def flatten_tools(tools: Sequence[Wire]) -> list[Wire]:
    """Bring rendered tools into the form of the Responses API.

    A function that has the name of a tool which the model knows by heart, or of a custom tool, is there to carry out
    its calls: the model is told of the other alone.
    """
    native = _native_tools(tools)
    flat = [_flatten(tool) for tool in tools]
    return [_with_parameters(tool) for tool in flat if tool["type"] != "function" or tool.get("name") not in native]


def flatten_choice(choice: str | Wire, tools: Sequence[Wire]) -> str | Wire:
    """Bring a rendered choice among these tools into the form of the Responses API."""
    if isinstance(choice, str):
        return choice
    flat = _flatten(choice)
    return _native_tools(tools).get(str(flat.get("name")), flat) if flat.get("type") == "function" else flat


def _native_tools(tools: Sequence[ReadOnlyWire]) -> dict[str, Wire]:
    """How to choose each tool that is no function, by the name that its calls have."""
    native: dict[str, Wire] = {}
    for tool in tools:
        kind = tool["type"]
        if kind == "custom" and "name" in tool:
            native[tool["name"]] = {"type": kind, "name": tool["name"]}
        elif kind in _NATIVE:
            native[_NATIVE[kind]] = {"type": kind}
    return native


def _flatten(holder: Wire) -> Wire:
    """A tool or a choice without the wrapping around its function."""
    if "function" not in holder:
        return holder
    return {**{key: value for key, value in holder.items() if key != "function"}, **holder["function"]}


def _with_parameters(tool: Wire) -> Wire:
    # OpenRouter refuses a function without them
    return tool if tool["type"] != "function" else {"parameters": {"type": "object", "properties": {}}, **tool}
