"""A chunk costs the same late in a long stream as early in a short one: in calls, and in bytes copied."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import tracemalloc
from collections.abc import Callable
from math import isqrt
from typing import Any

import pytest
from langchain_core.load import dumpd
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.outputs.chat_generation import merge_chat_generation_chunks

from langchain_openrouter import ChatOpenRouter
from langchain_openrouter._http.sse import SSEDecoder
from langchain_openrouter._wire.responses.stream import ResponsesStreamParser
from langchain_openrouter._wire.stream import StreamParser
from tests.unit_tests.plain_server import Page, plain_server
from tests.unit_tests.traps.wire_replies import SSE, call, event

Event = dict[str, Any]
TWENTY = "twenty characters, "


def delta(kind: str, **facts: Any) -> Event:
    """An event of the Responses API that goes on with the first item."""
    return {"type": f"response.{kind}.delta", "output_index": 0, "content_index": 0, **facts}


def item(**facts: Any) -> Event:
    """The event that begins the first item."""
    return {"type": "response.output_item.added", "output_index": 0, "item": {"id": "item_1", **facts}}


DETAIL = {"type": "reasoning.text", "text": TWENTY, "index": 0, "format": "unknown"}
CHAT: dict[str, tuple[list[Event], Event]] = {
    "text": ([], event({"content": "word "})),
    "arguments": (
        [event({"tool_calls": [call('{"a": "', name="f", index=0, id="call_1")]})],
        event({"tool_calls": [{"index": 0, "function": {"arguments": "four"}}]}),
    ),
    "reasoning": ([], event({"reasoning": TWENTY, "reasoning_details": [DETAIL]})),
    "refusal": ([], event({"refusal": "No. "})),
}
RESPONSES: dict[str, tuple[list[Event], Event]] = {
    "text": ([item(type="message", content=[])], delta("output_text", delta="word ")),
    "arguments": (
        [
            item(type="function_call", call_id="call_1", name="f", arguments=""),
            delta("function_call_arguments", delta='{"a": "'),
        ],
        delta("function_call_arguments", delta="four"),
    ),
    "reasoning": ([item(type="reasoning")], delta("reasoning_text", delta=TWENTY)),
    "summary": ([item(type="reasoning")], delta("reasoning_summary_text", summary_index=0, delta=TWENTY)),
    "refusal": ([item(type="message", content=[])], delta("refusal", delta="No. ")),
}
STREAMS = [
    *(pytest.param(StreamParser, *CHAT[kind], id=f"chat {kind}") for kind in CHAT),
    *(pytest.param(ResponsesStreamParser, *RESPONSES[kind], id=f"responses {kind}") for kind in RESPONSES),
]


def encode(one: Event) -> bytes:
    return json.dumps(one).encode()


def calls_in(act: Callable[[], object]) -> int:
    """How many functions are called, and return, in this thread."""
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    # what the collector finalizes for others is not of these calls
    gc.disable()
    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
        gc.enable()
    return count


def bytes_in(act: Callable[[], object]) -> int:
    """How many bytes are taken at most."""
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("parser", "begin", "go_on"), STREAMS)
def test_a_chunk_is_read_in_as_many_calls_however_many_came_before(parser, begin, go_on):
    parsing = parser({})
    parsing.feed([encode(one) for one in begin])
    payload = encode(go_on)
    parsing.feed([payload])
    early = calls_in(lambda: parsing.feed([payload] * 10))
    for _ in range(10_000):
        parsing.feed([payload])
    assert calls_in(lambda: parsing.feed([payload] * 10)) == early


@pytest.mark.parametrize(("parser", "begin", "go_on"), STREAMS)
def test_what_came_before_is_not_copied_for_each_chunk(parser, begin, go_on):
    """After 40 KB to 200 KB, the next chunk takes what any takes, but where a list of pieces grows."""
    parsing = parser({})
    parsing.feed([encode(one) for one in begin])
    payload = encode(go_on)
    for _ in range(10_000):
        parsing.feed([payload])
    taken = sorted(bytes_in(lambda: parsing.feed([payload])) for _ in range(11))
    assert taken[5] < 10_000


def test_arguments_of_200_kilobytes_in_four_bytes_each():
    parsing = StreamParser({})
    begin, go_on = CHAT["arguments"]
    end = event({"tool_calls": [{"index": 0, "function": {"arguments": '"}'}}]}, "tool_calls")
    payloads = [*map(encode, begin), *[encode(go_on)] * 50_000, encode(end), b"[DONE]"]
    message = merge_chat_generation_chunks([*parsing.feed(payloads), parsing.close()]).message
    assert message.tool_calls[0]["args"] == {"a": "four" * 50_000}


def test_an_event_of_five_megabytes_in_small_reads():
    decoder = SSEDecoder()
    decoder.feed(b'data: "')
    for _ in range(5_000):
        decoder.feed(b"x" * 1024)
    assert bytes_in(lambda: decoder.feed(b"x" * 1024)) < 100_000
    (payload,) = decoder.feed(b'"\n\n')
    assert len(payload) == 5_001 * 1024 + 2


class Adding:
    """How many chunks LangChain is given to add to one, each time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.counts: list[int] = []
        add = ChatGenerationChunk.__add__

        def watch(one: ChatGenerationChunk, other: list[ChatGenerationChunk]) -> ChatGenerationChunk:
            self.counts.append(len(other))
            return add(one, other)

        monkeypatch.setattr(ChatGenerationChunk, "__add__", watch)


def chunks_of(parser: type[StreamParser], begin: list[Event], go_on: Event, count: int) -> list[ChatGenerationChunk]:
    parsing = parser({})
    chunks = parsing.feed([*map(encode, begin), *[encode(go_on)] * count, b"[DONE]"])
    return [*chunks, parsing.close()]


@pytest.mark.parametrize(("parser", "begin", "go_on"), STREAMS)
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 100])
def test_the_sum_is_langchains(parser, begin, go_on, count):
    first, *rest = chunks_of(parser, begin, go_on, count)
    assert first + rest == ChatGenerationChunk.__add__(first, rest)


@pytest.mark.parametrize("kind", CHAT)
def test_the_sum_of_many_is_made_in_groups(kind, monkeypatch):
    """Each copies what it has so far, chunk by chunk."""
    first, *rest = chunks_of(StreamParser, *CHAT[kind], 10_000)
    adding = Adding(monkeypatch)
    merge_chat_generation_chunks([first, *rest])
    assert max(adding.counts, default=0) <= isqrt(len(rest)) + 1


def test_a_chunk_is_stored_as_langchains():
    first, *_ = chunks_of(StreamParser, *CHAT["text"], 1)
    assert dumpd(first)["id"] == dumpd(ChatGenerationChunk(message=first.message))["id"]


def body_of(begin: list[Event], go_on: Event, count: int) -> bytes:
    events = [*begin, *[go_on] * count, event({}, "stop")]
    return b"".join(b"data: " + encode(one) + b"\n\n" for one in events) + b"data: [DONE]\n\n"


async def read(stream: Any) -> None:
    async for _ in stream:
        pass


WAYS: dict[str, Callable[[ChatOpenRouter], object]] = {
    "stream": lambda model: [None for _ in model.stream("hello")],
    "astream": lambda model: asyncio.run(read(model.astream("hello"))),
    "invoke that streams": lambda model: model.model_copy(update={"streaming": True}).invoke("hello"),
    "invoke with sound": lambda model: model.invoke("hello", modalities=["text", "audio"]),
    "standard blocks": lambda model: [None for _ in model.model_copy(update={"output_version": "v1"}).stream("hello")],
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", CHAT)
def test_a_whole_call_takes_as_many_calls_for_each_chunk(way, kind, monkeypatch):
    monkeypatch.setenv("OPENROUTER_CACHE_TTL_MODELS", "0")
    count = 300
    with plain_server(lambda _: Page(body, headers=SSE)) as server:
        model = ChatOpenRouter(model="openai/gpt-4o-mini", api_key="sk-none", base_url=server.url)
        spent = []
        for times in (1, 1, 5):
            body = body_of(*CHAT[kind], count * times)
            spent.append(calls_in(lambda: WAYS[way](model)))
    _, once, five_times = spent
    assert five_times / 5 < 1.1 * once
