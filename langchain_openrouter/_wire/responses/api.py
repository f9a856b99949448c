"""The Responses API, as a chat model uses it."""

from __future__ import annotations

from langchain_openrouter._wire.api import Api
from langchain_openrouter._wire.responses.parse import parse_response
from langchain_openrouter._wire.responses.render import render_request
from langchain_openrouter._wire.responses.stream import ResponsesStreamParser

RESPONSES = Api("/responses", render_request, parse_response, ResponsesStreamParser)
