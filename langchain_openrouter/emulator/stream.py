"""An answer as server-sent events, and back: the deltas of a stream joined are the answer again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from langchain_openrouter.emulator.brain import JSON, Answer, ToolCall
from langchain_openrouter.emulator.reasoning import readable_text

COMMENT = b": OPENROUTER PROCESSING\n\n"
DONE = b"data: [DONE]\n\n"

_LONGEST_FRAGMENT = 16
# A word with the white space before it, as tokenizers cut; long words in several pieces.
_FRAGMENT = re.compile(rf"\s*\S{{1,{_LONGEST_FRAGMENT}}}|\s+")

Delta = dict[str, JSON]


def event(payload: Mapping[str, JSON]) -> bytes:
    """One `data:` event."""
    return b"data: " + to_json(payload) + b"\n\n"


def to_json(payload: Mapping[str, JSON]) -> bytes:
    """JSON as OpenRouter writes it: no white space, and only what must be escaped is."""
    text = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
    # Half a surrogate pair has no UTF-8 bytes; as a backslash escape it is valid JSON.
    return text.encode("utf-8", errors="backslashreplace")


def fragments(text: str) -> list[str]:
    """A text in pieces of about a word, none of them lost."""
    return _FRAGMENT.findall(text)


def deltas(answer: Answer, details: Sequence[Mapping[str, JSON]]) -> Iterator[Delta]:
    """The deltas of a stream, in the order in which a model speaks.

    Args:
        answer: What to say; each of its tool calls has an id.
        details: Its `reasoning_details`.
    """
    yield from _reasoning_deltas(answer.reasoning, details)
    for fragment in fragments(answer.text):
        yield {"content": fragment, "role": "assistant"}
    if answer.refusal is not None:
        for fragment in fragments(answer.refusal):
            yield {"content": "", "role": "assistant", "refusal": fragment}
    if answer.annotations:
        yield {"content": "", "role": "assistant", "annotations": list(answer.annotations)}
    if answer.images:
        yield {"content": "", "role": "assistant", "images": list(answer.images)}
    for index, call in enumerate(answer.tool_calls):
        yield from (_with_call(one) for one in _call_deltas(index, call))


def joined(said: Sequence[Delta]) -> Answer:
    """The answer that these deltas add up to: what a client that went away had been told."""
    answer = Answer(
        text="".join(_words(delta, "content") for delta in said),
        reasoning="".join(_words(delta, "reasoning") for delta in said),
        refusal="".join(_words(delta, "refusal") for delta in said) or None,
    )
    calls: dict[int, ToolCall] = {}
    images: list[Mapping[str, JSON]] = []
    annotations: list[Mapping[str, JSON]] = []
    for delta in said:
        images += _objects(delta.get("images"))
        annotations += _objects(delta.get("annotations"))
        for fragment in _objects(delta.get("tool_calls")):
            _join_call(calls, fragment)
    return replace(answer, tool_calls=tuple(calls.values()), images=tuple(images), annotations=tuple(annotations))


def _reasoning_deltas(reasoning: str, details: Sequence[Mapping[str, JSON]]) -> Iterator[Delta]:
    """Both fields tell the same story; where they do not, `reasoning` comes first and the details on their own."""
    together = "".join(readable_text(detail)[1] for detail in details) == reasoning
    if not together:
        yield from (_thought(fragment, ()) for fragment in fragments(reasoning))
    for detail in details:
        key, words = readable_text(detail)
        rest = {name: value for name, value in detail.items() if name not in {key, "signature"}}
        for fragment in fragments(words):
            yield _thought(fragment if together else None, ({**rest, key: fragment},))
        if not words:
            yield _thought(None, (detail,))
        elif "signature" in detail:
            # It comes late and alone, as it does from Anthropic.
            yield _thought(None, ({**rest, "signature": detail["signature"]},))


def _thought(fragment: str | None, details: Sequence[Mapping[str, JSON]]) -> Delta:
    delta: Delta = {"content": "", "role": "assistant", "reasoning": fragment}
    return {**delta, "reasoning_details": list(details)} if details else delta


def _call_deltas(index: int, call: ToolCall) -> Iterator[dict[str, JSON]]:
    yield {"index": index, "id": call.id, "type": "function", "function": {"name": call.name, "arguments": ""}}
    for fragment in fragments(call.arguments):
        yield {"index": index, "type": "function", "function": {"arguments": fragment}}


def _with_call(fragment: Mapping[str, JSON]) -> Delta:
    return {"content": None, "role": "assistant", "tool_calls": [fragment]}


def _join_call(calls: dict[int, ToolCall], fragment: Mapping[str, JSON]) -> None:
    index, function = fragment["index"], fragment["function"]
    if not isinstance(index, int) or not isinstance(function, Mapping):
        return
    known = calls.get(index)
    if known is None:
        known = ToolCall(_words(function, "name"), "", _words(fragment, "id"))
    calls[index] = replace(known, arguments=known.arguments + _words(function, "arguments"))


def _words(delta: Mapping[str, JSON], key: str) -> str:
    value = delta.get(key)
    return value if isinstance(value, str) else ""


def _objects(value: JSON) -> list[Mapping[str, JSON]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, (list, tuple)) else []
