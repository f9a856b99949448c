"""`reasoning_details` of chat completions as reasoning items, for histories that another API has made.

Source: https://openrouter.ai/docs/api-reference/responses/reasoning
"""

from __future__ import annotations

from typing import Any

from langchain_openrouter._wire.reasoning import join_details
from langchain_openrouter._wire.types import ReadOnlyWire, Wire, as_list, as_object


def is_only_stored(item: ReadOnlyWire) -> bool:
    """Whether an item is nothing but the id of a thought in OpenAI's store.

    OpenRouter keeps nothing there, so that such an id, sent back, is answered with 404.
    """
    is_stored = item.get("type") == "reasoning" and _is_stored_id(item.get("id"))
    return is_stored and not (item.get("encrypted_content") or item.get("content"))


def _is_stored_id(item_id: object) -> bool:
    # those that OpenRouter itself makes up start with rs_tmp_
    return str(item_id).startswith("rs_") and not str(item_id).startswith("rs_tmp_")


def render_reasoning(extras: ReadOnlyWire, place: int) -> list[Wire]:
    """Render the reasoning of a message: an item for each thought.

    Details that belong together have the same id, or follow each other without one. Details of types that have no place
    in an item are left where they are.

    Args:
        extras: The `additional_kwargs` of the message.
        place: How many items stand before it, for the ids of thoughts without one.
    """
    items: list[Wire] = []
    for detail in map(as_object, join_details(as_list(extras.get("reasoning_details")))):
        matter = _matter(detail)
        if matter is None:
            continue
        key, value = matter
        if not items or not _belongs(items[-1], key, detail):
            items.append({"type": "reasoning", "id": detail.get("id"), "summary": [], "content": []})
        _add(items[-1], key, value, detail)
    if not items and extras.get("reasoning_content"):
        thought = {"type": "reasoning_text", "text": extras["reasoning_content"]}
        items.append({"type": "reasoning", "id": None, "summary": [], "content": [thought]})
    named = [{**item, "id": item["id"] or f"rs_tmp_{place}_{index}"} for index, item in enumerate(items)]
    return [_without_empty_content(item) for item in named if not is_only_stored(item)]


def _matter(detail: ReadOnlyWire) -> tuple[str, Any] | None:
    """The key of an item that a detail fills, and the value."""
    kind = detail.get("type")
    if kind == "reasoning.summary":
        return "summary", {"type": "summary_text", "text": detail.get("summary") or ""}
    if kind == "reasoning.text":
        return "content", {"type": "reasoning_text", "text": detail.get("text") or ""}
    return ("encrypted_content", detail.get("data")) if kind == "reasoning.encrypted" else None


def _belongs(item: ReadOnlyWire, key: str, detail: ReadOnlyWire) -> bool:
    if item["id"] != detail.get("id") or item.get("encrypted_content"):
        return False
    # a signature covers its own text alone
    return not (key == "content" and (item.get("signature") or detail.get("signature")) and item["content"])


def _add(item: Wire, key: str, value: object, detail: ReadOnlyWire) -> None:
    if key == "encrypted_content":
        item[key] = value
    else:
        item[key].append(value)
    for mark in ("format", "signature"):
        if detail.get(mark) is not None:
            item[mark] = detail[mark]


def _without_empty_content(item: Wire) -> Wire:
    return item if item["content"] else {key: value for key, value in item.items() if key != "content"}
