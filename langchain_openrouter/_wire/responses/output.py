"""The output items of an answer as one message of a chat completion, which LangChain's message is made of.

The items themselves are kept too, under `output`: they are what goes back in the next turn.

Source: https://openrouter.ai/docs/api-reference/responses/overview
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from langchain_openrouter._wire.responses.calls import client_calls, parse_call
from langchain_openrouter._wire.types import ReadOnlyWire, Wire, as_list

PARAGRAPH = "\n\n"
"""What stands between pieces of reasoning or advice, which are said apart."""

SUMMARY, THOUGHT, ENCRYPTED = "reasoning.summary", "reasoning.text", "reasoning.encrypted"
"""Types of `reasoning_details`."""

_TEXTS = frozenset({"output_text", "text"})


def as_message(output: Sequence[Wire]) -> Wire:
    """Write output items as the message of a chat completion. Keys of which there is nothing are left out."""
    parts = [part for item in output if item.get("type") == "message" for part in _parts(item, "content")]
    message: Wire = {
        "role": "assistant",
        "content": "".join(_text(part) for part in parts if str(part.get("type")) in _TEXTS),
        "refusal": "".join(str(part.get("refusal") or "") for part in parts if part.get("type") == "refusal"),
        "annotations": list(_annotations(parts)),
        "reasoning": PARAGRAPH.join(text for item in output for text in _thoughts(item)),
        "reasoning_details": _numbered(detail for item in output for _, detail in details_of(item)),
        "images": _numbered(_image(item) for item in output if _picture(item)),
        "advice": PARAGRAPH.join(str(item["advice"]) for item in output if _is_advice(item)),
        "tool_calls": [parse_call(item) for item in client_calls(output)],
        "output": list(output),
    }
    return {key: value for key, value in message.items() if value or key == "content"}


def token_logprobs(output: Sequence[Wire]) -> Wire | None:
    """The log probabilities of an answer as a chat completion has them; `None` where it has none."""
    parts = (part for item in output if item.get("type") == "message" for part in _parts(item, "content"))
    tokens = [token for part in parts for token in as_list(part.get("logprobs"))]
    return {"content": tokens} if tokens else None


def _parts(item: ReadOnlyWire, key: str) -> list[Wire]:
    value = item.get(key)
    if isinstance(value, str):
        return [{"type": "text", "text": value}]
    return [part for part in as_list(value) if isinstance(part, dict)]


def _text(part: ReadOnlyWire) -> str:
    text = part.get("text")
    return text if isinstance(text, str) else ""


def _annotations(parts: Sequence[Wire]) -> Iterator[Wire]:
    """Citations in the form of chat completions; their positions count from the start of the whole text."""
    start = 0
    for part in parts:
        for annotation in as_list(part.get("annotations")):
            if isinstance(annotation, dict):
                yield _annotation(annotation, start)
        start += len(_text(part))


def _annotation(annotation: Wire, start: int) -> Wire:
    kind = str(annotation.get("type"))
    if kind in annotation:
        return annotation
    matter = {key: value for key, value in annotation.items() if key != "type"}
    for key in ("start_index", "end_index"):
        if isinstance(matter.get(key), int):
            matter[key] += start
    return {"type": kind, kind: matter}


def _thoughts(item: ReadOnlyWire) -> list[str]:
    """The readable reasoning of an item: what was thought, or else its summary."""
    if item.get("type") != "reasoning":
        return []
    return [text for _, text in _said(item, "content") or _said(item, "summary")]


def details_of(item: ReadOnlyWire) -> list[tuple[int, Wire]]:
    """The reasoning of an item as entries of `reasoning_details`: summaries, thoughts, what is encrypted.

    Returns:
        Each entry, with the turn of its part among those of its kind. Parts that say nothing are left out.
    """
    if item.get("type") != "reasoning":
        return []
    marks = {key: item[key] for key in ("id", "format") if item.get(key) is not None}
    summaries = [(turn, {"type": SUMMARY, "summary": text, **marks}) for turn, text in _said(item, "summary")]
    thoughts = [(turn, {"type": THOUGHT, "text": text, **marks}) for turn, text in _said(item, "content")]
    if item.get("signature"):
        thoughts = thoughts or [(0, {"type": THOUGHT, "text": "", **marks})]
        thoughts[-1][1]["signature"] = item["signature"]
    secret = item.get("encrypted_content")
    return summaries + thoughts + ([(0, {"type": ENCRYPTED, "data": secret, **marks})] if secret else [])


def _said(item: ReadOnlyWire, key: str) -> list[tuple[int, str]]:
    return [(turn, text) for turn, text in enumerate(map(_text, _parts(item, key))) if text]


def _numbered(entries: Iterator[Wire]) -> list[Wire]:
    # chat completions number these entries
    return [{**entry, "index": index} for index, entry in enumerate(entries)]


def _is_advice(item: ReadOnlyWire) -> bool:
    return item.get("type") == "openrouter:advisor" and bool(item.get("advice"))


def _picture(item: ReadOnlyWire) -> Any:  # noqa: ANN401 - a wire value
    """The picture of an item: base64 data or a URL."""
    if item.get("type") == "image_generation_call":
        return item.get("result")
    if item.get("type") == "openrouter:image_generation":
        return item.get("imageUrl") or item.get("result") or item.get("imageB64")
    return None


def _image(item: ReadOnlyWire) -> Wire:
    picture = str(_picture(item))
    if not picture.startswith(("data:", "http://", "https://")):
        picture = f"data:image/{item.get('output_format') or 'png'};base64,{picture}"
    return {"type": "image_url", "image_url": {"url": picture}}
