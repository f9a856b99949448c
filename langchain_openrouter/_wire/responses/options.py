"""The options of a chat request under the names of the Responses API.

Source: https://openrouter.ai/docs/api-reference/responses/overview
"""

from __future__ import annotations

from langchain_openrouter._wire.responses.tools import flatten_choice, flatten_tools
from langchain_openrouter._wire.types import ReadOnlyWire, Wire, as_object
from langchain_openrouter.errors import ConfigurationError, RequestError

_STATEFUL = ("store", "previous_response_id", "conversation")

_ON_CHAT_ONLY = (
    *("stop", "seed", "logit_bias", "min_p", "top_a", "repetition_penalty"),
    *("prediction", "audio", "include_reasoning"),
)
"""What chat completions can do and the Responses API ignores without a word."""

_INCLUDED = ("reasoning.encrypted_content",)
"""What answers hold unless `include` says otherwise: the Responses API keeps nothing, so that a model gets its thoughts
back from us, and reads them in this form alone."""


def rename_options(body: Wire) -> Wire:
    """Bring the options of a rendered chat request into the form of the Responses API.

    A key that is not known here is sent as it stands.

    Raises:
        ConfigurationError: The conversation is to be kept on the server.
        RequestError: The Responses API has nothing of the kind.
    """
    _refuse(body)
    body = dict(body)
    # usage is always sent
    body.pop("stream_options", None)
    _rename_limit(body)
    _rename_text(body)
    _rename_logprobs(body)
    tools = body.get("tools", [])
    if tools:
        body["tools"] = flatten_tools(tools)
    if "tool_choice" in body:
        body["tool_choice"] = flatten_choice(body["tool_choice"], tools)
    body.setdefault("include", list(_INCLUDED))
    return body


def _refuse(body: ReadOnlyWire) -> None:
    for key in _STATEFUL:
        if body.get(key):
            raise ConfigurationError(
                f"OpenRouter's Responses API keeps nothing between requests, so that `{key}` cannot be used: send the "
                "whole conversation each time, as LangChain does."
            )
    for key in _ON_CHAT_ONLY:
        if body.get(key) is not None:
            raise RequestError(
                f"The Responses API has no `{key}`. Leave it out, or use chat completions (use_responses_api=False)."
            )


def _rename_limit(body: Wire) -> None:
    limits = [limit for key in ("max_tokens", "max_completion_tokens") if (limit := body.pop(key, None)) is not None]
    if limits:
        body.setdefault("max_output_tokens", min(limits))


def _rename_text(body: Wire) -> None:
    text: Wire = {}
    if "response_format" in body:
        wanted = dict(body.pop("response_format"))
        schema = as_object(wanted.pop("json_schema", None))
        text["format"] = {**wanted, **schema}
    if "verbosity" in body:
        text["verbosity"] = body.pop("verbosity")
    if text:
        body["text"] = {**text, **as_object(body.get("text"))}


def _rename_logprobs(body: Wire) -> None:
    # there is no switch of its own: they come where alternatives are asked for
    if body.pop("logprobs", None):
        body.setdefault("top_logprobs", 1)
