"""The request schemas of OpenRouter's OpenAPI document, made strict: a key that nobody documents is a mistake.

Most objects of the document are open to any key, so that a misspelt one would pass. Here they are closed, after what
OpenRouter documents elsewhere has been added.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

Schema = dict[str, Any]


class Addition(NamedTuple):
    """A key of requests that OpenRouter documents and its OpenAPI document lacks, or has another type for."""

    where: str
    """The schema, by its name and the way down from there."""
    key: str
    schema: Schema
    source: str
    """The page of OpenRouter's documentation, or what else says so."""


_TEXT: Schema = {"type": "string"}
_FLAG: Schema = {"type": "boolean"}
_OBJECT: Schema = {"type": "object"}
_PRICE: Schema = {"type": ["number", "string"]}
_COUNT: Schema = {"type": "integer", "minimum": 1}

_CHAT = "ChatRequest"
_REASONING = "ChatRequest/properties/reasoning"
_ROUTING_GUIDE = "guides/routing/provider-selection"
_REASONING_GUIDE = "guides/best-practices/reasoning-tokens"
_CACHING_GUIDE = "guides/best-practices/prompt-caching"
_CACHE_CONTROL: Schema = {"$ref": "#/components/schemas/ChatContentCacheControl"}

ADDITIONS = (
    Addition(_CHAT, "audio", _OBJECT, "guides/overview/multimodal/audio"),
    Addition(_CHAT, "include_reasoning", _FLAG, _REASONING_GUIDE),
    Addition(_CHAT, "max_tool_calls", _COUNT, "guides/features/server-tools"),
    Addition(_CHAT, "preset", _TEXT, "guides/features/presets"),
    Addition(_CHAT, "speed", {"enum": ["fast", "standard"]}, "guides/features/service-tiers"),
    Addition(_CHAT, "structured_outputs", _FLAG, "api_reference/parameters"),
    Addition(_CHAT, "usage", _OBJECT, "cookbook/administration/usage-accounting"),
    Addition(_CHAT, "verbosity", {"enum": ["low", "medium", "high", "xhigh", "max"]}, "api_reference/parameters"),
    Addition(_CHAT, "web_search_options", _OBJECT, "guides/features/plugins/web-search"),
    Addition(_CHAT, "x_search_filter", _OBJECT, "guides/features/plugins/web-search"),
    Addition(_REASONING, "context", {"enum": ["auto", "all_turns", "current_turn"]}, "model-migrations/gpt-5-6"),
    Addition(_REASONING, "enabled", _FLAG, _REASONING_GUIDE),
    Addition(_REASONING, "exclude", _FLAG, _REASONING_GUIDE),
    Addition(_REASONING, "max_tokens", _COUNT, _REASONING_GUIDE),
    Addition(_REASONING, "mode", {"enum": ["standard", "pro"]}, "model-migrations/gpt-5-6"),
    Addition("ChatAssistantMessage", "annotations", {"type": "array"}, "guides/overview/multimodal/pdfs"),
    Addition("ChatAssistantMessage", "reasoning_content", _TEXT, _REASONING_GUIDE),
    Addition("ProviderPreferences", "options", _OBJECT, "the official SDK, openrouter 1.3.84"),
    *(
        Addition(f"ChatContent{kind}", "cache_control", _CACHE_CONTROL, _CACHING_GUIDE)
        for kind in ("Audio", "File", "Image", "Video")
    ),
    *(
        Addition("ProviderPreferences/properties/max_price", key, _PRICE, _ROUTING_GUIDE)
        for key in ("prompt", "completion", "request", "image", "audio")
    ),
)


def closed(content: Schema) -> Schema:
    """Close the object schemas of a document that do not say whether they are open. Changes and returns it."""
    schemas = content["components"]["schemas"]
    for addition in ADDITIONS:
        schema = schemas
        for step in addition.where.split("/"):
            schema = schema[step]
        schema["properties"][addition.key] = addition.schema
    extended = {part["$ref"] for schema in _all(schemas.values()) for part in schema.get("allOf", ()) if "$ref" in part}
    for name, schema in schemas.items():
        # what another schema extends must leave room for the extension
        if f"#/components/schemas/{name}" not in extended:
            _close(schema)
    for methods in content["paths"].values():
        for media in methods.get("post", {}).get("requestBody", {}).get("content", {}).values():
            _close(media["schema"])
    return content


def _all(schemas: Iterable[Schema]) -> Iterator[Schema]:
    for schema in schemas:
        yield schema
        yield from _all(_inner(schema))


def _close(schema: Schema) -> None:
    if "properties" in schema and "allOf" not in schema:
        schema.setdefault("additionalProperties", False)
    for inner in _inner(schema):
        _close(inner)


def _inner(schema: Schema) -> Iterator[Schema]:
    yield from schema.get("properties", {}).values()
    yield from (schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict))
    for key in ("anyOf", "oneOf"):
        yield from schema.get(key, ())
