"""Reads the `error` object of an answer, in all the shapes that OpenRouter is known to send, into a typed error.

Source: https://openrouter.ai/docs/api-reference/errors
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_openrouter._error_body.classes import ErrorClass, Facts, error_class
from langchain_openrouter._error_body.provider_words import provider_words, raw_text, readable
from langchain_openrouter._error_body.retry_after import parse_retry_after
from langchain_openrouter._error_body.statuses import parse_status
from langchain_openrouter.errors import APIStatusError, ModelUnavailableError
from langchain_openrouter.errors.facts import object_of, text_of, texts_of


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
    """Read an `error` object of any shape OpenRouter is known to send, by any of its APIs.

    Args:
        error: The wire's `error`: an object, or a string, or whatever a proxy put there. An event of the Responses API
            that is the error, or whose `response` holds it, can stand here too.
        status: The HTTP status, which may be 200.
        body: The whole body, or event, kept on the error. The Responses API has the `error_type` there, the Messages
            API the `metadata` and the id.
        headers: The response's headers, lower-case names.
        provider: The `provider` beside the error.
        generation_id: The id of the attempt.
        partial: The text that had arrived before.

    Returns:
        An error of the class that it means, ready to raise.

    Source: https://openrouter.ai/docs/api-reference/errors
    """
    headers = headers or {}
    wire = _unwrapped(error)
    beside = _beside(body)
    metadata = object_of(wire.get("metadata")) or object_of(beside.get("metadata"))
    availability = object_of(wire.get("availability"))
    error_type = next(filter(None, (text_of(one.get("error_type")) for one in (metadata, wire, beside))), None)
    name = error_type or _native_name(wire)
    meant = parse_status(status, wire, name, availability)
    words = text_of(wire.get("message")) or text_of(wire.get("error")) or text_of(error) or f"HTTP {meant or status}"
    words = readable(words)
    facts = Facts(meant, name, f"{words} {raw_text(metadata.get('raw'))}", metadata, availability)
    cls = error_class(facts)
    provider = text_of(metadata.get("provider_name")) or provider
    code, retryable = wire.get("code"), availability.get("retryable")
    return cls(
        _message(words, meant, provider, cls, facts),
        status_code=meant or status,
        code=code if isinstance(code, int | str) else None,
        error_type=error_type,
        provider=provider,
        metadata=metadata,
        availability=availability,
        retry_after=parse_retry_after(headers, availability, metadata),
        body=body,
        generation_id=headers.get("x-generation-id") or generation_id or text_of(beside.get("request_id")),
        partial=partial,
        is_retryable=retryable if isinstance(retryable, bool) else None,
    )


def _unwrapped(error: object) -> Mapping[str, Any]:
    # a proxy may wrap the object once more: {"error": {"error": {...}}}; an event has it in its response
    wire = object_of(error)
    inner = object_of(wire.get("error") or object_of(wire.get("response")).get("error"))
    return {**inner, **{key: value for key, value in wire.items() if key not in inner}} if inner else wire


def _beside(body: object) -> Mapping[str, Any]:
    """What stands beside the error. The metadata of a response or a chunk is not the error's."""
    holder = object_of(object_of(body).get("response")) or object_of(body)
    return {**holder, "metadata": None} if "object" in holder else holder


def _native_name(wire: Mapping[str, Any]) -> str | None:
    """The name that the Responses API has in `code`, and the Messages API in `type`."""
    code = text_of(wire.get("code"))
    return code if code and not code.isdecimal() else text_of(wire.get("type"))


def _message(words: str, status: int | None, provider: str | None, cls: ErrorClass, facts: Facts) -> str:
    """What went wrong, what the provider said of it, and what to do."""
    said = provider_words(facts.metadata.get("raw"))
    parts = [
        f"OpenRouter error{f' {status}' if status else ''}{f' from {provider}' if provider else ''}: {words.strip()}",
        f"The provider said: {said}" if said and said not in words else None,
        *(_why_unavailable(facts.availability) if issubclass(cls, ModelUnavailableError) else ()),
        text_of(facts.metadata.get("remedy_hint")) or cls.advice,
    ]
    return " ".join(part if part.endswith((".", "!", "?", ")", "}")) else f"{part}." for part in parts if part)


def _why_unavailable(availability: Mapping[str, Any]) -> list[str | None]:
    excluded, suggested = texts_of(availability.get("excluded_by")), texts_of(availability.get("fallback_models"))
    docs_url = text_of(availability.get("docs_url"))
    return [
        f"Excluded by: {', '.join(excluded)}" if excluded else None,
        text_of(object_of(availability.get("constraint")).get("detail")),
        f"OpenRouter suggests {', '.join(suggested)}" if suggested else None,
        f"See {docs_url}" if docs_url else None,
    ]
