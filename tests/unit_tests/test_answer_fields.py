"""Everything that an answer of OpenRouter says is somewhere in the message, in all four ways to ask."""

from __future__ import annotations

import json
from typing import Any

import pytest

from langchain_openrouter.emulator import Verbatim

USAGE = {
    "prompt_tokens": 10,
    "completion_tokens": 20,
    "total_tokens": 30,
    "prompt_tokens_details": {"cached_tokens": 1, "cache_write_tokens": 2, "audio_tokens": 3, "video_tokens": 4},
    "completion_tokens_details": {
        "reasoning_tokens": 5,
        "audio_tokens": 6,
        "image_tokens": 7,
        "accepted_prediction_tokens": 8,
        "rejected_prediction_tokens": 9,
    },
    "cost": 0.001,
    "is_byok": True,
    "cost_details": {"upstream_inference_cost": 0.02, "server_tool_cost": 0.003},
    "server_tool_use_details": {"tool_calls_requested": 2, "tool_calls_executed": 2, "web_search_requests": 1},
    "speed": "fast",
    "of_tomorrow": {"x": 1},
}
ROUTING = {"requested": "a/b", "strategy": "direct", "endpoints": {"total": 1, "available": []}, "attempt": 1}
LOGPROBS = {"content": [{"token": "Hi", "logprob": -0.1, "bytes": [72, 105], "top_logprobs": []}]}
HEAD = {
    "id": "gen-1",
    "created": 1,
    "model": "a/b",
    "provider": "Acme",
    "system_fingerprint": "fp",
    "service_tier": "priority",
    "of_tomorrow_at_the_top": [1],
}
HEADERS = {
    "x-generation-id": "gen-of-the-header",
    "x-openrouter-cache-status": "HIT",
    "x-openrouter-cache-age": "12",
    "x-openrouter-cache-ttl": "300",
    "x-openrouter-cache-source-id": "gen-0",
}


def whole() -> Verbatim:
    choice = {
        "index": 0,
        "finish_reason": "stop",
        "native_finish_reason": "end_turn",
        "logprobs": LOGPROBS,
        "message": {"role": "assistant", "content": "Hi"},
    }
    body = {**HEAD, "object": "chat.completion", "choices": [choice], "usage": USAGE, "openrouter_metadata": ROUTING}
    return Verbatim(200, [json.dumps(body).encode()], headers={"content-type": "application/json", **HEADERS})


def streamed() -> Verbatim:
    def event(choice: dict[str, Any] | None, **more: Any) -> bytes:
        head = {**HEAD, "object": "chat.completion.chunk", "choices": [] if choice is None else [choice], **more}
        return b"data: " + json.dumps(head).encode() + b"\n\n"

    pieces = [
        b": OPENROUTER PROCESSING\n\n",
        event(
            {
                "index": 0,
                "delta": {"role": "assistant", "content": "Hi"},
                "logprobs": LOGPROBS,
                "finish_reason": None,
            }
        ),
        event({"index": 0, "delta": {"content": ""}, "finish_reason": "stop", "native_finish_reason": "end_turn"}),
        event(None, usage=USAGE, openrouter_metadata=ROUTING),
        b"data: [DONE]\n\n",
    ]
    return Verbatim(200, pieces, headers={"content-type": "text/event-stream", **HEADERS})


@pytest.fixture
def answer(request, ask, model, play):
    is_stream = "stream" in request.node.callspec.params["ask"]
    play(streamed() if is_stream else whole(), checks_requests=False)
    return ask(model(), "hello")


def test_metadata(answer):
    metadata = dict(answer.response_metadata)
    assert metadata.pop("object").startswith("chat.completion")
    assert metadata == {
        "model_provider": "openrouter",
        "model_name": "a/b",
        "id": "gen-1",
        "generation_id": "gen-of-the-header",
        "created": 1,
        "provider": "Acme",
        "system_fingerprint": "fp",
        "service_tier": "priority",
        "of_tomorrow_at_the_top": [1],
        "finish_reason": "stop",
        "native_finish_reason": "end_turn",
        "logprobs": LOGPROBS,
        "openrouter_metadata": ROUTING,
        "response_cache": {"status": "HIT", "age": "12", "ttl": "300", "source_id": "gen-0"},
        "cost": 0.001,
        "is_byok": True,
        "cost_details": {"upstream_inference_cost": 0.02, "server_tool_cost": 0.003},
        "server_tool_use_details": {"tool_calls_requested": 2, "tool_calls_executed": 2, "web_search_requests": 1},
        "speed": "fast",
        "of_tomorrow": {"x": 1},
    }


def test_usage_with_every_detail(answer):
    assert answer.usage_metadata == {
        "input_tokens": 10,
        "output_tokens": 20,
        "total_tokens": 30,
        "input_token_details": {"cache_read": 1, "cache_creation": 2, "audio": 3, "video": 4},
        "output_token_details": {
            "reasoning": 5,
            "audio": 6,
            "image": 7,
            "accepted_prediction": 8,
            "rejected_prediction": 9,
        },
    }


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_has_not_is_refused(number, model, emulator):
    """JSON would say null, and the option would be dropped in silence."""
    with pytest.raises(ValueError, match=r"temperature=.* has no form in JSON"):
        model(temperature=number).invoke("hello")
    assert emulator.requests == []
