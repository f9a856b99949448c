"""LangChain's input and options to the body of a request.

Source: https://openrouter.ai/docs/api-reference/parameters
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import BaseMessage

from langchain_openrouter._wire.json_text import dump_json
from langchain_openrouter._wire.messages import render_messages
from langchain_openrouter._wire.tools import render_tool_choice, render_tools
from langchain_openrouter._wire.types import Wire
from langchain_openrouter.errors import ConfigurationError

_FOR_LANGCHAIN = frozenset({"ls_structured_output_format", "stream"})
"""Call options that LangChain passes along for its own use."""


def render_request(messages: Sequence[BaseMessage], options: Mapping[str, Any], *, stream: bool) -> bytes:
    """Render the body of `POST /chat/completions`.

    Args:
        messages: The conversation.
        options: Every other key of the body by its wire name, `model` among them. What is `None` is left out; a key
            that is not known is sent as it stands.
        stream: Whether the answer is to be streamed.

    Raises:
        RequestError: A message, a tool choice or an option cannot be sent.
    """
    body: Wire = {"model": None, "messages": render_messages(messages)}
    body.update((key, value) for key, value in options.items() if value is not None and key not in _FOR_LANGCHAIN)
    body["stream"] = stream
    if not stream:
        body.pop("stream_options", None)
    _render_tool_options(body)
    check_n(body.pop("n", 1))
    return dump_json(body)


def _render_tool_options(body: Wire) -> None:
    tools = body.get("tools")
    if tools is not None:
        body["tools"] = render_tools(tools)
        if not tools:
            del body["tools"]
    choice = body.pop("tool_choice", None)
    if choice:
        body["tool_choice"] = render_tool_choice(choice, body.get("tools", ()))


def check_n(n: object) -> None:
    """Refuse to ask for several answers.

    Raises:
        ConfigurationError: `n` is not 1.
    """
    if n != 1:
        raise ConfigurationError(
            f"n must be 1, not {n!r}: OpenRouter gives one answer per request. For several answers, use `batch` with "
            "the same input."
        )
