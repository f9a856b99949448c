"""Every recorded answer of the Responses API comes out as the wire said it, and goes back as OpenRouter wants it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, ToolMessage

from langchain_openrouter import BadRequestError, ChatOpenRouter, StreamInterruptedError
from langchain_openrouter._http.sse import SSEDecoder
from langchain_openrouter._wire.responses.parse import parse_response
from langchain_openrouter._wire.responses.render import render_request
from langchain_openrouter._wire.responses.stream import ResponsesStreamParser
from tests.conftest import add_up
from tests.openapi import Document, document
from tests.wire.raw_server import RawServer
from tests.wire.recorded import MISSING, load_exchange, load_index

EXCHANGES = {entry["id"]: load_exchange(entry["id"]) for entry in load_index() if entry["path"] == "/api/v1/responses"}
if not EXCHANGES:
    pytest.skip(MISSING, allow_module_level=True)

ANSWERED = [name for name, exchange in EXCHANGES.items() if exchange["response"]["status"] == 200]
STREAMED = [name for name in ANSWERED if "event-stream" in EXCHANGES[name]["response"]["content_type"]]
REFUSED = sorted(EXCHANGES.keys() - set(ANSWERED))


@pytest.fixture(scope="module")
def server() -> Iterator[RawServer]:
    with RawServer(load_exchange) as running:
        yield running


def events_of(name: str) -> list[dict[str, Any]]:
    lines = EXCHANGES[name]["response"]["body_text"].splitlines()
    return [json.loads(line[6:]) for line in lines if line.startswith("data: {")]


def response_of(name: str) -> dict[str, Any]:
    """The whole response as the wire said it, streamed or not."""
    if name in STREAMED:
        return events_of(name)[-1]["response"]
    body = json.loads(EXCHANGES[name]["response"]["body_text"])
    return body.get("response", body)


def ask(server: RawServer, name: str, mode: str) -> AIMessage:
    model = ChatOpenRouter(
        model="any/model",
        api_key="sk-or-v1-test",
        base_url=f"{server.url}/{name}/api/v1",
        max_retries=0,
        use_responses_api=True,
    )
    if mode == "sync":
        return add_up(list(model.stream("hello"))) if name in STREAMED else model.invoke("hello")

    async def run() -> AIMessage:
        if name in STREAMED:
            return add_up([chunk async for chunk in model.astream("hello")])
        return await model.ainvoke("hello")

    return asyncio.run(run())


def parsed(name: str) -> AIMessage:
    """The message that a recorded response gives when it comes whole."""
    body = json.dumps(response_of(name)).encode()
    return parse_response(body, EXCHANGES[name]["response"]["headers"]).generations[0].message


def stream(pieces: list[bytes], headers: dict[str, str]) -> AIMessageChunk:
    decoder, parser = SSEDecoder(), ResponsesStreamParser(headers)
    chunks = [chunk for piece in [*pieces, b""] for chunk in parser.feed(decoder.feed(piece))]
    chunks += parser.feed(decoder.close())
    return add_up([chunk.message for chunk in [*chunks, parser.close()]])


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("name", ANSWERED)
def test_comes_out_as_the_wire_said(name, mode, server):
    message, said = ask(server, name, mode), response_of(name)
    output = said["output"]
    parts = [part for item in output if item["type"] == "message" for part in item["content"]]
    assert message.additional_kwargs["output"] == output
    assert message.content == "".join(part["text"] for part in parts)
    calls = [item for item in output if item["type"] == "function_call"]
    assert message.tool_calls == [
        {"type": "tool_call", "id": call["call_id"], "name": call["name"], "args": json.loads(call["arguments"])}
        for call in calls
    ]
    thoughts = [
        part["text"]
        for item in output
        if item["type"] == "reasoning"
        for part in item.get("content") or item["summary"]
    ]
    assert message.additional_kwargs.get("reasoning_content", "") == "\n\n".join(thoughts)
    check_facts(message, said)
    check_details(message, output)


def check_facts(message: AIMessage, said: dict[str, Any]) -> None:
    metadata, usage = message.response_metadata, said["usage"]
    assert metadata.get("model_name") == said.get("model")
    assert metadata.get("id") == said.get("id")
    assert metadata.get("created") == said.get("created_at")
    assert metadata.get("status") == said.get("status")
    cut = any(item.get("status") == "incomplete" for item in said["output"])
    assert metadata["finish_reason"] == ("length" if cut else "tool_calls" if message.tool_calls else "stop")
    unseen = {"output", "output_text", "usage", "tools", "instructions", "created_at", "model", "error"}
    for key, value in said.items():
        assert key in unseen or value is None or metadata[key] == value
    assert metadata.get("cost_details") == usage.get("cost_details")
    if "cost" in usage:
        assert Decimal(repr(metadata["cost"])) == Decimal(repr(usage["cost"]))
    else:
        assert "cost" not in metadata
    tokens = message.usage_metadata
    assert tokens["input_tokens"] == usage["input_tokens"]
    assert tokens["output_tokens"] == usage["output_tokens"]
    assert tokens["input_token_details"]["cache_read"] == usage["input_tokens_details"]["cached_tokens"]
    written = usage["input_tokens_details"].get("cache_write_tokens")
    assert tokens["input_token_details"].get("cache_creation") == written
    assert tokens["output_token_details"]["reasoning"] == usage["output_tokens_details"]["reasoning_tokens"]


def check_details(message: AIMessage, output: list[dict[str, Any]]) -> None:
    """Every piece of reasoning is there, with the id and the format of its item."""
    details = message.additional_kwargs.get("reasoning_details", [])
    expected = []
    for item in output:
        if item["type"] == "reasoning":
            marks = {"id": item["id"], **({"format": item["format"]} if "format" in item else {})}
            expected += [{"type": "reasoning.summary", "summary": one["text"], **marks} for one in item["summary"]]
            thoughts = item.get("content", [])
            expected += [{"type": "reasoning.text", "text": one["text"], **marks} for one in thoughts]
            if "encrypted_content" in item:
                expected.append({"type": "reasoning.encrypted", "data": item["encrypted_content"], **marks})
    assert details == [{**detail, "index": index} for index, detail in enumerate(expected)]


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_a_typed_error(name, server):
    with pytest.raises(BadRequestError) as caught:
        ask(server, name, "sync")
    assert "Invalid input" in str(caught.value)
    assert caught.value.body == json.loads(EXCHANGES[name]["response"]["body_text"])


@pytest.mark.parametrize("name", STREAMED)
def test_a_stream_adds_up_to_the_whole_answer(name):
    response = EXCHANGES[name]["response"]
    check_same(stream([response["body_text"].encode()], response["headers"]), parsed(name))


def check_same(left: AIMessage, right: AIMessage) -> None:
    for field in ("content", "additional_kwargs", "tool_calls", "invalid_tool_calls", "usage_metadata"):
        assert getattr(left, field) == getattr(right, field), field
    assert left.response_metadata == right.response_metadata


@pytest.mark.parametrize("name", STREAMED)
def test_the_network_may_cut_a_stream_at_every_byte(name):
    response = EXCHANGES[name]["response"]
    body = response["body_text"].encode()
    check_same(stream([body[at : at + 1] for at in range(len(body))], response["headers"]), parsed(name))
    whole = stream([body], response["headers"])
    for at in range(0, len(body), max(1, len(body) // 200)):
        check_same(stream([body[:at], body[at:]], response["headers"]), whole)


@pytest.mark.parametrize("name", STREAMED)
def test_a_stream_that_ends_early_says_so_and_keeps_what_came(name):
    response = EXCHANGES[name]["response"]
    events = events_of(name)
    text = ""
    for end, event in enumerate(events[:-1]):
        if event["type"] == "response.output_text.delta":
            text += event["delta"]
        parser = ResponsesStreamParser(response["headers"])
        parser.feed([json.dumps(one).encode() for one in events[: end + 1]])
        with pytest.raises(StreamInterruptedError) as caught:
            parser.close()
        assert caught.value.partial == text
        assert caught.value.generation_id == (response["headers"].get("x-generation-id") or events[0]["response"]["id"])


@pytest.mark.parametrize("name", STREAMED)
def test_deltas_are_passed_on_as_they_come(name):
    """Each event that brings text or arguments gives a chunk at once."""
    parser = ResponsesStreamParser({})
    for event in events_of(name):
        chunks = parser.feed([json.dumps(event).encode()])
        if event["type"] in {"response.output_text.delta", "response.reasoning_text.delta"}:
            message = chunks[0].message
            assert event["delta"] in (message.content, message.additional_kwargs.get("reasoning_content"))
        elif event["type"] == "response.function_call_arguments.delta":
            assert chunks[0].message.tool_call_chunks[0]["args"] == event["delta"]


@pytest.fixture(scope="module")
def judge() -> Document:
    return document()


@pytest.mark.parametrize("name", ANSWERED)
def test_the_answer_goes_back_as_it_came(name, judge):
    answer = parsed(name)
    results = [ToolMessage("done", tool_call_id=call["id"]) for call in answer.tool_calls]
    asked = [HumanMessage("hello"), answer, *results, HumanMessage("and now?")]
    model = answer.response_metadata.get("model_name", "openrouter/auto")
    body = json.loads(render_request(asked, {"model": model}, stream=False))
    assert not judge.request_problems("/responses", body)
    first, *sent, last = body["input"]
    output = response_of(name)["output"]
    for item, came in zip(sent, output, strict=False):
        assert {key: item[key] for key in came} == came
    assert sent[len(output) :] == [
        {"type": "function_call_output", "call_id": call["id"], "output": "done"} for call in answer.tool_calls
    ]
    assert (first["content"], last["content"]) == ("hello", "and now?")


def test_a_recorded_second_turn_is_written_as_it_was():
    """The first turn's recorded answer and a tool's result give the recorded second request."""
    first, second = ("llmor-test-llm-openrouter-test-tool-calls-1", "llmor-test-llm-openrouter-test-tool-calls-2")
    recorded = EXCHANGES[second]["request"]["json"]
    question, call, result = recorded["input"]
    answer = parsed(first)
    tool_message = ToolMessage(result["output"], tool_call_id=result["call_id"])
    options = {"model": recorded["model"], "tools": recorded["tools"], "store": False}
    body = json.loads(render_request([HumanMessage(question["content"]), answer, tool_message], options, stream=True))
    sent = body.pop("input")
    assert [{key: item[key] for key in came} for item, came in zip(sent, (question, call, result), strict=True)] == [
        question,
        call,
        result,
    ]
    assert body.pop("include") == ["reasoning.encrypted_content"]
    assert body == {key: value for key, value in recorded.items() if key != "input"}
