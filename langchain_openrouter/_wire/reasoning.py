"""`reasoning_details`: fragments of a stream to whole entries, and entries back to the wire.

Providers sign these entries and refuse altered ones, so that everything here keeps order, signatures, encrypted data
and unknown types as they came.

Source: https://openrouter.ai/docs/use-cases/reasoning-tokens
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from langchain_openrouter._wire.types import Wire

GROWING = {"reasoning.text": "text", "reasoning.summary": "summary"}
"""Types whose text arrives in fragments, and the key that grows."""


class DetailFolder:
    """Numbers the fragments of a stream so that adding up chunks makes the entries of the unstreamed answer.

    LangChain merges list entries by `index`, but the wire's index is often 0 for every entry of a stream. So each entry
    gets a number of its own, and a fragment that goes on with an entry carries nothing but that number and what grows.
    """

    def __init__(self) -> None:
        self._open: Wire | None = None
        self._wire_index: object = None
        self._count = 0

    def fold(self, fragments: Iterable[Any]) -> list[Any]:
        """Renumber the fragments of one delta, in wire order."""
        return [self._fold(fragment) if isinstance(fragment, dict) else fragment for fragment in fragments]

    def _fold(self, fragment: Wire) -> Wire:
        if self._open is not None and _continues(self._open, self._wire_index, fragment):
            news = {key: value for key, value in fragment.items() if _is_news(self._open, key, value)}
            self._open.update(news)
            return {**news, "index": self._count - 1}
        self._open = dict(fragment)
        self._wire_index = fragment.get("index")
        self._count += 1
        return {**fragment, "index": self._count - 1}


def _continues(entry: Wire, wire_index: object, fragment: Wire) -> bool:
    growing = GROWING.get(str(entry.get("type")))
    if growing is None or fragment.get("type") != entry.get("type") or fragment.get("index") != wire_index:
        return False
    if entry.get("id") and fragment.get("id") and entry["id"] != fragment["id"]:
        return False
    # a signature closes an entry; it may arrive after the text, alone
    return not (entry.get("signature") and (fragment.get(growing) or fragment.get("signature")))


def _is_news(entry: Wire, key: str, value: object) -> bool:
    if key in {"type", "index"} or value is None:
        return False
    return key in {"text", "summary"} or entry.get(key) is None


def render_details(details: Iterable[Any]) -> list[Any]:
    """Render entries for the next request: fragments joined, and no ids that only their maker can look up."""
    joined: list[Any] = []
    for detail in details:
        if joined and _are_one(joined[-1], detail):
            joined[-1] = _join(joined[-1], detail)
        else:
            joined.append(detail)
    return [_without_stored_id(detail) for detail in joined]


def _are_one(left: object, right: object) -> bool:
    # histories kept by other clients hold a stream's fragments side by side, each with the same index
    if not (isinstance(left, dict) and isinstance(right, dict)) or left.get("index") is None:
        return False
    return _continues(left, left["index"], right)


def _join(left: Wire, right: Wire) -> Wire:
    growing = GROWING[left["type"]]
    news = {key: value for key, value in right.items() if _is_news(left, key, value)}
    return {**left, **news, growing: (left.get(growing) or "") + (right.get(growing) or "")}


def _without_stored_id(detail: object) -> object:
    # OpenAI's rs_ ids name items of a store that OpenRouter does not use; sent back, they are answered with 404
    if isinstance(detail, dict) and str(detail.get("id") or "").startswith("rs_"):
        return {key: value for key, value in detail.items() if key != "id"}
    return detail
