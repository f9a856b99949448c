"""Every recorded stream means the same wherever the network cuts it."""

from __future__ import annotations

import pytest
from langchain_core.outputs import ChatGenerationChunk

from langchain_openrouter import OpenRouterError
from langchain_openrouter._http.sse import SSEDecoder
from tests.wire.answers import parse_chunks, parse_stream
from tests.wire.recorded import MISSING, chat_ids, load_exchange, load_index

IDS = [entry["id"] for entry in load_index() if "stream" in entry["tags"] and entry["id"] in set(chat_ids())]

if not IDS:
    pytest.skip(MISSING, allow_module_level=True)


@pytest.mark.parametrize("exchange_id", IDS)
def test_cut_at_every_byte(exchange_id):
    """A decoder that gets one byte at a time is cut at every place there is."""
    response = load_exchange(exchange_id)["response"]
    body = response["body_text"].encode()
    bytewise = [body[at : at + 1] for at in range(len(body))]
    assert outcome(bytewise, response["headers"]) == outcome([body], response["headers"])


def outcome(pieces: list[bytes], headers: dict[str, str]) -> object:
    try:
        return parse_stream(pieces, headers)
    except OpenRouterError as error:
        return type(error), str(error), error.partial


def test_chunks_add_up_as_langchain_adds_them():
    """In groups or one by one: of every recorded stream that can be read."""
    seen = 0
    for exchange_id in IDS:
        response = load_exchange(exchange_id)["response"]
        try:
            first, *rest = parse_chunks([response["body_text"].encode()], response["headers"])
        except OpenRouterError:
            continue
        assert first + rest == ChatGenerationChunk.__add__(first, rest)
        seen += 1
    assert seen > 100


def test_cut_in_two_anywhere():
    """For one stream with multi-byte characters, comments and tool calls, two pieces at each place."""
    body = ': OPENROUTER PROCESSING\r\n\r\ndata: {"a": "é漢😀"}\r\n\r\ndata: [DONE]\r\n\r\n'.encode()
    whole = SSEDecoder().feed(body)
    assert len(whole) == 2
    for at in range(len(body) + 1):
        decoder = SSEDecoder()
        assert decoder.feed(body[:at]) + decoder.feed(body[at:]) + decoder.close() == whole
