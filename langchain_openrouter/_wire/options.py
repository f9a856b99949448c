"""The options of a request, brought into the form of the wire. What is not known here is sent as it stands.

Source: https://openrouter.ai/docs/api-reference/parameters
"""

from __future__ import annotations

import math

from langchain_openrouter._wire.checks import check_n, check_reasoning
from langchain_openrouter._wire.legacy_functions import take_functions
from langchain_openrouter._wire.response_format import render_response_format
from langchain_openrouter._wire.tools import render_tool_choice, render_tools
from langchain_openrouter._wire.types import ReadOnlyWire, Wire
from langchain_openrouter.errors import RequestError
from langchain_openrouter.settings import as_plain


def render_options(body: Wire) -> None:
    """Render the options in `body` in place.

    Raises:
        RequestError: An option cannot be sent.
    """
    check_n(body.pop("n", 1))
    _check_numbers(body)
    _fold_reasoning_effort(body)
    if "response_format" in body:
        body["response_format"] = render_response_format(body["response_format"])
    take_functions(body)
    _render_tool_options(body)


def _check_numbers(body: ReadOnlyWire) -> None:
    # JSON has no such numbers: null would be sent in their place
    for key, value in body.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise RequestError(f"{key}={value!r} has no form in JSON: give a finite number, or None to leave it out.")


def _fold_reasoning_effort(body: Wire) -> None:
    effort = body.pop("reasoning_effort", None)
    if effort is None:
        return
    reasoning = as_plain(body.get("reasoning"))
    check_reasoning(reasoning, effort)
    body["reasoning"] = {**(reasoning or {}), "effort": effort}


def _render_tool_options(body: Wire) -> None:
    tools = body.get("tools")
    if tools is not None:
        body["tools"] = render_tools(tools)
        if not tools:
            del body["tools"]
    choice = body.pop("tool_choice", None)
    if choice:
        body["tool_choice"] = render_tool_choice(choice, body.get("tools", ()))
