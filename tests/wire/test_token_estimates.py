"""The estimate of tokens, held to what providers counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from langchain_openrouter._wire.token_estimate import estimate_messages
from tests.wire.recorded import MISSING, chat_ids, load_exchange, read_said

if not chat_ids():
    pytest.skip(MISSING, allow_module_level=True)

_WITH_MORE_TO_COUNT = {"tools", "plugins", "response_format"}


def is_text(message: dict[str, Any]) -> bool:
    content = message.get("content")
    return isinstance(content, str) or all(part.get("type") == "text" for part in content or [])


def long_texts() -> Iterator[tuple[str, int, int]]:
    """Recorded requests of more than 200 tokens of nothing but text: what we estimate, and what was counted."""
    for exchange_id in chat_ids():
        exchange = load_exchange(exchange_id)
        request = exchange["request"].get("json") or {}
        messages = request.get("messages") or []
        if (
            not all(map(is_text, messages))
            or _WITH_MORE_TO_COUNT & request.keys()
            or exchange["response"]["status"] != 200
        ):
            continue
        estimate = estimate_messages(messages)
        counted = (read_said(exchange).usage or {}).get("prompt_tokens")
        if counted and estimate > 200:
            yield exchange_id, estimate, counted


CASES = list(long_texts())


@pytest.mark.parametrize(("estimate", "counted"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_is_near_and_rather_too_high(estimate, counted):
    assert 0.9 * counted < estimate < 1.6 * counted


def test_there_are_long_texts():
    assert len(CASES) >= 5
