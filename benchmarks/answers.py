"""What the server answers: whole HTTP responses in the shape of OpenRouter's, encoded once."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from probes.prices import ANSWER_TOKENS, CALL_USD, COMPLETION_USD, PROMPT_TOKENS, PROMPT_USD

EVENTS_PER_WRITE = 10

GENERATION_ID = "gen-1790000000-0123456789abcdefghij"
FACTS = {"id": GENERATION_ID, "provider": "OpenAI", "model": "openai/gpt-5-mini", "created": 1}

USAGE = {
    "prompt_tokens": PROMPT_TOKENS,
    "completion_tokens": ANSWER_TOKENS,
    "total_tokens": PROMPT_TOKENS + ANSWER_TOKENS,
    "cost": float(CALL_USD),
    "is_byok": False,
    "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 4900, "image_tokens": 0},
    "cost_details": {"upstream_inference_cost": None},
}

MODEL_INFO = {
    "id": FACTS["model"],
    "name": "OpenAI: GPT-5 Mini",
    "created": FACTS["created"],
    "context_length": 400_000,
    "architecture": {"input_modalities": ["text"], "output_modalities": ["text"], "tokenizer": "GPT"},
    "pricing": {"prompt": f"{PROMPT_USD:f}", "completion": f"{COMPLETION_USD:f}"},
    "top_provider": {"context_length": 400_000, "max_completion_tokens": 128_000, "is_moderated": False},
    "supported_parameters": ["max_tokens", "max_completion_tokens", "reasoning", "tools"],
}

_TWENTY = "twenty characters, "
_CALL = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "write", "arguments": '{"text": "'}}
_DETAIL = {"type": "reasoning.text", "text": _TWENTY, "index": 0, "format": "unknown"}


class Kind(NamedTuple):
    """The deltas of a stream: one for each number, and those around them."""

    numbered: Callable[[int], dict[str, Any]]
    first: tuple[dict[str, Any], ...] = ()
    last: tuple[dict[str, Any], ...] = ()


KINDS = {
    "text": Kind(lambda number: {"content": f" word{number}"}),
    "arguments": Kind(
        lambda _: {"tool_calls": [{"index": 0, "function": {"arguments": "four"}}]},
        first=({"tool_calls": [_CALL]},),
        last=({"tool_calls": [{"index": 0, "function": {"arguments": '"}'}}]},),
    ),
    "reasoning": Kind(lambda _: {"content": "", "reasoning": _TWENTY, "reasoning_details": [_DETAIL]}),
}
"""Of what streams can be. Words differ, since some clients take one that is repeated for a model that is stuck."""


def unstreamed(number: int) -> bytes:
    """A response of some 60 tokens, after long reasoning that is not shown. It has the id of its number."""
    return _first_unstreamed().replace(GENERATION_ID.encode(), b"gen-1790000000-%020d" % number)


@cache
def models() -> bytes:
    """The list of models, which has the one that answers."""
    return _json(json.dumps({"data": [MODEL_INFO]}).encode())


def key(answers: int) -> bytes:
    """What the key has spent with so many answers."""
    data = {"label": "sk-or-v1-non...one", "usage": float(answers * CALL_USD), "limit": None}
    return _json(json.dumps({"data": data}).encode())


@cache
def streamed(kind: str, chunks: int) -> bytes:
    """A response of events, `EVENTS_PER_WRITE` to a piece of its chunked body.

    Args:
        kind: One of `KINDS`.
        chunks: How many events hold what the stream is of.
    """
    deltas = KINDS[kind]
    events = map(_event, [*deltas.first, *map(deltas.numbered, range(chunks)), *deltas.last])
    lines = [b": OPENROUTER PROCESSING\n\n", *events, _event({}, "stop"), _event({}, usage=USAGE), b"data: [DONE]\n\n"]
    writes = [b"".join(lines[at : at + EVENTS_PER_WRITE]) for at in range(0, len(lines), EVENTS_PER_WRITE)]
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(data), data) for data in writes) + b"0\r\n\r\n"


@cache
def _first_unstreamed() -> bytes:
    message = {"role": "assistant", "content": "All the world is a stage. " * 12, "refusal": None, "reasoning": None}
    choice = {"message": message, "finish_reason": "stop"}
    return _json(
        _body(choice, "chat.completion", usage=USAGE, system_fingerprint=None),
        b"x-generation-id: %b\r\n" % GENERATION_ID.encode(),
    )


def _json(data: bytes, headers: bytes = b"") -> bytes:
    head = b"HTTP/1.1 200 OK\r\n%bcontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % (headers, len(data)) + data


def _event(delta: dict[str, Any], finish: str | None = None, **more: object) -> bytes:
    choice = {"delta": {"role": "assistant", "content": "", **delta}, "finish_reason": finish}
    return b"data: %b\n\n" % _body(choice, "chat.completion.chunk", **more)


def _body(choice: dict[str, Any], kind: str, **more: object) -> bytes:
    choice = {"index": 0, "logprobs": None, "native_finish_reason": choice["finish_reason"], **choice}
    return json.dumps({**FACTS, "object": kind, "choices": [choice], **more}).encode()
