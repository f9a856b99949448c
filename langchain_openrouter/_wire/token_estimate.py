"""Roughly how many input tokens a request is, worked out here.

OpenRouter has no endpoint that counts, and every model has a tokenizer of its own. What a provider wraps around
messages and tools is not known and not counted: some models have a prompt of their own of several hundred tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from langchain_openrouter._wire.json_text import dump_json
from langchain_openrouter._wire.types import ReadOnlyWire, as_list, as_object

BYTES_PER_TOKEN = 4
"""Bytes of UTF-8, so that a Chinese character counts as three quarters of a token and four letters as one."""
TOKENS_PER_MESSAGE = 4
"""What marks a message's role, beginning and end."""
TOKENS_PER_ATTACHMENT = 1000
"""What an image, a file, a sound or a video counts as, whatever its size: about one image of 1024 by 1024 pixels."""

CountText: TypeAlias = Callable[[str], int]
"""How many tokens a text is."""


def estimate_text(text: str) -> int:
    """Estimate the tokens of a text by its length."""
    return -(-len(text.encode(errors="surrogatepass")) // BYTES_PER_TOKEN)


def estimate_messages(messages: Sequence[ReadOnlyWire], count: CountText = estimate_text) -> int:
    """Estimate the tokens of messages of the wire. Those of a list are the sum of those of each.

    Args:
        messages: As `render_messages` makes them.
        count: Counts their texts.
    """
    return sum(_estimate_message(message, count) for message in messages)


def estimate_tools(tools: Sequence[ReadOnlyWire], count: CountText = estimate_text) -> int:
    """Estimate the tokens of tools of the wire by the JSON that describes them."""
    return sum(count(dump_json(tool).decode()) for tool in tools)


def _estimate_message(message: ReadOnlyWire, count: CountText) -> int:
    parts = [*as_list(message.get("content")), *as_list(message.get("images"))]
    attachments: int = sum(as_object(part).get("type") != "text" for part in parts) + bool(message.get("audio"))
    texts = sum(count(text) for text in _texts(message) if text)
    return TOKENS_PER_MESSAGE + texts + TOKENS_PER_ATTACHMENT * attachments


def _texts(message: ReadOnlyWire) -> Iterator[str]:
    content = message.get("content")
    if isinstance(content, str):
        yield content
    yield from (str(part["text"]) for part in as_list(content) if as_object(part).get("type") == "text")
    yield from (str(message.get(key) or "") for key in ("name", "tool_call_id", "refusal"))
    yield str(message.get("reasoning") or "".join(_thoughts(message)))
    for call in as_list(message.get("tool_calls")):
        function = as_object(call.get("function"))
        yield str(function.get("name") or "")
        yield str(function.get("arguments") or "")


def _thoughts(message: ReadOnlyWire) -> Iterator[str]:
    """The readable part of reasoning that is sent as details alone."""
    for detail in map(as_object, as_list(message.get("reasoning_details"))):
        yield str(detail.get("text") or detail.get("summary") or "")
