"""Output items as the events of a stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from langchain_openrouter.emulator.brain import JSON
from langchain_openrouter.emulator.responses_api.output import MadeItem
from langchain_openrouter.emulator.responses_api.request import objects
from langchain_openrouter.emulator.stream import Delta, fragments


@dataclass(frozen=True, slots=True)
class Event:
    """One event without its number."""

    type: str
    fields: Mapping[str, JSON]
    said: Delta = field(default_factory=dict)
    """What it tells of the answer, as a delta of chat: so much is billed when the client goes away after it."""


def item_events(place: int, item: MadeItem, *, streams_advice: bool) -> Iterator[Event]:
    """The events of one item, from its first to its last."""
    at: dict[str, JSON] = {"output_index": place, "item_id": item["id"]}
    yield Event("response.output_item.added", {"output_index": place, "item": _blank(item)})
    kind = item["type"]
    if kind == "message":
        yield from _content_events(at, objects(item["content"]))
    elif kind == "reasoning":
        yield from _summary_events(at, objects(item["summary"]))
        yield from _content_events(at, objects(item.get("content")))
    elif kind == "function_call":
        yield from _call_events(at, item)
    elif kind == "apply_patch_call":
        yield from _patch_events(at, item)
    elif kind == "openrouter:advisor" and streams_advice:
        yield from _deltas("output_text", {**at, "content_index": 0}, str(item.get("advice") or ""), "advice")
    yield Event("response.output_item.done", {"output_index": place, "item": item})


_GROWING: Mapping[object, Mapping[str, JSON]] = {
    "message": {"content": []},
    "reasoning": {"summary": []},
    "function_call": {"arguments": ""},
}
"""What fills up while an item of that type is streamed, as it is in the beginning."""

_SAID_LAST = frozenset({"content", "advice", "result", "encrypted_content", "signature", "output"})


def _blank(item: MadeItem) -> MadeItem:
    """An item before anything is in it."""
    known = {key: value for key, value in item.items() if key not in _SAID_LAST}
    return {**known, "status": "in_progress", **_GROWING.get(item["type"], {})}


def _content_events(at: Mapping[str, JSON], parts: Sequence[Mapping[str, JSON]]) -> Iterator[Event]:
    for index, part in enumerate(parts):
        here = {**at, "content_index": index}
        kind = str(part["type"])
        key = "refusal" if kind == "refusal" else "text"
        blank = {**part, key: ""} if kind != "output_text" else {**part, key: "", "annotations": [], "logprobs": []}
        yield Event("response.content_part.added", {**here, "part": blank})
        chat_key = {"output_text": "content", "reasoning_text": "reasoning", "refusal": "refusal"}[kind]
        yield from _deltas(kind, here, str(part[key]), chat_key)
        for number, annotation in enumerate(objects(part.get("annotations"))):
            fields = {**here, "annotation_index": number, "annotation": annotation}
            yield Event("response.output_text.annotation.added", fields, {"annotations": [annotation]})
        yield Event("response.content_part.done", {**here, "part": part})


def _summary_events(at: Mapping[str, JSON], parts: Sequence[Mapping[str, JSON]]) -> Iterator[Event]:
    for index, part in enumerate(parts):
        here = {**at, "summary_index": index}
        yield Event("response.reasoning_summary_part.added", {**here, "part": {**part, "text": ""}})
        yield from _deltas("reasoning_summary_text", here, str(part["text"]), "reasoning")
        yield Event("response.reasoning_summary_part.done", {**here, "part": part})


def _deltas(kind: str, at: Mapping[str, JSON], text: str, chat_key: str) -> Iterator[Event]:
    extra: dict[str, JSON] = {"logprobs": []} if kind == "output_text" else {}
    for fragment in fragments(text):
        yield Event(f"response.{kind}.delta", {**at, "delta": fragment, **extra}, {chat_key: fragment})
    whole = "refusal" if kind == "refusal" else "text"
    yield Event(f"response.{kind}.done", {**at, whole: text, **extra})


def _call_events(at: Mapping[str, JSON], item: MadeItem) -> Iterator[Event]:
    arguments = str(item["arguments"])
    index = at["output_index"]
    for number, fragment in enumerate(fragments(arguments)):
        function: dict[str, JSON] = {"arguments": fragment}
        head: dict[str, JSON] = {"index": index}
        if number == 0:
            function["name"], head["id"] = item["name"], item["call_id"]
        said: Delta = {"tool_calls": [{**head, "function": function}]}
        yield Event("response.function_call_arguments.delta", {**at, "delta": fragment}, said)
    done = {**at, "name": item["name"], "arguments": arguments}
    yield Event("response.function_call_arguments.done", done)


def _patch_events(at: Mapping[str, JSON], item: MadeItem) -> Iterator[Event]:
    operation = item.get("operation")
    diff = operation.get("diff") if isinstance(operation, Mapping) else None
    if isinstance(diff, str):
        yield Event("response.apply_patch_call_operation_diff.delta", {**at, "delta": diff})
        yield Event("response.apply_patch_call_operation_diff.done", {**at, "diff": diff})
