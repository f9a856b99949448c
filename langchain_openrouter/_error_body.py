"""Reads the `error` object of an answer, in all the shapes that OpenRouter is known to send, into a typed error.

Source: https://openrouter.ai/docs/api-reference/errors
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from langchain_openrouter.errors import (
    ERROR_TYPE_STATUSES,
    ERROR_TYPES,
    STATUS_ERRORS,
    APIStatusError,
    AuthenticationError,
    ContextLengthExceededError,
    InsufficientCreditsError,
    InternalServerError,
    ModerationError,
    PermissionDeniedError,
    RateLimitError,
)

# Providers word it in their own ways, and OpenRouter passes their words on with status 400.
_CONTEXT_OVERFLOW_WORDS = ("maximum context length", "context length exceeded", "context window", "prompt is too long")

_ADVICE: Mapping[type[APIStatusError], str] = {
    AuthenticationError: "Check OPENROUTER_API_KEY (https://openrouter.ai/settings/keys).",
    InsufficientCreditsError: "Add credits (https://openrouter.ai/settings/credits) or ask for fewer tokens.",
    RateLimitError: "Wait and try again, or add fallback models.",
    ContextLengthExceededError: "Shorten the messages or choose a model with a larger context window.",
}


def error_class(status: int | None, error_type: str | None, message: str) -> type[APIStatusError]:
    """Choose the class for an error by `error_type`, then by status and by the words of OpenRouter or the provider."""
    message = message.lower()
    if error_type is not None and error_type in ERROR_TYPES:
        return ERROR_TYPES[error_type]
    if status == 400 and any(words in message for words in _CONTEXT_OVERFLOW_WORDS):  # noqa: PLR2004 - HTTP
        return ContextLengthExceededError
    if status is None:
        return InternalServerError
    if status in STATUS_ERRORS:
        return STATUS_ERRORS[status]
    return InternalServerError if status >= 500 else APIStatusError  # noqa: PLR2004 - HTTP


def parse_error(
    error: object,
    *,
    status: int,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    provider: str | None = None,
    generation_id: str | None = None,
    partial: str = "",
) -> APIStatusError:
    """Read an `error` object of any shape OpenRouter is known to send.

    Args:
        error: The wire's `error`: an object, or a string, or whatever a proxy put there.
        status: The HTTP status, which may be 200.
        body: The whole body, kept on the error.
        headers: The response's headers, lower-case names.
        provider: The `provider` beside the error.
        generation_id: The id of the attempt.
        partial: The text that had arrived before.

    Returns:
        An error of the class that the wire's status or `error_type` means, ready to raise.

    Source: https://openrouter.ai/docs/api-reference/errors
    """
    headers = headers or {}
    wire = _unwrap(error)
    metadata = _mapping(wire.get("metadata"))
    availability = _mapping(wire.get("availability"))
    code = wire.get("code")
    error_type = _text(metadata.get("error_type")) or _text(wire.get("error_type"))
    meant = _status(status, code, wire.get("http_status")) or ERROR_TYPE_STATUSES.get(error_type or "")
    words = _text(wire.get("message")) or _text(error) or f"HTTP {meant or status}"
    cls = error_class(meant, error_type, f"{words} {metadata.get('raw')}")
    if cls is PermissionDeniedError and "reasons" in metadata:
        cls = ModerationError
    provider = _text(metadata.get("provider_name")) or provider
    retryable = availability.get("retryable")
    return cls(
        _sentence(words, cls, meant or status, provider, metadata),
        status_code=meant or status,
        code=code if isinstance(code, int | str) else None,
        error_type=error_type,
        provider=provider,
        metadata=metadata,
        availability=availability,
        retry_after=_retry_after(headers, availability, metadata),
        body=body,
        generation_id=headers.get("x-generation-id") or generation_id,
        partial=partial,
        is_retryable=retryable if isinstance(retryable, bool) else None,
    )


def _unwrap(error: object) -> Mapping[str, Any]:
    # a proxy may wrap the object once more: {"error": {"error": {...}}}
    wire = _mapping(error)
    inner = wire.get("error")
    return {**inner, **{k: v for k, v in wire.items() if k not in inner}} if isinstance(inner, Mapping) else wire


def _status(http_status: int, code: object, declared: object) -> int | None:
    """The status that is meant: the HTTP status where it is an error, else what the body says."""
    if http_status >= 300:  # noqa: PLR2004 - HTTP
        return http_status
    for value in (code, declared):
        if isinstance(value, int | str) and str(value).isdigit() and int(value) >= 400:  # noqa: PLR2004 - HTTP
            return int(value)
    return None


def _sentence(
    words: str, cls: type[APIStatusError], status: int, provider: str | None, metadata: Mapping[str, Any]
) -> str:
    parts = [f"OpenRouter error {status}" + (f" from {provider}" if provider else "") + f": {words}"]
    raw = metadata.get("raw")
    if raw and str(raw) not in words:
        parts.append(f"The provider said: {str(raw)[:1000]}")
    if cls in _ADVICE:
        parts.append(_ADVICE[cls])
    return " ".join(part if part.endswith((".", "!", "?", ")", "}")) else part + "." for part in parts)


def _retry_after(
    headers: Mapping[str, str], availability: Mapping[str, Any], metadata: Mapping[str, Any]
) -> float | None:
    for value in (
        headers.get("retry-after"),
        availability.get("retry_after"),
        _mapping(metadata.get("headers")).get("Retry-After"),
    ):
        seconds = _seconds(value)
        if seconds is not None:
            return seconds
    return None


def _seconds(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return max(0.0, float(value)) if math.isfinite(value) else None
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        return _seconds(float(value))
    except ValueError:
        return _seconds_until(value)


def _seconds_until(http_date: str) -> float | None:
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(http_date)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
