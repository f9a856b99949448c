"""An API of OpenRouter that a chat model can use: where it is, how it is asked, and how its answers are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult

from langchain_openrouter._wire.parse import parse_response
from langchain_openrouter._wire.render import render_request
from langchain_openrouter._wire.stream import StreamParser


class Render(Protocol):
    """Renders the body of a request."""

    def __call__(self, messages: Sequence[BaseMessage], options: Mapping[str, Any], *, stream: bool) -> bytes:
        """Render it."""


@dataclass(frozen=True, slots=True)
class Api:
    """One API."""

    path: str
    render: Render
    parse: Callable[[bytes, Mapping[str, str]], ChatResult]
    stream_parser: type[StreamParser]


CHAT = Api("/chat/completions", render_request, parse_response, StreamParser)
"""Chat completions."""
