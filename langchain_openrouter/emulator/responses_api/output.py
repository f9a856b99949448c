"""An answer as output items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from langchain_openrouter.emulator.brain import JSON, Answer
from langchain_openrouter.emulator.reasoning import details_of
from langchain_openrouter.emulator.turn import Turn, random_id

MadeItem: TypeAlias = dict[str, JSON]


def output_items(turn: Turn, answer: Answer, finish: str) -> list[MadeItem]:
    """The items, in the order in which a model speaks. Where the tokens ran out, the last one is incomplete."""
    items = [
        *_reasoning(turn, answer),
        *({"id": _made_up("st"), "status": "completed", **item} for item in answer.items),
        *_message(answer),
        *_pictures(answer),
        *_calls(answer),
    ]
    if finish == "length" and items:
        items[-1]["status"] = "incomplete"
    return items


def _made_up(kind: str) -> str:
    return f"{kind}_tmp_{random_id(11).lower()}"


def _reasoning(turn: Turn, answer: Answer) -> Iterator[MadeItem]:
    details = details_of(answer, turn.route.model)
    if not details or not turn.shows_reasoning:
        return
    item: MadeItem = {"id": _made_up("rs"), "type": "reasoning", "status": "completed"}
    item["summary"] = [
        {"type": "summary_text", "text": detail["summary"]} for detail in details if detail.get("summary")
    ]
    thoughts: list[JSON] = [
        {"type": "reasoning_text", "text": detail["text"]} for detail in details if detail.get("text")
    ]
    if thoughts:
        item["content"] = thoughts
    for detail in details:
        for key, name in (("data", "encrypted_content"), ("signature", "signature"), ("format", "format")):
            if detail.get(key) is not None:
                item[name] = detail[key]
    yield item


def _message(answer: Answer) -> Iterator[MadeItem]:
    parts: list[JSON] = []
    if answer.text or not (answer.tool_calls or answer.items or answer.images or answer.refusal):
        annotations = [_annotation(one) for one in answer.annotations]
        parts.append({"type": "output_text", "text": answer.text, "annotations": annotations, "logprobs": []})
    if answer.refusal:
        parts.append({"type": "refusal", "refusal": answer.refusal})
    if parts:
        head: MadeItem = {"id": _made_up("msg"), "type": "message", "status": "completed", "role": "assistant"}
        yield {**head, "content": parts}


def _annotation(annotation: Mapping[str, JSON]) -> JSON:
    kind = str(annotation.get("type"))
    matter = annotation.get(kind)
    if not isinstance(matter, Mapping):
        return annotation
    return {"type": kind, "title": "", "start_index": 0, "end_index": 0, **matter}


def _pictures(answer: Answer) -> Iterator[MadeItem]:
    for image in answer.images:
        holder = image.get("image_url")
        url = str(holder.get("url") if isinstance(holder, Mapping) else holder)
        result = url.partition(";base64,")[2] or url
        yield {"id": _made_up("ig"), "type": "image_generation_call", "status": "completed", "result": result}


def _calls(answer: Answer) -> Iterator[MadeItem]:
    for call in answer.tool_calls:
        item: MadeItem = {"id": _made_up("fc"), "type": "function_call", "status": "completed"}
        yield {**item, "call_id": call.id, "name": call.name, "arguments": call.arguments}
