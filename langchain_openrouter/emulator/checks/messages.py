"""The shape of `messages`, and the order in which tool calls and their results must stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from langchain_openrouter.emulator.brain import WireMessage
from langchain_openrouter.emulator.checks.values import Rule, first_problem, type_name

ROLES = ("system", "developer", "user", "assistant", "tool")

MESSAGE: tuple[Rule, ...] = (
    Rule("role", "string", choices=ROLES),
    Rule("content", "string or array"),
    Rule("name", "string"),
    Rule("tool_calls", "array"),
    Rule("tool_call_id", "string"),
    Rule("reasoning", "string"),
    Rule("reasoning_details", "array"),
)

CALL: tuple[Rule, ...] = (Rule("id", "string"), Rule("type", "string", choices=("function",)))
CALLED_FUNCTION: tuple[Rule, ...] = (Rule("name", "string"), Rule("arguments", "string"))

# The payload of each type of content part, and the key in it that must be a string.
PARTS: Mapping[str, tuple[str, str | None]] = {
    "text": ("text", None),
    "image_url": ("image_url", "url"),
    "input_audio": ("input_audio", "data"),
    "video_url": ("video_url", "url"),
    "input_video": ("video_url", "url"),
    "file": ("file", None),
}

# Misspelt as it is recorded.
_UNCALLED = "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."


def messages_problem(messages: object) -> str | None:
    """What is wrong with the shape of the messages; `None`: nothing."""
    if messages is None or messages == []:
        return 'Input required: specify "prompt" or "messages"'
    if not isinstance(messages, list):
        return f"messages: Invalid input: expected array, received {type_name(messages)}"
    problems = (_message_problem(message, f"messages[{index}]") for index, message in enumerate(messages))
    return next((problem for problem in problems if problem is not None), None)


def dialogue_problem(messages: Sequence[WireMessage]) -> tuple[str, str] | None:
    """A tool result without its call, or a call without its result: the provider's words and the parameter.

    `None`: each call is answered right after it, and nothing else is.
    """
    open_calls: list[str] = []
    for index, message in enumerate(messages):
        if message["role"] == "tool":
            answered = message.get("tool_call_id")
            if answered not in open_calls:
                return _UNCALLED, f"messages.[{index}].role"
            open_calls.remove(str(answered))
            continue
        if open_calls:
            break
        open_calls = [str(call.get("id")) for call in message.get("tool_calls") or ()]
    return (f"No tool output found for function call {open_calls[0]}.", "input") if open_calls else None


def _message_problem(message: object, path: str) -> str | None:
    if not isinstance(message, dict):
        return f"{path}: Invalid input: expected object, received {type_name(message)}"
    if "role" not in message:
        return f"{path}.role: Invalid input: expected string, received undefined"
    problem = first_problem(MESSAGE, message, f"{path}.")
    if problem is not None:
        return problem
    if message["role"] == "tool" and not message.get("tool_call_id"):
        return f"{path}.tool_call_id: Invalid input: expected string, received undefined"
    if message["role"] != "assistant" and message.get("content") is None:
        return f"{path}.content: Invalid input: expected string or array, received null"
    return _content_problem(message.get("content"), path) or _calls_problem(message.get("tool_calls"), path)


def _content_problem(content: object, path: str) -> str | None:
    for index, part in enumerate(content if isinstance(content, list) else ()):
        where = f"{path}.content[{index}]"
        if not isinstance(part, dict):
            return f"{where}: Invalid input: expected object, received {type_name(part)}"
        if part.get("type") not in PARTS:
            return f"{where}.type: Invalid option: expected one of " + "|".join(f'"{kind}"' for kind in PARTS)
        key, inner = PARTS[part["type"]]
        payload = part.get(key)
        wanted = "string" if key == "text" else "object"
        if type_name(payload) != wanted:
            return f"{where}.{key}: Invalid input: expected {wanted}, received {type_name(payload)}"
        if isinstance(payload, dict) and inner is not None and not isinstance(payload.get(inner), str):
            return f"{where}.{key}.{inner}: Invalid input: expected string, received {type_name(payload.get(inner))}"
    return None


def _calls_problem(calls: object, path: str) -> str | None:
    for index, call in enumerate(calls if isinstance(calls, list) else ()):
        where = f"{path}.tool_calls[{index}]."
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(call, dict) or not isinstance(function, dict):
            return f"{where}function: Invalid input: expected object, received {type_name(function)}"
        problem = first_problem(CALL, call, where) or first_problem(CALLED_FUNCTION, function, f"{where}function.")
        if problem is not None:
            return problem
        missing = [] if call.get("id") else [f"{where}id"]
        missing += [f"{where}function.{key}" for key in ("name", "arguments") if key not in function]
        if missing:
            return f"{missing[0]}: Invalid input: expected string, received undefined"
    return None
