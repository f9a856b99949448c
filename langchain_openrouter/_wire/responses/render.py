"""LangChain's input and options to the body of `POST /responses`.

Source: https://openrouter.ai/docs/api-reference/responses/overview
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import BaseMessage

from langchain_openrouter._wire.json_text import dump_json
from langchain_openrouter._wire.render import render_rest
from langchain_openrouter._wire.responses.items import render_input
from langchain_openrouter._wire.responses.options import rename_options
from langchain_openrouter._wire.types import Wire


def render_request(messages: Sequence[BaseMessage], options: Mapping[str, Any], *, stream: bool) -> bytes:
    """Render the body of `POST /responses`.

    Args:
        messages: The conversation.
        options: Every other key of the body, under its name in the Responses API or in chat completions.
        stream: Whether the answer is to be streamed.

    Raises:
        RequestError: A message, a tool choice or an option cannot be sent.
    """
    body: Wire = {"model": None, "input": render_input(messages, options.get("model"))}
    body.update(rename_options(render_rest(options)))
    body["stream"] = stream
    return dump_json(body)
