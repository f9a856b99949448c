"""The APIs of OpenRouter that a chat model can use: where each is, how it is asked, and how its answers are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult

from langchain_openrouter._wire import parse, render
from langchain_openrouter._wire.responses import parse as responses_parse
from langchain_openrouter._wire.responses import render as responses_render
from langchain_openrouter._wire.responses.stream import ResponsesStreamParser
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


CHAT = Api("/chat/completions", render.render_request, parse.parse_response, StreamParser)
RESPONSES = Api("/responses", responses_render.render_request, responses_parse.parse_response, ResponsesStreamParser)
