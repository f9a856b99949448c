"""How many tokens a prompt has at most, told from the request alone.

A token of a byte-level vocabulary stands for one byte or more, so that a text never has more tokens than UTF-8 bytes.
The JSON around the texts is counted along, and is more than what chat templates put around messages and tools. What
models are told besides, such as how to call tools, is `AROUND_A_REQUEST`.

Media have no such bound: they are counted, and what the makers of models make of an image is known.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import orjson

from langchain_openrouter.errors.facts import object_of, text_of
from langchain_openrouter.model_info import ModelInfo
from langchain_openrouter.spend.answer_limit import LIMIT_KEYS
from langchain_openrouter.spend.wire_values import objects_in

AROUND_A_REQUEST = 1_024
"""Tokens. The most that was seen is 716, of a system prompt that a model brings along itself."""

_NEVER_SHOWN = frozenset({*LIMIT_KEYS, "provider"})
"""What the bound itself is sent along in, and no model sees."""

_KINDS = {
    "image_url": "image",
    "input_image": "image",
    "image": "image",
    "input_audio": "audio",
    "audio": "audio",
    "video_url": "video",
    "input_video": "video",
    "video": "video",
    "file": "file",
    "input_file": "file",
    "document": "file",
}
"""What a content part is, by its `type`."""

_MEDIUM = re.compile(rb'"type":"(?:%b)"' % "|".join(_KINDS).encode())
_FOR_AN_HOUR = b'"ttl":"1h"'

_TOKENS_OF_AN_IMAGE = {"anthropic": 5_000, "google": 5_000, "openai": 50_000}
"""By the model's maker, rounded up.

Anthropic shrinks images to 4,784 tokens or fewer, Google to 16 tiles of 258. The dearest of OpenAI, gpt-4o-mini, takes
2,833 and 5,667 for each of up to 8 tiles.

Sources: https://docs.claude.com/en/docs/build-with-claude/vision,
https://ai.google.dev/gemini-api/docs/image-understanding, https://platform.openai.com/docs/guides/images-vision
"""


@dataclass(frozen=True, slots=True)
class PromptBound:
    """What a request puts before a model."""

    text_tokens: int
    """Tokens of everything but media, at most."""
    media: Mapping[str, int]
    """Images (`image`), recordings (`audio`), videos (`video`) and files (`file`) in it."""
    is_kept_for_an_hour: bool
    """Whether it asks the prompt cache to keep something for an hour, which is the dearest way to write to it."""

    def tokens(self, info: ModelInfo | None) -> int | None:
        """Tokens of the whole prompt for a model, at most; `None` where nobody knows.

        A prompt that does not fit into the model's context is refused without a charge. So the context bounds what
        nothing else does: recordings, videos and files, whose tokens cannot be told from their bytes.
        """
        room = room_of(info)
        media = self._media_tokens(info)
        if media is None:
            return room
        tokens = self.text_tokens + media
        return tokens if room is None else min(tokens, room)

    def _media_tokens(self, info: ModelInfo | None) -> int | None:
        if not self.media:
            return 0
        maker = "" if info is None else info.id.partition("/")[0].removeprefix("~")
        each = _TOKENS_OF_AN_IMAGE.get(maker)
        return None if each is None or self.media.keys() != {"image"} else each * self.media["image"]


def room_of(info: ModelInfo | None) -> int | None:
    """Tokens of the longest prompt that a model takes; `None` is unknown."""
    return None if info is None else info.max_prompt_tokens or info.context_length


def bound_prompt(body: Mapping[str, object]) -> PromptBound:
    """Count what a request body puts before a model."""
    # a shorter answer must not make a longer prompt
    shown = {key: value for key, value in body.items() if key not in _NEVER_SHOWN}
    wire = _serialize(shown)
    media: Counter[str] = Counter()
    length = len(wire)
    if _MEDIUM.search(wire):
        length = len(_serialize(_without_media(shown, media)))
    for picture in _ranked_pictures(body):
        media["image"] += 1
        length -= len(picture)
    return PromptBound(length + AROUND_A_REQUEST, media, _FOR_AN_HOUR in wire)


def _serialize(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        # halves of surrogate pairs and integers of more than 64 bits, which JSON has room for
        return json.dumps(value, default=str, separators=(",", ":")).encode()


def _without_media(value: object, found: Counter[str]) -> object:
    if isinstance(value, Mapping):
        if (kind := _kind_of(value)) is not None:
            found[kind] += 1
            return {"type": value.get("type")}
        return {key: _without_media(one, found) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_media(one, found) for one in value]
    return value


def _kind_of(part: Mapping[str, object]) -> str | None:
    kind = _KINDS.get(text_of(part.get("type")) or "")
    if kind == "file" and "content" in object_of(part.get("file")):
        return None  # what was read of a file before: it stands there as text
    return kind


def _ranked_pictures(body: Mapping[str, object]) -> Iterator[str]:
    """The images of documents to rank, which have no type."""
    for document in objects_in(body.get("documents")):
        if picture := text_of(document.get("image")):
            yield picture
