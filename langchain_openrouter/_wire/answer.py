"""What an answer and a fragment of one have in common: the parts beside text and tool calls, and failures inside a 200.

Source: https://openrouter.ai/docs/api-reference/overview
"""

from __future__ import annotations

from typing import Any

from langchain_openrouter._error_body import parse_error
from langchain_openrouter._wire.types import ReadOnlyWire, Wire, as_object
from langchain_openrouter.errors import APIStatusError

_ELSEWHERE = frozenset({"role", "content", "tool_calls", "reasoning", "reasoning_content"})
"""Keys of a wire message that have a place of their own in LangChain's message."""


def parse_extras(message: ReadOnlyWire) -> dict[str, Any]:
    """Collect `additional_kwargs`: reasoning, its details, refusal, annotations, images, audio, and what is not known.

    An empty `reasoning_details` is kept: some providers want it back.
    """
    extras = {
        key: value
        for key, value in message.items()
        if key not in _ELSEWHERE and (value or (key == "reasoning_details" and isinstance(value, list)))
    }
    reasoning = message.get("reasoning") or message.get("reasoning_content")
    if isinstance(reasoning, str) and reasoning:
        extras["reasoning_content"] = reasoning
    return extras


def parse_text(message: ReadOnlyWire) -> str | list[Any]:
    """The content of a wire message; null is no text."""
    content = message.get("content")
    if isinstance(content, list):
        return [part for part in content if isinstance(part, str | dict)]
    return content if isinstance(content, str) else ""


def find_failure(body: Wire, choice: Wire, *, headers: ReadOnlyWire, partial: str = "") -> APIStatusError | None:
    """Find an error in an answer with status 200: at its top, in its choice, or in its finish reason alone."""
    error = body.get("error") or choice.get("error")
    if not error and choice.get("finish_reason") != "error":
        return None
    provider = body.get("provider")
    generation_id = body.get("id")
    return parse_error(
        error or {"message": "The provider stopped with an error and did not say which.", "code": 502},
        status=200,
        body=body,
        headers=headers,
        provider=provider if isinstance(provider, str) else None,
        generation_id=generation_id if isinstance(generation_id, str) else None,
        partial=partial,
    )


def first_choice(body: ReadOnlyWire) -> Wire:
    """The first choice of a body or an event; an empty object where there is none."""
    choices = body.get("choices")
    return as_object(choices[0]) if isinstance(choices, list) and choices else {}
