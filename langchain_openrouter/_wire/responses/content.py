"""The content parts of chat completions to those of the Responses API.

Source: https://openrouter.ai/docs/api-reference/responses/basic-usage
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from langchain_openrouter._wire.types import ReadOnlyWire, Wire, as_object


def render_parts(content: str | list[Wire]) -> str | list[Wire]:
    """Render rendered content once more: a string stays one."""
    return content if isinstance(content, str) else [_render_part(part) for part in content]


def _render_part(part: Wire) -> Wire:
    """Render one part. A part of a type that is not known here, such as `input_file`, is sent as it stands."""
    key = part["type"]
    render = _RENDERERS.get(key)
    if render is None:
        return part
    # beside its matter, a part may have marks
    marks = {name: value for name, value in part.items() if name not in {key, "cache_control"}}
    return {**_cache_mark(part), **marks, **render(part)}


def _cache_mark(part: ReadOnlyWire) -> Wire:
    """Where a cached part of the prompt ends. OpenRouter makes `cache_control` of it for who reads that."""
    if "cache_control" not in part:
        return {}
    life = {name: value for name, value in as_object(part["cache_control"]).items() if name != "type"}
    return {"prompt_cache_breakpoint": {"mode": "explicit", **life}}


def _render_text(part: ReadOnlyWire) -> Wire:
    return {"type": "input_text", "text": part["text"]}


def _render_image(part: ReadOnlyWire) -> Wire:
    return {"detail": "auto", **_flattened(part, "image_url"), "type": "input_image"}


def _render_video(part: ReadOnlyWire) -> Wire:
    return {**_flattened(part, "video_url"), "type": "input_video"}


def _flattened(part: ReadOnlyWire, key: str) -> Wire:
    media = dict(as_object(part[key]))
    return {key: media.pop("url", None), **media}


def _render_file(part: ReadOnlyWire) -> Wire:
    file = dict(as_object(part["file"]))
    data = file.get("file_data")
    if isinstance(data, str) and not data.startswith("data:"):
        file["file_url"] = file.pop("file_data")
    return {"type": "input_file", **file}


_RENDERERS: Mapping[str, Callable[[ReadOnlyWire], Wire]] = {
    "text": _render_text,
    "image_url": _render_image,
    "video_url": _render_video,
    "file": _render_file,
}
