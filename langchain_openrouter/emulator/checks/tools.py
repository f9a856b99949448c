"""`tools` and `tool_choice`: their shape, and what providers say about names and schemas."""

from __future__ import annotations

import re
from collections.abc import Mapping

from langchain_openrouter.emulator.checks.schemas import schema_problem
from langchain_openrouter.emulator.checks.values import Rule, first_problem, type_name

NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
NOT_ON_CHAT = frozenset({"openrouter:bash", "openrouter:shell", "openrouter:apply_patch", "openrouter:tool_search"})
FUNCTION: tuple[Rule, ...] = (
    Rule("name", "string"),
    Rule("description", "string"),
    Rule("parameters", "object"),
    Rule("strict", "boolean"),
)
CHOICES = ("none", "auto", "required")


def tools_problem(body: Mapping[str, object]) -> str | None:
    """What is wrong with the shape of the tools or of the choice; `None`: nothing."""
    tools = body.get("tools")
    for index, tool in enumerate(tools if isinstance(tools, list) else ()):
        problem = _tool_problem(tool, f"tools[{index}]")
        if problem is not None:
            return problem
    choice = body.get("tool_choice")
    if isinstance(choice, str) and choice not in CHOICES:
        return "tool_choice: Invalid option: expected one of " + "|".join(f'"{one}"' for one in CHOICES)
    return None


def misplaced_tool(body: Mapping[str, object]) -> str | None:
    """Which tool is not for chat; `None`: each is."""
    tools = body.get("tools")
    for index, tool in enumerate(tools if isinstance(tools, list) else ()):
        if isinstance(tool, dict) and tool.get("type") in NOT_ON_CHAT:
            return f"tools[{index}].type: {tool['type']} is not supported on the chat completions API"
    return None


def provider_tools_problem(body: Mapping[str, object], *, strict: bool) -> tuple[str, str] | None:
    """What a provider refuses about well-formed tools: its words and the parameter; `None`: nothing.

    Args:
        body: The request.
        strict: Whether this provider holds tools to their `strict`.
    """
    tools = body.get("tools")
    functions = [tool["function"] for tool in tools or () if "function" in tool] if isinstance(tools, list) else []
    names = [function["name"] for function in functions]
    for index, function in enumerate(functions):
        if not NAME.fullmatch(function["name"]):
            message = (
                f"Invalid 'tools[{index}].function.name': string does not match pattern '^[a-zA-Z0-9_-]{{1,64}}$'."
            )
            return message, f"tools[{index}].function.name"
        if names.count(function["name"]) > 1:
            return f"Tool names must be unique: '{function['name']}' is given twice.", "tools"
        problem = schema_problem(function.get("parameters") or {}, strict=strict and function.get("strict") is True)
        if problem is not None:
            message = f"Invalid schema for function '{function['name']}': {problem}"
            return message, f"tools[{index}].function.parameters"
    return _choice_problem(body.get("tool_choice"), names, has_tools=bool(tools))


def _choice_problem(choice: object, names: list[str], *, has_tools: bool) -> tuple[str, str] | None:
    if choice is None or choice in ("none", "auto"):
        return None
    if not has_tools:
        return (
            "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
            "tool_choice",
        )
    function = choice.get("function") if isinstance(choice, dict) else None
    name = function.get("name") if isinstance(function, dict) else None
    if isinstance(choice, dict) and choice.get("type") == "function" and name not in names:
        message = f"Invalid value for 'tool_choice': no function named '{name}' was specified in the 'tools' parameter."
        return message, "tool_choice"
    return None


def _tool_problem(tool: object, path: str) -> str | None:
    kind = tool.get("type") if isinstance(tool, dict) else None
    if not isinstance(tool, dict) or not isinstance(kind, str):
        return f"{path}.type: Invalid input: expected string, received {type_name(kind)}"
    return _function_problem(tool.get("function"), f"{path}.function") if kind == "function" else None


def _function_problem(function: object, path: str) -> str | None:
    if not isinstance(function, dict):
        return f"{path}: Invalid input: expected object, received {type_name(function)}"
    if "name" not in function:
        return f"{path}.name: Invalid input: expected string, received undefined"
    return first_problem(FUNCTION, function, f"{path}.")
