"""Reasoning of earlier answers: which items can go back, and items made of the `reasoning_details` of another API.

Source: https://openrouter.ai/docs/api-reference/responses/reasoning
"""

from __future__ import annotations

from typing import Any

from langchain_openrouter._wire.reasoning_origin import author_of, readable_details
from langchain_openrouter._wire.responses.output import details_of
from langchain_openrouter._wire.types import ReadOnlyWire, Wire, as_list, as_object


def can_go_back(item: ReadOnlyWire, *, maker: object, reader: object) -> bool:
    """Whether an item of an earlier answer can be sent to a model: all can but some reasoning.

    Args:
        item: An output item.
        maker: The id of the model that made it.
        reader: The id of the model that is to read it.
    """
    if item.get("type") != "reasoning":
        return True
    details = [detail for _, detail in details_of(item)]
    readable = readable_details(details, maker=author_of(maker), reader=author_of(reader))
    return len(readable) == len(details) and not _is_only_stored(item)


def _is_only_stored(item: ReadOnlyWire) -> bool:
    """Whether an item is nothing but the id of a thought in OpenAI's store.

    OpenRouter keeps nothing there, so that such an id, sent back, is answered with 404. Ids that OpenRouter itself
    makes up start with `rs_tmp_`.
    """
    item_id = str(item.get("id"))
    is_stored = item_id.startswith("rs_") and not item_id.startswith("rs_tmp_")
    return is_stored and not (item.get("encrypted_content") or item.get("content"))


def render_reasoning(wire: ReadOnlyWire, place: int) -> list[Wire]:
    """Render the reasoning of an assistant's message of a chat request: an item for each thought.

    Details that belong together have the same id, or follow each other without one. Details of types that have no place
    in an item stay behind.

    Args:
        wire: The message.
        place: How many items stand before it, for the ids of thoughts without one.
    """
    items: list[Wire] = []
    for detail in map(as_object, as_list(wire.get("reasoning_details"))):
        key, value = _matter(detail)
        if not key:
            continue
        if not items or not _belongs(items[-1], key, detail):
            items.append({"type": "reasoning", "id": detail.get("id"), "summary": []})
        _add(items[-1], key, value, detail)
    if not items and wire.get("reasoning"):
        thought = {"type": "reasoning_text", "text": wire["reasoning"]}
        items.append({"type": "reasoning", "id": None, "summary": [], "content": [thought]})
    return [{**item, "id": item["id"] or f"rs_tmp_{place}_{index}"} for index, item in enumerate(items)]


def _matter(detail: ReadOnlyWire) -> tuple[str, Any]:
    """The key of an item that a detail fills, and the value; no key for a type that has no place there."""
    kind = detail.get("type")
    if kind == "reasoning.summary":
        return "summary", {"type": "summary_text", "text": detail.get("summary") or ""}
    if kind == "reasoning.text":
        return "content", {"type": "reasoning_text", "text": detail.get("text") or ""}
    return ("encrypted_content", detail.get("data")) if kind == "reasoning.encrypted" else ("", None)


def _belongs(item: ReadOnlyWire, key: str, detail: ReadOnlyWire) -> bool:
    if item["id"] != detail.get("id") or item.get("encrypted_content"):
        return False
    # a signature covers its own text alone
    return not (key == "content" and "content" in item and (item.get("signature") or detail.get("signature")))


def _add(item: Wire, key: str, value: object, detail: ReadOnlyWire) -> None:
    if key == "encrypted_content":
        item[key] = value
    else:
        item.setdefault(key, []).append(value)
    for mark in ("format", "signature"):
        if detail.get(mark) is not None:
            item[mark] = detail[mark]
