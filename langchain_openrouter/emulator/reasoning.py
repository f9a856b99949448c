"""`reasoning_details`: how a model's thinking is written for those who send it back in the next turn."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256

from langchain_openrouter.emulator.brain import JSON, Answer
from langchain_openrouter.emulator.catalogue import Model

_FORMATS = {"anthropic": "anthropic-claude-v1", "google": "google-gemini-v1", "x-ai": "xai-responses-v1"}
_SIGNING = frozenset({"anthropic"})


def details_of(answer: Answer, model: Model) -> Sequence[Mapping[str, JSON]]:
    """The details as the answer gives them, or one `reasoning.text` entry made of its reasoning."""
    if answer.reasoning_details is not None:
        return answer.reasoning_details
    if not answer.reasoning:
        return ()
    detail: dict[str, JSON] = {
        "type": "reasoning.text",
        "text": answer.reasoning,
        "format": _FORMATS.get(model.maker, "unknown"),
        "index": 0,
    }
    if model.maker in _SIGNING:
        digest = sha256(answer.reasoning.encode(errors="surrogatepass")).digest()
        detail["signature"] = b64encode(digest).decode()
    return (detail,)


def readable_text(detail: Mapping[str, JSON]) -> tuple[str, str]:
    """The key (`text` or `summary`) and the words of a detail; two empty strings if it has none."""
    for key in ("text", "summary"):
        words = detail.get(key)
        if isinstance(words, str) and words:
            return key, words
    return "", ""
