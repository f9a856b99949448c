"""The object that a response is: what was asked for, how it stands, what came out, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from langchain_openrouter.emulator.brain import JSON, Failure
from langchain_openrouter.emulator.turn import Turn

_DEFAULTS: Mapping[str, JSON] = {
    "tools": (),
    "tool_choice": "auto",
    "parallel_tool_calls": True,
    "max_output_tokens": None,
    "temperature": 1,
    "top_p": 1,
    "presence_penalty": 0,
    "frequency_penalty": 0,
    "top_logprobs": 0,
    "max_tool_calls": None,
    "metadata": {},
    "background": False,
    "previous_response_id": None,
    "truncation": "disabled",
    "store": False,
    "instructions": None,
    "text": {"format": {"type": "text"}},
    "reasoning": None,
    "safety_identifier": None,
    "prompt_cache_key": None,
    "prompt_cache_options": None,
}
"""What is repeated of the request, and what stands there where the request has nothing."""

_ENDINGS = {"length": "max_output_tokens", "content_filter": "content_filter"}
_ERROR_NAMES = {400: "invalid_prompt", 413: "invalid_prompt", 429: "rate_limit_exceeded"}


def response_object(turn: Turn, status: str, output: Sequence[JSON], **settled: JSON) -> dict[str, JSON]:
    """A response. `settled` is what is known once it has ended."""
    return {
        "id": turn.generation_id,
        "object": "response",
        "created_at": int(turn.created_at.timestamp()),
        "model": turn.route.model.id,
        "status": status,
        "completed_at": int(turn.created_at.timestamp()) if status == "completed" else None,
        "output": output,
        "error": None,
        "incomplete_details": None,
        **{key: default if turn.body.get(key) is None else turn.body[key] for key, default in _DEFAULTS.items()},
        "service_tier": turn.service_tier or ("auto" if status == "in_progress" else "default"),
        **settled,
    }


def ended_response(
    turn: Turn, output: Sequence[JSON], finish: str, failure: Failure | None, usage: Mapping[str, JSON]
) -> dict[str, JSON]:
    """A response that is over.

    Args:
        turn: The generation.
        output: Its items.
        finish: The finish reason in the words of chat completions.
        failure: What ended it; `None`: it ended by itself.
        usage: What it used and cost, in the words of chat completions.
    """
    end: dict[str, JSON] = {"usage": response_usage(usage), **turn.closing}
    if failure is not None:
        return response_object(turn, "failed", output, error=response_error(failure), **end, **_error_type(failure))
    if finish in _ENDINGS:
        return response_object(turn, "incomplete", output, incomplete_details={"reason": _ENDINGS[finish]}, **end)
    return response_object(turn, "completed", output, **end)


def response_error(failure: Failure) -> dict[str, JSON]:
    """The `error` of a response that failed."""
    named = failure.code if isinstance(failure.code, str) else None
    error: dict[str, JSON] = {
        "code": named or _ERROR_NAMES.get(failure.status, "server_error"),
        "message": failure.message,
        "availability": failure.availability,
    }
    return {name: value for name, value in error.items() if value is not None}


def _error_type(failure: Failure) -> dict[str, JSON]:
    named = failure.error_type or (failure.metadata or {}).get("error_type")
    return {} if named is None else {"error_type": named}


def response_usage(usage: Mapping[str, JSON]) -> dict[str, JSON]:
    """The usage of a chat completion in the words of a response."""
    prompt, completion = _object(usage.get("prompt_tokens_details")), _object(usage.get("completion_tokens_details"))
    costs = _object(usage.get("cost_details"))
    renamed: dict[str, JSON] = {
        "input_tokens": usage["prompt_tokens"],
        "input_tokens_details": {
            "cached_tokens": prompt.get("cached_tokens") or 0,
            "cache_write_tokens": prompt.get("cache_write_tokens") or 0,
        },
        "output_tokens": usage["completion_tokens"],
        "output_tokens_details": {"reasoning_tokens": completion.get("reasoning_tokens") or 0},
        "cost_details": {
            "upstream_inference_cost": costs.get("upstream_inference_cost"),
            "upstream_inference_input_cost": costs.get("upstream_inference_prompt_cost") or 0,
            "upstream_inference_output_cost": costs.get("upstream_inference_completions_cost") or 0,
        },
    }
    old = {"prompt_tokens", "completion_tokens", "prompt_tokens_details", "completion_tokens_details", "cost_details"}
    return {**{key: value for key, value in usage.items() if key not in old}, **renamed}


def _object(value: JSON) -> Mapping[str, JSON]:
    return value if isinstance(value, Mapping) else {}
