"""An answer that goes back as history carries what the recorded next request carried."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from langchain_openrouter._wire.messages import render_messages
from tests.wire.answers import parse_answer
from tests.wire.recorded import MISSING, chat_ids, load_exchange, read_said

if not chat_ids():
    pytest.skip(MISSING, allow_module_level=True)


def conversations() -> Iterator[tuple[str, list[str], dict[str, Any]]]:
    """Each assistant message of a recorded request, with the ids of the answers that it may have come from."""
    exchanges = {exchange_id: load_exchange(exchange_id) for exchange_id in chat_ids()}
    sources: dict[str, list[str]] = {}
    for exchange_id, exchange in exchanges.items():
        if exchange["response"]["status"] != 200:
            continue
        said = read_said(exchange)
        for key in {call["id"] for call in said.calls if call["id"]} or {said.text} - {""}:
            sources.setdefault(key, []).append(exchange_id)
    for exchange_id, exchange in exchanges.items():
        for position, message in enumerate((exchange["request"].get("json") or {}).get("messages") or []):
            found = [source for source in sources.get(key_of(message), []) if source != exchange_id]
            if found:
                yield f"{exchange_id}-{position}", found, message


def key_of(message: dict[str, Any]) -> str:
    if message.get("role") != "assistant":
        return ""
    calls = message.get("tool_calls") or []
    content = message.get("content")
    return str(calls[0].get("id")) if calls else content if isinstance(content, str) else ""


CASES = list(conversations())


def carried(message: dict[str, Any]) -> dict[str, Any]:
    """A message with what OpenRouter takes for equal made equal."""
    calls = [
        (call["id"], call["function"]["name"], json.loads(call["function"]["arguments"] or "{}"))
        for call in message.get("tool_calls") or []
    ]
    rest = {key: value for key, value in message.items() if key not in {"content", "tool_calls"} and value is not None}
    if "reasoning_details" in rest:
        # OpenAI's rs_ ids are left out on purpose: sent back, they are answered with 404
        rest["reasoning_details"] = [
            {k: v for k, v in detail.items() if k != "id" or not str(v).startswith("rs_")}
            for detail in rest["reasoning_details"]
        ]
    return {**rest, "content": message.get("content") or "", "tool_calls": calls}


@pytest.mark.parametrize(("sources", "sent"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_carries_what_was_sent(sources, sent):
    wanted = carried(sent)
    ours = [carried(render_messages([parse_answer(load_exchange(source))])[0]) for source in sources]
    assert any(has_all_of(mine, wanted) for mine in ours)


def has_all_of(mine: Any, wanted: Any) -> bool:
    """Whether everything wanted is there; more keys (an entry's `format`, the plain reasoning) do no harm."""
    if isinstance(wanted, dict) and isinstance(mine, dict):
        return all(key in mine and has_all_of(mine[key], value) for key, value in wanted.items())
    if isinstance(wanted, list) and isinstance(mine, list):
        return len(mine) == len(wanted) and all(map(has_all_of, mine, wanted))
    return mine == wanted


def test_there_are_conversations():
    """The pairing above finds what it is to test."""
    assert len(CASES) > 80
    assert any("reasoning_details" in sent for _, _, sent in CASES)
