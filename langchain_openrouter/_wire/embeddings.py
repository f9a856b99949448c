"""Inputs to the body of `POST /embeddings`, and its answer to vectors.

Source: https://openrouter.ai/docs/api-reference/embeddings
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, TypeAlias

from langchain_openrouter._wire.content import render_part
from langchain_openrouter._wire.json_text import dump_json
from langchain_openrouter._wire.retrieval import parse_facts, parse_success, place
from langchain_openrouter._wire.types import Wire, as_list, as_object
from langchain_openrouter.errors import MessageError, RequestError, ResponseFormatError
from langchain_openrouter.retrieval_results import EmbeddingsResponse

EmbeddingInput: TypeAlias = str | Sequence[int] | Mapping[str, Any] | Sequence[str | Mapping[str, Any]]
"""What one vector is made of: a text, the tokens of one, a content block, or a list of texts and content blocks."""

_NOT_FACTS = frozenset({"data", "object"})
_MEDIA = {"video_url": ("input_video", "url"), "file": ("input_file", "file_data")}
"""Parts of a chat message that have another name here, and the key that holds their data."""
_FLOAT_SIZE = 4


def render_inputs(inputs: Sequence[EmbeddingInput]) -> list[Any]:
    """Render the inputs of a call: texts alone stay as they are, and so do tokens; else all become content.

    Raises:
        RequestError: There is something that cannot be embedded.
    """
    if isinstance(inputs, str | bytes | Mapping) or not isinstance(inputs, Sequence):
        raise RequestError(
            f"Embedding takes a list of inputs, not {type(inputs).__name__}: for a single one, give [it], or use "
            "`embed_query`."
        )
    if all(isinstance(one, str) for one in inputs) or all(_is_tokens(one) for one in inputs):
        return list(inputs)
    return [_render_content(position, one) for position, one in enumerate(inputs)]


def render_embeddings(wire_inputs: Sequence[Any], options: Mapping[str, Any]) -> bytes:
    """Render the body of `POST /embeddings`. Options, by their names on the wire, that are `None` are left out.

    Raises:
        RequestError: Something has no form in JSON.
    """
    body: Wire = {"input": wire_inputs}
    body.update((key, value) for key, value in options.items() if value is not None)
    return dump_json(body)


def _is_tokens(one: object) -> bool:
    return isinstance(one, Sequence) and not isinstance(one, str | bytes) and all(type(token) is int for token in one)


def _render_content(position: int, one: EmbeddingInput) -> Wire:
    if isinstance(one, Mapping) and "content" in one and "type" not in one:
        return dict(one)
    if isinstance(one, bytes) or not isinstance(one, str | Mapping | Sequence):
        raise RequestError(
            f"Input {position} is of the type {type(one).__name__}: give a text, a content block, or a list of them."
        )
    blocks = [one] if isinstance(one, str | Mapping) else one
    return {"content": [_render_part(render_part(block)) for block in blocks]}


def _render_part(part: Wire) -> Wire:
    """Name a part of a chat message as `/embeddings` does: there, videos and files are media with `data`."""
    kind, source = _MEDIA.get(str(part.get("type")), (None, ""))
    if kind is None:
        return part
    media = dict(as_object(part.get(part["type"])))
    data = media.pop(source, None)
    if not isinstance(data, str):
        raise MessageError(f"`{kind}` is embedded by its data, not by an id: give `base64` or a `url`.")
    return {"type": kind, kind: {"data": data, **media}}


def parse_embeddings(content: bytes, headers: Mapping[str, str], *, first: int, count: int) -> EmbeddingsResponse:
    """Read the body of `POST /embeddings`.

    Args:
        content: The body.
        headers: The response's headers, lower-case names.
        first: Position of the request's first input in the whole call.
        count: How many inputs the request had.

    Raises:
        APIStatusError: The body holds an error, though its status is 200.
        ResponseFormatError: The body is no list of as many vectors as there were inputs.
    """
    body = parse_success(content, headers)
    facts = parse_facts(body, headers, _NOT_FACTS)
    items = as_list(body.get("data"))
    if len(items) != count:
        raise ResponseFormatError(
            f"The server sent {len(items)} vectors for {count} inputs: {content[:200].decode(errors='replace')}",
            generation_id=facts.generation_id,
        )
    vectors: list[list[float] | None] = [None] * count
    for position, item in enumerate(items):
        wire = as_object(item)
        index = wire.get("index")
        at = place(position if index is None else index, vectors, facts.generation_id)
        vectors[at] = _parse_vector(wire.get("embedding"), facts.generation_id)
    return EmbeddingsResponse(
        first=first,
        vectors=[vector for vector in vectors if vector is not None],
        usage=facts.usage,
        model_name=facts.model_name,
        provider=facts.provider,
        generation_id=facts.generation_id,
        metadata=facts.metadata,
    )


def _parse_vector(wire: object, generation_id: str | None) -> list[float]:
    """Read a vector in either of its forms: servers do not always keep to the one that was asked for."""
    if isinstance(wire, str):
        return _decode_vector(wire, generation_id)
    if not isinstance(wire, list) or not wire:
        _refuse_vector(wire, generation_id)
    try:
        return [float(number) for number in wire]
    except (TypeError, ValueError, OverflowError):
        _refuse_vector(wire, generation_id)


def _decode_vector(text: str, generation_id: str | None) -> list[float]:
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        _refuse_vector(text, generation_id)
    if not data or len(data) % _FLOAT_SIZE:
        _refuse_vector(text, generation_id)
    return list(struct.unpack(f"<{len(data) // _FLOAT_SIZE}f", data))


def _refuse_vector(wire: object, generation_id: str | None) -> NoReturn:
    raise ResponseFormatError(
        f"The server sent something that is no vector: {repr(wire)[:100]}.", generation_id=generation_id
    )
