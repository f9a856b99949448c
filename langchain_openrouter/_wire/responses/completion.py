"""A response as the chat completion that would have said the same, so that both are read by the same rules.

Source: https://openrouter.ai/docs/api-reference/responses/overview
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from langchain_openrouter._wire.responses.output import as_message, token_logprobs
from langchain_openrouter._wire.types import ReadOnlyWire, Wire, as_list, as_object
from langchain_openrouter.errors import APIStatusError

_ELSEWHERE = frozenset({"type", "output", "output_text", "error", "error_type"})
"""Keys of a response that come out in the message or in an error."""

_ECHOES = frozenset({"tools", "instructions"})
"""Keys that repeat the request. They can be large, and every message of a conversation would keep them."""

_ENDINGS = {"max_output_tokens": "length", "content_filter": "content_filter"}
"""Reasons for an incomplete response, and the finish reasons that they are."""


def as_completion(response: Wire) -> Wire:
    """Write a whole response as a chat completion."""
    output = [item for item in as_list(response.get("output")) if isinstance(item, dict)]
    message = as_message(output)
    choice: Wire = {
        "index": 0,
        "finish_reason": _finish_reason(response, message),
        "logprobs": token_logprobs(output),
        "message": message,
    }
    return {**as_facts(response), "choices": [choice], "error": as_error(response)}


def as_facts(response: ReadOnlyWire) -> Wire:
    """What a response says of itself, under the names of chat completions."""
    facts = {key: value for key, value in response.items() if key not in _ELSEWHERE | _ECHOES}
    if "created_at" in facts:
        facts["created"] = facts.pop("created_at")
    return facts


def as_error(holder: ReadOnlyWire) -> Any:  # noqa: ANN401 - a wire value
    """The error of a response or of an event, with its name from beside it; `None` where there is none.

    The `code` of an error is a name of the same kind, so that it stands in where there is no other.
    """
    error = holder.get("error")
    if not isinstance(error, dict):
        return error
    code = error.get("code")
    name = holder.get("error_type") or (code if isinstance(code, str) else None)
    return {"error_type": name, **error} if name else error


@contextmanager
def telling_body(body: Wire) -> Iterator[None]:
    """Put the body, or the event, as it came on an error that was found in it."""
    try:
        yield
    except APIStatusError as error:
        error.body = body
        raise


def _finish_reason(response: ReadOnlyWire, message: ReadOnlyWire) -> str | None:
    status = str(response.get("status") or _status_of_items(message))
    if status in {"failed", "cancelled"}:
        return "error"
    if status == "incomplete":
        reason = str(as_object(response.get("incomplete_details")).get("reason") or "max_output_tokens")
        return _ENDINGS.get(reason, reason)
    if status in {"in_progress", "queued"}:
        return None
    return "tool_calls" if "tool_calls" in message else "stop"


def _status_of_items(message: ReadOnlyWire) -> str:
    """What the items of a response say that says nothing of itself, as OpenRouter's did in 2025."""
    return "incomplete" if any(item.get("status") == "incomplete" for item in message.get("output", ())) else ""
