"""Cuts results of tools that are too long to be read whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from langchain_core.messages import AnyMessage, ToolMessage

_CHARACTERS_PER_TOKEN: Final = 3
"""Rather few, so that what is cut does fit."""
_SHORTEST: Final = 500
"""Characters of a result that are always kept."""


def cut_results(messages: Sequence[AnyMessage], newest: int, tokens: int) -> list[AnyMessage]:
    """Leave out the middle of the newest results, where they are too long together.

    Short ones stay whole, and leave what they do not need to the others.

    Args:
        messages: The conversation, which ends with the results.
        newest: How many results there are at its end.
        tokens: What they may have together. Each keeps at least 500 characters.
    """
    start = len(messages) - newest
    room = tokens * _CHARACTERS_PER_TOKEN
    cut = list(messages)
    by_length = sorted(range(start, len(messages)), key=lambda at: len(messages[at].text))
    for left, at in zip(range(newest, 0, -1), by_length, strict=True):
        message = messages[at]
        if isinstance(message, ToolMessage):
            cut[at] = _cut(message, max(_SHORTEST, room // left))
        room -= len(cut[at].text)
    return cut


def _cut(message: ToolMessage, characters: int) -> ToolMessage:
    text = message.text
    if len(text) <= characters:
        return message
    head, tail = characters * 2 // 3, characters // 3
    gap = f"\n[... {len(text) - head - tail:,} characters were left out here, because the result is too long ...]\n"
    shortened = text[:head] + gap + text[len(text) - tail :]
    if isinstance(message.content, str):
        return message.model_copy(update={"content": shortened})
    # Only text can be cut; a picture has a size of its own.
    others = [block for block in message.content if isinstance(block, dict) and block.get("type") != "text"]
    return message.model_copy(update={"content": [{"type": "text", "text": shortened}, *others]})
