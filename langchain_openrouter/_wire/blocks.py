"""Answers as LangChain's standard content blocks: reasoning, text with citations, calls, server tools, media, refusals.

LangChain asks for them by `message.content_blocks`, with `output_version="v1"` and in `stream_events(version="v3")`.
Blocks of a chunk carry an `index` that tells which block of the whole answer they are part of.

Source: https://docs.langchain.com/oss/python/langchain/messages#standard-content-blocks
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast
from uuid import uuid4

from langchain_core.messages import AIMessage, AIMessageChunk, ContentBlock

from langchain_openrouter._wire.reasoning import GROWING
from langchain_openrouter._wire.server_tool_blocks import translate_detail, translate_items
from langchain_openrouter._wire.types import ReadOnlyWire, Wire, as_list, as_object

_CITATION_NAMES = {
    "url": "url",
    "title": "title",
    "start_index": "start_index",
    "end_index": "end_index",
    "content": "cited_text",
}


def translate_message(message: AIMessage) -> list[ContentBlock]:
    """The blocks of a whole answer."""
    blocks = [*_blocks(message), *_calls(message)]
    return cast("list[ContentBlock]", [{k: v for k, v in block.items() if k != "index"} for block in blocks])


def translate_chunk(chunk: AIMessageChunk) -> list[ContentBlock]:
    """The blocks that a chunk adds to, or those of the whole answer where it is the sum of its chunks."""
    # fragments have their call's id once, so that a last chunk with nothing but ids is the sum
    is_whole = chunk.chunk_position == "last" and all(call.get("id") for call in chunk.tool_call_chunks)
    calls = _calls(chunk) if is_whole else _call_chunks(chunk)
    return cast("list[ContentBlock]", [*_blocks(chunk), *calls])


def _blocks(message: AIMessage) -> Iterator[Wire]:
    extras = message.additional_kwargs
    yield from _reasoning(extras)
    yield from _texts(message.content, as_list(extras.get("annotations")))
    for position, image in enumerate(as_list(extras.get("images"))):
        yield _image(as_object(image), position)
    if audio := as_object(extras.get("audio")):
        yield _audio(audio, message)
    if extras.get("refusal"):
        yield {"type": "refusal", "refusal": extras["refusal"], "index": "lc_refusal"}
    if output := as_list(extras.get("output")):
        yield from translate_items(output, _client_calls(message))


def _client_calls(message: AIMessage) -> frozenset[str]:
    calls = [*message.tool_calls, *message.invalid_tool_calls]
    return frozenset(str(call["id"]) for call in calls)


def _reasoning(extras: ReadOnlyWire) -> Iterator[Wire]:
    details = [as_object(detail) for detail in as_list(extras.get("reasoning_details"))]
    text = extras.get("reasoning_content")
    # the plain text and the details say the same, unless the details are all encrypted
    if text and not any(_detail_text(detail) for detail in details):
        yield {"type": "reasoning", "reasoning": text, "index": "lc_reasoning"}
    for position, detail in enumerate(details):
        yield from _detail(detail, f"lc_reasoning_{detail.get('index', position)}")


def _detail_text(detail: ReadOnlyWire) -> str:
    return str(detail.get("text") or detail.get("summary") or "")


def _detail(detail: Wire, index: str) -> Iterator[Wire]:
    kind = detail.get("type")
    if kind == "reasoning.server_tool_call":
        yield from translate_detail(detail, index)
    elif kind is None or kind in GROWING or kind == "reasoning.encrypted":
        # a fragment that goes on with an entry has no type
        rest = {key: value for key, value in detail.items() if key not in _DETAIL_PLACES and value is not None}
        block: Wire = {"type": "reasoning", "reasoning": _detail_text(detail), "index": index}
        if detail.get("id"):
            block["id"] = detail["id"]
        if kind is not None and kind != "reasoning.text":
            rest["type"] = kind
        yield {**block, "extras": rest} if rest else block
    else:
        yield {"type": "non_standard", "value": {k: v for k, v in detail.items() if k != "index"}, "index": index}


_DETAIL_PLACES = frozenset({"type", "text", "summary", "index", "id"})


def _texts(content: str | Sequence[object], annotations: Sequence[object]) -> Iterator[Wire]:
    parts = [content] if isinstance(content, str) else content
    texts = [part for part in (_text_block(part, position) for position, part in enumerate(parts)) if part]
    if annotations:
        texts = texts or [{"type": "text", "text": "", "index": "lc_text_0"}]
        texts[-1]["annotations"] = [_annotation(as_object(one)) for one in annotations]
    yield from texts


def _text_block(part: object, position: int) -> Wire | None:
    index = f"lc_text_{position}"
    if isinstance(part, str):
        return {"type": "text", "text": part, "index": index} if part else None
    block = as_object(part)
    if block.get("type") == "text":
        rest = {key: value for key, value in block.items() if key not in {"type", "text"}}
        return {"type": "text", "text": block.get("text") or "", **({"extras": rest} if rest else {}), "index": index}
    return {"type": "non_standard", "value": block, "index": index}


def _annotation(annotation: Wire) -> Wire:
    citation = as_object(annotation.get("url_citation"))
    if annotation.get("type") != "url_citation" or not citation:
        return {"type": "non_standard_annotation", "value": annotation}
    known = {name: citation[key] for key, name in _CITATION_NAMES.items() if citation.get(key) is not None}
    rest = {key: value for key, value in citation.items() if key not in _CITATION_NAMES}
    return {"type": "citation", **known, **({"extras": rest} if rest else {})}


def _image(image: Wire, position: int) -> Wire:
    wire = as_object(image.get("image_url"))
    rest = {
        **{key: value for key, value in image.items() if key not in {"type", "image_url", "index"}},
        **{key: value for key, value in wire.items() if key != "url"},
    }
    block = {"type": "image", **_url_or_base64(str(wire.get("url") or "")), **({"extras": rest} if rest else {})}
    return {**block, "index": f"lc_image_{image.get('index', position)}"}


def _url_or_base64(url: str) -> Wire:
    head, comma, data = url.partition(",")
    if not (comma and head.startswith("data:") and head.endswith(";base64")):
        return {"url": url}
    return {"base64": data, "mime_type": head.removeprefix("data:").removesuffix(";base64")}


def _audio(audio: Wire, message: AIMessage) -> Wire:
    rest = {key: value for key, value in audio.items() if key not in {"data", "id"}}
    block: Wire = {"type": "audio"}
    if audio.get("data"):
        block["base64"] = audio["data"]
    if audio.get("id"):
        block["id"] = audio["id"]
    if isinstance(message, AIMessageChunk):
        # LangChain's events would put each piece in the place of the one before, so each is a block of its own
        block["index"] = f"lc_audio_{uuid4().hex}"
    return {**block, "extras": rest} if rest else block


def _calls(message: AIMessage) -> Iterator[Wire]:
    for call in message.tool_calls:
        yield {"type": "tool_call", "name": call["name"], "args": call["args"], "id": call["id"]}
    for invalid in message.invalid_tool_calls:
        yield {"type": "invalid_tool_call", **{key: invalid.get(key) for key in ("name", "args", "id", "error")}}


def _call_chunks(chunk: AIMessageChunk) -> Iterator[Wire]:
    for call in chunk.tool_call_chunks:
        block: Wire = {"type": "tool_call_chunk", **{key: call.get(key) for key in ("id", "name", "args")}}
        yield {**block, "index": call["index"]} if isinstance(call.get("index"), int | str) else block
