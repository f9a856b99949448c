"""Answers written by hand: what OpenRouter and its upstreams were seen to send, and a proper server would not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from langchain_openrouter.emulator import Verbatim

FACTS = {"id": "gen-1", "created": 1, "model": "openai/gpt-4o-mini", "provider": "Acme"}
USAGE = {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4, "cost": 0.0000105}
SSE = {"content-type": "text/event-stream", "x-generation-id": "gen-1"}
DONE = b"data: [DONE]\n\n"


def plain(body: Mapping[str, Any], status: int = 200) -> Verbatim:
    """A body of JSON."""
    return Verbatim(status, [json.dumps(body).encode()])


def whole(
    message: Mapping[str, Any], finish: str | None = "stop", *, usage: Mapping[str, Any] | None = USAGE, **choice: Any
) -> Verbatim:
    """An unstreamed answer."""
    only = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish, **choice}
    return plain({**FACTS, "object": "chat.completion", "choices": [only], "usage": usage})


def event(delta: Any = None, finish: str | None = None, **choice: Any) -> dict[str, Any]:
    """One event of a stream."""
    return {**FACTS, "choices": [{"index": 0, "delta": delta, "finish_reason": finish, **choice}]}


def streamed(*events: Mapping[str, Any] | bytes, done: bool = True) -> Verbatim:
    """A streamed answer of events, or of bytes as they are, each one a piece of its own."""
    pieces = [one if isinstance(one, bytes) else b"data: " + json.dumps(one).encode() + b"\n\n" for one in events]
    return Verbatim(200, [*pieces, DONE] if done else pieces, SSE)


def call(arguments: Any = None, *, name: str | None = None, **facts: Any) -> dict[str, Any]:
    """A tool call, or a fragment of one."""
    return {**facts, "type": "function", "function": {"name": name, "arguments": arguments}}
