"""What OpenRouter refuses about a request for a response."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from langchain_openrouter.emulator import failures
from langchain_openrouter.emulator.brain import JSON, Failure
from langchain_openrouter.emulator.checks.request import shape_problem
from langchain_openrouter.emulator.checks.values import Rule, first_problem, type_name
from langchain_openrouter.emulator.responses_api.request import (
    CALLS,
    Item,
    chat_request,
    content_parts,
    items_of,
    kind_of,
    objects,
)

PARAMETERS: tuple[Rule, ...] = (
    Rule("input", "string or array"),
    Rule("instructions", "string"),
    Rule("include", "array"),
    Rule("max_output_tokens", "integer", 1),
    Rule("text", "object"),
    Rule("top_logprobs", "integer", 0, 20),
    Rule("truncation", "string", choices=("auto", "disabled")),
    Rule("background", "boolean"),
    Rule("store", "boolean"),
    Rule("prompt_cache_key", "string"),
    Rule("safety_identifier", "string"),
)

INCLUDES = (
    *("file_search_call.results", "message.input_image.image_url", "computer_call_output.output.image_url"),
    *("reasoning.encrypted_content", "code_interpreter_call.outputs"),
)

_OUTPUTS = tuple(
    f"{kind}_call_output" for kind in ("function", "custom_tool", "shell", "local_shell", "apply_patch", "computer")
)
_OTHERS = (
    *("message", "reasoning", "web_search_call", "file_search_call", "image_generation_call", "code_interpreter_call"),
    *("mcp_list_tools", "mcp_approval_request", "mcp_approval_response", "mcp_call", "compaction", "item_reference"),
)
ITEMS = frozenset({*CALLS, *_OUTPUTS, *_OTHERS})
"""Types of items in an input, beside those of OpenRouter's own tools."""

PARTS = frozenset({"input_text", "input_image", "input_file", "input_audio", "input_video", "output_text", "refusal"})


def check_response_request(body: Mapping[str, JSON]) -> Failure | None:
    """What is wrong whichever model answers; `None`: nothing."""
    problem = next((problem for check in _CHECKS if (problem := check(body)) is not None), None)
    return None if problem is None else failures.bad_request(problem)


def _parameters(body: Mapping[str, JSON]) -> str | None:
    if not body.get("input"):
        return "input: Invalid input: expected string or array, received undefined"
    return first_problem(PARAMETERS, body)


def _state(body: Mapping[str, JSON]) -> str | None:
    if body.get("store"):
        return 'store: Invalid input: expected false. The Responses API is stateless: "store" is not supported'
    if body.get("previous_response_id") is not None:
        return "previous_response_id is not supported. Send the full conversation history in `input` instead."
    unknown = [one for one in body.get("include") or () if one not in INCLUDES]  # type: ignore[union-attr]  # an array
    return f"include: Invalid option: {unknown[0]}" if unknown else None


def _items(body: Mapping[str, JSON]) -> str | None:
    problems = (_item_problem(item, f"input[{index}]") for index, item in enumerate(items_of(body)))
    return next((problem for problem in problems if problem is not None), None)


def _item_problem(item: Item, path: str) -> str | None:
    kind = kind_of(item)
    if kind not in ITEMS and not kind.startswith("openrouter:"):
        return f"{path}.type: Invalid input: unknown item type {kind}"
    missing = [key for key in _wanted(item, kind) if item.get(key) is None]
    if missing:
        return f"{path}.{missing[0]}: Invalid input: expected string, received undefined"
    for index, part in enumerate(content_parts(item) if kind == "message" else ()):
        if part.get("type") not in PARTS:
            return f"{path}.content[{index}].type: Invalid input: unknown part type {part.get('type')}"
    return None


def _wanted(item: Item, kind: str) -> tuple[str, ...]:
    """The keys that an item must have."""
    if kind == "reasoning":
        return ("id", "summary")
    if kind == "message":
        is_output = any(part.get("type") == "output_text" for part in content_parts(item))
        return ("id", "status") if is_output else ()
    return ("call_id",) if kind in {*CALLS, *_OUTPUTS} - {"local_shell_call_output"} else ()


def _tools(body: Mapping[str, JSON]) -> str | None:
    for index, tool in enumerate(objects(body.get("tools"))):
        if tool.get("type") == "function":
            for key, wanted in (("name", "string"), ("parameters", "record")):
                if tool.get(key) is None:
                    return f"tools[{index}].{key}: Invalid input: expected {wanted}, received {_received(tool, key)}"
    return None


def _received(tool: Item, key: str) -> str:
    return type_name(tool[key]) if key in tool else "undefined"


def _as_chat(body: Mapping[str, JSON]) -> str | None:
    return shape_problem(chat_request(body))


_CHECKS: tuple[Callable[[Mapping[str, JSON]], str | None], ...] = (_parameters, _state, _items, _tools, _as_chat)
