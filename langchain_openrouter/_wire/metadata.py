"""Facts about an answer: one home for usage, cost and metadata, for bodies and for streams alike."""

from __future__ import annotations

from typing import Any

from langchain_core.messages.ai import InputTokenDetails, OutputTokenDetails, UsageMetadata

from langchain_openrouter._wire.types import PROVIDER, ReadOnlyWire, Wire
from langchain_openrouter.usage import parse_usage

_NOT_FACTS = frozenset({"choices", "usage", "model", "error", "user_id"})
"""Keys of a body that stand elsewhere in the message, or are nobody's business."""

_COUNTS = frozenset(
    {
        "prompt_tokens",
        "completion_tokens",
        "total_tokens",
        "input_tokens",
        "output_tokens",
        "prompt_tokens_details",
        "completion_tokens_details",
        "input_tokens_details",
        "output_tokens_details",
    }
)
"""Keys of a `usage` object that stand in `usage_metadata`."""

_NOT_CHOICE_FACTS = frozenset({"index", "message", "delta", "error"})


_CACHE_HEADERS = {
    "status": "x-openrouter-cache-status",
    "age": "x-openrouter-cache-age",
    "ttl": "x-openrouter-cache-ttl",
    "source_id": "x-openrouter-cache-source-id",
}


def parse_metadata(body: ReadOnlyWire, choice: ReadOnlyWire, headers: ReadOnlyWire) -> dict[str, Any]:
    """Collect the `response_metadata` of an answer, under the names that LangChain's own package uses.

    Keys that OpenRouter may add tomorrow come out under their own names.
    """
    metadata: dict[str, Any] = {"model_provider": PROVIDER, "finish_reason": None, "logprobs": None}
    metadata.update((key, value) for key, value in choice.items() if key not in _NOT_CHOICE_FACTS)
    if body.get("model"):
        metadata["model_name"] = body["model"]
    metadata.update((key, value) for key, value in body.items() if key not in _NOT_FACTS and value not in (None, ""))
    usage = body.get("usage")
    if isinstance(usage, dict):
        metadata.update((key, value) for key, value in usage.items() if key not in _COUNTS and value not in (None, {}))
    if metadata.get("native_finish_reason", "") is None:
        del metadata["native_finish_reason"]
    if generation_id := parse_generation_id(body, headers):
        metadata["generation_id"] = generation_id
    return {**metadata, **parse_response_cache(headers)}


def parse_response_cache(headers: ReadOnlyWire) -> dict[str, Any]:
    """What the headers say of OpenRouter's cache of answers, as `response_cache`; empty where they say nothing."""
    cache = {key: headers[name] for key, name in _CACHE_HEADERS.items() if name in headers}
    return {"response_cache": cache} if cache else {}


def parse_usage_metadata(wire: Wire) -> UsageMetadata:
    """Read a `usage` object into LangChain's token counts. Details that the wire leaves out are left out."""
    usage = parse_usage(wire)
    metadata = UsageMetadata(
        input_tokens=usage.input_tokens, output_tokens=usage.output_tokens, total_tokens=usage.total_tokens
    )
    if usage.input_details:
        metadata["input_token_details"] = InputTokenDetails(**usage.input_details)  # type: ignore[typeddict-item]  # open
    if usage.output_details:
        metadata["output_token_details"] = OutputTokenDetails(**usage.output_details)  # type: ignore[typeddict-item]  # open
    return metadata


def parse_generation_id(body: ReadOnlyWire, headers: ReadOnlyWire) -> str | None:
    """The id of an attempt: the header's where there is one, since a stream that is cut may say no other."""
    found = headers.get("x-generation-id") or body.get("id")
    return found if isinstance(found, str) else None
