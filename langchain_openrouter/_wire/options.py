"""The options of a request, brought into the form of the wire. What is not known here is sent as it stands.

Source: https://openrouter.ai/docs/api-reference/parameters
"""

from __future__ import annotations

import difflib
import math

from langchain_openrouter._wire.legacy_functions import take_functions
from langchain_openrouter._wire.response_format import render_response_format
from langchain_openrouter._wire.tools import render_tool_choice, render_tools
from langchain_openrouter._wire.types import ReadOnlyWire, Wire, as_object
from langchain_openrouter.errors import ConfigurationError, RequestError
from langchain_openrouter.settings import ProviderPreferences, as_plain


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


def check_provider(provider: object) -> None:
    """Refuse what OpenRouter's closed schema of `provider` refuses.

    Raises:
        ConfigurationError: It has a key that OpenRouter does not know; the message names the nearest that it does.
    """
    known = ProviderPreferences.__annotations__.keys()
    for key in as_object(as_plain(provider)).keys() - known:
        nearest = difflib.get_close_matches(str(key), known, 1)
        hint = f"Did you mean {nearest[0]!r}?" if nearest else f"It has: {', '.join(sorted(known))}."
        raise ConfigurationError(
            f"OpenRouter's provider preferences have no key {key!r}, and it refuses what it does not know. {hint} "
            "A key that is newer than this package goes into model_kwargs={'provider': ...}."
        )


def check_reasoning(reasoning: ReadOnlyWire | None, effort: str | None) -> None:
    """Refuse two efforts that differ, which OpenRouter answers with 400.

    Raises:
        ConfigurationError: As said.
    """
    told = (reasoning or {}).get("effort")
    if effort is not None and told is not None and told != effort:
        raise ConfigurationError(f"reasoning_effort={effort!r} and reasoning={{'effort': {told!r}}} differ: give one.")


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
