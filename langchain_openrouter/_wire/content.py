"""Content blocks of LangChain, of OpenAI and of Anthropic to the content parts of OpenRouter's wire.

Source: https://openrouter.ai/docs/guides/overview/multimodal/overview
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from langchain_openrouter._wire.types import ReadOnlyWire, Wire, as_object
from langchain_openrouter.errors import MessageError

_BOOKKEEPING = frozenset({"id", "index", "annotations", "extras"})
"""Keys of LangChain's text blocks that are no part of the text."""

CACHE_MARKS = ("cache_control", "prompt_cache_breakpoint")
"""Keys that end a cached part of the prompt."""

_AUDIO_FORMATS = {"mpeg": "mp3", "x-wav": "wav", "wave": "wav", "mp4": "m4a", "x-m4a": "m4a"}
"""MIME subtypes whose name is not the format's name on the wire."""


def render_content(content: object) -> str | list[Wire]:
    """Render the content of a message: a string stays one, a list becomes content parts.

    Raises:
        MessageError: A block has no form on the wire, or lacks its data.
    """
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise MessageError(f"Message content must be a string or a list of content blocks, not {content!r}.")
    return [render_part(block) for block in content]


def render_part(block: object) -> Wire:
    """Render one content block. A block of a type that is not known here is sent as it stands."""
    if isinstance(block, str):
        return {"type": "text", "text": block}
    if not isinstance(block, Mapping) or not isinstance(block.get("type"), str):
        raise MessageError(f"A content block must be a string or a dict with a `type`, not {repr(block)[:200]}.")
    render = _RENDERERS.get(block["type"])
    part = render(block) if render else dict(block)
    for key in CACHE_MARKS:
        value = block.get(key, as_object(block.get("extras")).get(key))
        if value is not None:
            part[key] = value
    return part


def _render_text(block: ReadOnlyWire) -> Wire:
    kept = {key: value for key, value in block.items() if key not in _BOOKKEEPING}
    return {**kept, "type": "text", "text": block.get("text", "")}


def _render_image_url(block: ReadOnlyWire) -> Wire:
    image = block.get("image_url")
    if not image:
        raise MessageError(f"An image_url block needs an `image_url`: {_outline(block)}.")
    return {"type": "image_url", "image_url": {"url": image} if isinstance(image, str) else image}


def _render_image(block: ReadOnlyWire) -> Wire:
    if file_id := _file_id(block):
        return _stored_file(file_id)
    detail = as_object(block.get("extras")).get("detail", block.get("detail"))
    image = {"url": _url_or_data(block, "image/jpeg")}
    return {"type": "image_url", "image_url": image if detail is None else {**image, "detail": detail}}


def _render_video(block: ReadOnlyWire) -> Wire:
    if file_id := _file_id(block):
        return _stored_file(file_id)
    return {"type": "video_url", "video_url": {"url": _url_or_data(block, "video/mp4")}}


def _render_audio(block: ReadOnlyWire) -> Wire:
    if file_id := _file_id(block):
        return _stored_file(file_id)
    data = _base64(block)
    if data is None:
        raise MessageError("OpenRouter takes audio as base64 data, not by URL: give `base64`.")
    subtype = _mime_type(block, "audio/wav").partition("/")[2].partition(";")[0]
    return {"type": "input_audio", "input_audio": {"data": data, "format": _AUDIO_FORMATS.get(subtype, subtype)}}


def _render_file(block: ReadOnlyWire) -> Wire:
    if "file" in block:
        return {"type": "file", "file": block["file"]}
    extras, metadata = as_object(block.get("extras")), as_object(block.get("metadata"))
    name = block.get("filename") or block.get("title") or extras.get("filename") or metadata.get("filename")
    file: Wire = {"filename": name} if name else {}
    if file_id := _file_id(block):
        return _stored_file(file_id, file)
    return {"type": "file", "file": {**file, "file_data": _url_or_data(block, "application/pdf")}}


def _stored_file(file_id: object, file: ReadOnlyWire = MappingProxyType({})) -> Wire:
    """A file that OpenRouter keeps, of whatever kind."""
    return {"type": "file", "file": {**file, "file_id": file_id}}


def _render_input_image(block: ReadOnlyWire) -> Wire:
    """An image in the words of the Responses API."""
    if file_id := _file_id(block):
        return _stored_file(file_id)
    part = _render_image_url(block)
    return {**part, "image_url": {**part["image_url"], "detail": block["detail"]}} if "detail" in block else part


def _render_input_file(block: ReadOnlyWire) -> Wire:
    """A file in the words of the Responses API."""
    keys = ("filename", "file_data", "file_id")
    file = {key: block[key] for key in keys if block.get(key)}
    if url := block.get("file_url"):
        file["file_data"] = url
    return {"type": "file", "file": file}


def _render_plain_text(block: ReadOnlyWire) -> Wire:
    source = as_object(block.get("source"))
    text = block.get("text") or source.get("data")
    if isinstance(text, str):
        return {"type": "text", "text": text}
    data = block.get("base64")
    if isinstance(data, str):
        return {"type": "text", "text": _decoded(data)}
    return _render_file({**block, "mime_type": block.get("mime_type") or "text/plain"})


def _decoded(data: str) -> str:
    try:
        return base64.b64decode(data, validate=True).decode()
    except ValueError as error:
        raise MessageError(f"A text-plain block holds base64 data that is no UTF-8 text: {error}.") from error


def _render_document(block: ReadOnlyWire) -> Wire:
    plain = as_object(block.get("source")).get("type") == "text"
    return _render_plain_text(block) if plain else _render_file(block)


def _render_non_standard(block: ReadOnlyWire) -> Wire:
    return render_part(block.get("value"))


def _url_or_data(block: ReadOnlyWire, default_mime_type: str) -> str:
    """The URL that a block names, or its base64 data as a `data:` URL."""
    source = as_object(block.get("source"))
    url = block.get("url") or source.get("url")
    if isinstance(url, str):
        return url
    data = _base64(block)
    if data is None:
        raise MessageError(f"A {block['type']} block needs a `url` or `base64` data: {_outline(block)}.")
    return f"data:{_mime_type(block, default_mime_type)};base64,{data}"


def _base64(block: ReadOnlyWire) -> str | None:
    source = as_object(block.get("source"))
    for holder, key in ((block, "base64"), (block, "data"), (source, "data")):
        value = holder.get(key)
        if isinstance(value, bytes):
            return base64.b64encode(value).decode()
        if isinstance(value, str):
            return value
    return None


def _mime_type(block: ReadOnlyWire, default: str) -> str:
    return str(block.get("mime_type") or as_object(block.get("source")).get("media_type") or default)


def _file_id(block: ReadOnlyWire) -> Any:  # noqa: ANN401 - a wire value, passed on as it is
    if block.get("source_type") == "id":
        return block.get("id")
    return block.get("file_id") or as_object(block.get("source")).get("file_id")


def _outline(block: ReadOnlyWire) -> str:
    return "it has " + ", ".join(f"`{key}`" for key in block)


_RENDERERS: Mapping[str, Callable[[ReadOnlyWire], Wire]] = {
    "text": _render_text,
    "input_text": _render_text,
    "output_text": _render_text,
    "image_url": _render_image_url,
    "input_image": _render_input_image,
    "input_file": _render_input_file,
    "image": _render_image,
    "video": _render_video,
    "audio": _render_audio,
    "file": _render_file,
    "document": _render_document,
    "text-plain": _render_plain_text,
    "non_standard": _render_non_standard,
}
