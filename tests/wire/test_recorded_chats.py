"""Every recorded chat comes out as the wire said it, or as a typed error that carries what the wire said."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk

from langchain_openrouter import APIStatusError, ChatOpenRouter, EmptyResponseError
from tests.wire.raw_server import RawServer
from tests.wire.recorded import MISSING, Said, chat_ids, load_exchange, read_said

IDS = chat_ids()

if not IDS:
    pytest.skip(MISSING, allow_module_level=True)


@pytest.fixture(scope="module")
def server() -> Iterator[RawServer]:
    with RawServer(load_exchange) as running:
        yield running


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    """One event loop for all asynchronous calls, as a service has."""
    with asyncio.Runner() as runner:
        yield runner


def model_for(server: RawServer, exchange_id: str) -> ChatOpenRouter:
    base_url = f"{server.url}/{exchange_id}/api/v1"
    return ChatOpenRouter(model="any/model", api_key="sk-or-v1-test", base_url=base_url, max_retries=0)


def ask(server: RawServer, exchange_id: str, *, streamed: bool) -> AIMessage:
    model = model_for(server, exchange_id)
    return add_up(list(model.stream("hello"))) if streamed else model.invoke("hello")


async def ask_async(server: RawServer, exchange_id: str, *, streamed: bool) -> AIMessage:
    model = model_for(server, exchange_id)
    return add_up([chunk async for chunk in model.astream("hello")]) if streamed else await model.ainvoke("hello")


def add_up(chunks: list[AIMessageChunk]) -> AIMessageChunk:
    return chunks[0] + chunks[1:] if len(chunks) > 1 else chunks[0]


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("exchange_id", IDS)
def test_comes_out_as_the_wire_said(exchange_id, mode, server, loop):
    exchange = load_exchange(exchange_id)
    said = read_said(exchange)
    streamed = "event-stream" in exchange["response"]["content_type"]
    answer, error = None, None
    try:
        if mode == "sync":
            answer = ask(server, exchange_id, streamed=streamed)
        else:
            answer = loop.run(ask_async(server, exchange_id, streamed=streamed))
    except (APIStatusError, EmptyResponseError) as raised:
        error = raised
    if answer is not None:
        assert not said.error
        assert not said.is_nothing
        check_message(answer, said)
    elif isinstance(error, APIStatusError):
        check_error(error, exchange, said)
    else:
        assert said.is_nothing
        assert error.generation_id == said.facts["id"]


def check_error(error: APIStatusError, exchange: dict[str, Any], said: Said) -> None:
    """The error is of the status's class and carries the wire's words."""
    assert said.error, "an answer without an error raised one"
    status = exchange["response"]["status"]
    assert error.status_code == (status if status >= 400 else said.error["code"])
    assert type(error) is not APIStatusError
    assert said.error["message"] in str(error)
    assert error.metadata == (said.error.get("metadata") or {})
    assert error.partial == (said.text if status < 400 else "")


def check_message(message: AIMessage, said: Said) -> None:
    assert message.content == said.text
    assert message.additional_kwargs.get("reasoning_content", "") == said.reasoning
    metadata = message.response_metadata
    assert metadata["finish_reason"] == said.facts.get("finish_reason")
    assert metadata["model_name"] == said.facts["model"]
    assert metadata.get("id") == said.facts["id"]
    for key in ("provider", "native_finish_reason"):
        assert metadata.get(key) == said.facts.get(key)
    check_calls(message, said)
    check_usage(message, said)


def check_calls(message: AIMessage, said: Said) -> None:
    """Every call is there with its id and arguments; what is no JSON object is kept as an invalid call."""
    valid = {call["id"]: call for call in message.tool_calls}
    invalid = {call["id"]: call for call in message.invalid_tool_calls}
    assert len(valid) + len(invalid) == len(said.calls)
    for position, wire in enumerate(said.calls):
        call_id = wire["id"] or list({**valid, **invalid})[position]
        if call_id in valid:
            assert valid[call_id]["name"] == wire["name"]
            assert valid[call_id]["args"] == json.loads(wire["arguments"] or "{}", strict=False)
        else:
            assert invalid[call_id]["name"] == wire["name"]
            assert invalid[call_id]["args"].startswith(wire["arguments"])


def check_usage(message: AIMessage, said: Said) -> None:
    cost = message.response_metadata.get("cost")
    assert (None if cost is None else Decimal(repr(cost))) == said.cost
    if said.usage is None:
        assert message.usage_metadata is None
        return
    usage = message.usage_metadata
    assert usage["input_tokens"] == said.usage["prompt_tokens"]
    assert usage["output_tokens"] == said.usage["completion_tokens"]
    assert usage["total_tokens"] == said.usage["total_tokens"]
    for wire_details, ours, names in (
        ("prompt_tokens_details", "input_token_details", {"cached_tokens": "cache_read"}),
        ("completion_tokens_details", "output_token_details", {"reasoning_tokens": "reasoning"}),
    ):
        for wire_name, name in names.items():
            assert usage.get(ours, {}).get(name) == (said.usage.get(wire_details) or {}).get(wire_name)
