"""How many tokens a request or an answer has: a fixed rule, so that the same words always cost the same.

Four characters are a token (rounded up for each piece of text), and a message has three tokens around it. Media count
a fixed number, whatever their size.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from langchain_openrouter.emulator.brain import JSON, Answer, ChatRequest, WireMessage

CHARACTERS_PER_TOKEN = 4
TOKENS_AROUND_A_MESSAGE = 3
TOKENS_OF_MEDIA: Mapping[str, int] = {"image": 765, "audio": 100, "video": 1000, "file": 1500}
"""Tokens of one sent image, recording, video or file."""
TOKENS_OF_A_MADE_IMAGE = 1290
"""Tokens of one image in an answer."""

Kind = Literal["text", "image", "audio", "video", "file"]
_KIND_OF_PART: Mapping[str, Kind] = {
    "image_url": "image",
    "input_audio": "audio",
    "video_url": "video",
    "input_video": "video",
    "file": "file",
}


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a prompt: a tool, a part of a message. Prompt caches remember prefixes of segments."""

    tokens: int
    content: str
    """What two segments must share to be the same for a cache."""
    kind: Kind = "text"
    cache_ttl: str | None = None
    """`5m` or `1h` where the client asks to cache the prompt up to here."""


def count_text(text: str) -> int:
    """Tokens of a piece of text."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def segments_of(request: ChatRequest) -> list[Segment]:
    """The prompt as the model reads it: tools, the output's schema, then the messages."""
    found = [_of_json(tool, tool) for tool in request.get("tools") or ()]
    if request.get("response_format"):
        found.append(_of_json(request["response_format"], {}))
    for message in request.get("messages") or ():
        found.extend(_of_message(message))
    top_level = _ttl(request)
    if top_level is not None and found:
        found[-1] = replace(found[-1], cache_ttl=top_level)
    return found


def count_prompt(segments: list[Segment], kind: Kind | None = None) -> int:
    """Tokens of all segments, or of those of one kind."""
    return sum(one.tokens for one in segments if kind in {None, one.kind})


def count_answer(answer: Answer) -> int:
    """Completion tokens: reasoning, text, refusal, tool calls and images."""
    calls = sum(count_text(call.name + call.arguments) for call in answer.tool_calls)
    words = count_text(answer.reasoning) + count_text(answer.text) + count_text(answer.refusal or "")
    return words + calls + TOKENS_OF_A_MADE_IMAGE * len(answer.images)


def _of_message(message: WireMessage) -> Iterator[Segment]:
    role = str(message.get("role"))
    yield Segment(TOKENS_AROUND_A_MESSAGE, f"{role}:{message.get('name') or message.get('tool_call_id') or ''}")
    content = message.get("content")
    if isinstance(content, str):
        yield Segment(count_text(content), content)
    elif isinstance(content, (list, tuple)):
        yield from (_of_part(part) for part in content if isinstance(part, Mapping))
    for call in message.get("tool_calls") or ():
        yield _of_json(call, {})


def _of_part(part: Mapping[str, JSON]) -> Segment:
    kind = _KIND_OF_PART.get(str(part.get("type")), "text")
    if kind == "text":
        text = part.get("text")
        content = text if isinstance(text, str) else ""
        return Segment(count_text(content), content, cache_ttl=_ttl(part))
    bare = {key: value for key, value in part.items() if key != "cache_control"}
    return Segment(TOKENS_OF_MEDIA[kind], json.dumps(bare, sort_keys=True), kind, _ttl(part))


def _of_json(value: object, marked: object) -> Segment:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return Segment(count_text(text), text, cache_ttl=_ttl(marked))


def _ttl(marked: object) -> str | None:
    """The life that a `cache_control` or `prompt_cache_breakpoint` asks for; `None`: there is none."""
    if not isinstance(marked, Mapping):
        return None
    mark = marked.get("cache_control") or marked.get("prompt_cache_breakpoint")
    return str(mark.get("ttl") or "5m") if isinstance(mark, Mapping) else None
