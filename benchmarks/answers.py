"""What the server answers: whole HTTP responses in the shape of OpenRouter's, encoded once."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

EVENTS_PER_WRITE = 10

FACTS = {"id": "gen-1790000000-0123456789abcdefghij", "provider": "OpenAI", "model": "openai/gpt-5-mini", "created": 1}

USAGE = {
    "prompt_tokens": 10,
    "completion_tokens": 60,
    "total_tokens": 70,
    "cost": 0.000123,
    "is_byok": False,
    "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0, "image_tokens": 0},
    "cost_details": {"upstream_inference_cost": None},
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


@cache
def unstreamed() -> bytes:
    """A response of some 60 tokens."""
    message = {"role": "assistant", "content": "All the world is a stage. " * 12, "refusal": None, "reasoning": None}
    data = _body({"message": message, "finish_reason": "stop"}, "chat.completion", usage=USAGE, system_fingerprint=None)
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(data), data)


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


def _event(delta: dict[str, Any], finish: str | None = None, **more: object) -> bytes:
    choice = {"delta": {"role": "assistant", "content": "", **delta}, "finish_reason": finish}
    return b"data: %b\n\n" % _body(choice, "chat.completion.chunk", **more)


def _body(choice: dict[str, Any], kind: str, **more: object) -> bytes:
    choice = {"index": 0, "logprobs": None, "native_finish_reason": choice["finish_reason"], **choice}
    return json.dumps({**FACTS, "object": kind, "choices": [choice], **more}).encode()
