"""Recorded answers through the client's pure parts, without HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from langchain_core.messages import AIMessage
from langchain_core.messages.utils import message_chunk_to_message
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.outputs.chat_generation import merge_chat_generation_chunks

from langchain_openrouter._http.sse import SSEDecoder
from langchain_openrouter._wire.parse import parse_response
from langchain_openrouter._wire.stream import StreamParser


def parse_answer(exchange: dict[str, Any]) -> AIMessage:
    """The message of an exchange that went well."""
    response = exchange["response"]
    body = response["body_text"].encode()
    if "event-stream" in response["content_type"]:
        return parse_stream([body], response["headers"])
    return parse_response(body, response["headers"]).generations[0].message


def parse_stream(pieces: Iterable[bytes], headers: dict[str, str]) -> AIMessage:
    """The message that the chunks of a stream add up to."""
    return message_chunk_to_message(merge_chat_generation_chunks(parse_chunks(pieces, headers)).message)


def parse_chunks(pieces: Iterable[bytes], headers: dict[str, str]) -> list[ChatGenerationChunk]:
    """The chunks of a stream."""
    decoder, parser = SSEDecoder(), StreamParser(headers)
    chunks = [chunk for piece in pieces for chunk in parser.feed(decoder.feed(piece))]
    return [*chunks, *parser.feed(decoder.close()), parser.close()]
