"""Which reasoning of earlier turns a model may see: what another maker's models signed or encrypted, it refuses.

Source: https://openrouter.ai/docs/use-cases/reasoning-tokens#preserving-reasoning-blocks
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_openrouter._wire.types import as_object

_AUTHORS: Mapping[str, str] = {
    "anthropic-claude-v1": "anthropic",
    "google-gemini-v1": "google",
    "openai-responses-v1": "openai",
    "azure-openai-responses-v1": "openai",
    "bedrock-openai-responses-v1": "openai",
    "xai-responses-v1": "x-ai",
    "bedrock-xai-responses-v1": "x-ai",
    "meta-responses-v1": "meta-llama",
}
"""Formats of reasoning, and whose models write and read them."""

_WANT_SIGNATURES = frozenset({"anthropic", "google"})
"""Authors whose models refuse thinking that is not signed."""


def author_of(model_id: object) -> str | None:
    """The author in a model's id; `None` for OpenRouter's routers and presets, which may choose any model."""
    if not isinstance(model_id, str) or "/" not in model_id:
        return None
    author = model_id.removeprefix("~").partition("/")[0]
    return None if author in {"openrouter", "@preset"} else author


def readable_details(details: Sequence[Any], *, maker: str | None, reader: str | None) -> list[Any]:
    """Keep what the reader's models accept, in its order. An author that is `None` is not known, and all is kept.

    Args:
        details: Entries of `reasoning_details`.
        maker: The author of the model that wrote them.
        reader: The author of the model that is to read them.
    """
    if reader is None:
        return list(details)
    return [detail for detail in details if _is_readable(as_object(detail), maker, reader)]


def reads_plain_text(reader: str | None) -> bool:
    """Whether a model takes reasoning as plain text, with no signed entries beside it."""
    return reader not in _WANT_SIGNATURES


def _is_readable(detail: Mapping[str, Any], maker: str | None, reader: str) -> bool:
    author = _AUTHORS.get(str(detail.get("format")))
    is_signed = bool(detail.get("signature") or detail.get("data"))
    if author is not None:
        # thinking that was cut before its signature came is refused by the very models that wrote it
        unsigned = detail.get("type") == "reasoning.text" and not is_signed and author in _WANT_SIGNATURES
        return author == reader and not unsigned
    if maker is None or maker == reader:
        return True
    return not is_signed and reads_plain_text(reader)
