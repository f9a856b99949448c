"""LangChain's input and options to the body of a request.

Source: https://openrouter.ai/docs/api-reference/parameters
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import BaseMessage

from langchain_openrouter._wire.json_text import dump_json
from langchain_openrouter._wire.messages import render_messages
from langchain_openrouter._wire.options import render_options
from langchain_openrouter._wire.types import Wire

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
    body: Wire = {"model": None, "messages": render_messages(messages, options.get("model"))}
    body.update(render_rest(options))
    body["stream"] = stream
    if not stream:
        body.pop("stream_options", None)
    return dump_json(body)


def render_rest(options: Mapping[str, Any]) -> Wire:
    """Render what stands beside the messages in a body.

    Raises:
        RequestError: An option cannot be sent.
    """
    rest = {key: value for key, value in options.items() if value is not None and key not in _FOR_LANGCHAIN}
    render_options(rest)
    return rest
