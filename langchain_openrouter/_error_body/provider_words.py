"""What a provider said, out of the JSON in which it said it."""

from __future__ import annotations

import json

_WORDS = ("message", "msg", "detail", "error", "errors")
_LONGEST = 1000
_DEEPEST = 5


def raw_text(raw: object) -> str:
    """All of `error.metadata.raw` as text, whatever it is; `""` if there is nothing."""
    if not raw:
        return ""
    try:
        return raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):
        return f"{type(raw).__name__} that is nested too deeply to be shown"


def provider_words(raw: object) -> str:
    """The sentence that a person would want to read of it, 1,000 characters at most."""
    text = raw_text(raw)
    try:
        parsed = json.loads(text) if isinstance(raw, str) else raw
    except (ValueError, RecursionError):
        parsed = text
    return (_sentence(parsed, _DEEPEST) or text)[:_LONGEST]


def readable(words: str) -> str:
    """The words themselves; where they are a validator's issues as a JSON list, what is wrong and where, for each."""
    try:
        issues = json.loads(words) if words.startswith("[") else []
        return "; ".join(f"{'.'.join(map(str, issue['path']))}: {issue['message']}" for issue in issues) or words
    except (ValueError, TypeError, KeyError, RecursionError):
        return words


def _sentence(value: object, depth: int) -> str | None:
    if isinstance(value, str):
        return value.strip() or None
    if depth == 0 or not value:
        return None
    if isinstance(value, list):
        return _sentence(value[0], depth - 1)
    if not isinstance(value, dict):
        return None
    found = (_sentence(value.get(key), depth - 1) for key in _WORDS)
    return next((words for words in found if words), None)
