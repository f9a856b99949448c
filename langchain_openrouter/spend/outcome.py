"""What an answer says of its cost, wherever it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from langchain_openrouter._fields import flag_of
from langchain_openrouter.errors.facts import object_of, text_of
from langchain_openrouter.usage import Usage, parse_usd


class Outcome(NamedTuple):
    """What a ledger needs to know of an answer. `None`: the answer does not say."""

    usage: Usage | None = None
    """Tokens, and cost in USD."""
    generation_id: str | None = None
    model: str | None = None
    provider: str | None = None
    server_tools: Mapping[str, int] = {}
    """Uses of OpenRouter's server tools by their names on the wire."""


def outcome_of_message(metadata: Mapping[str, object], tokens: Mapping[str, object] | None) -> Outcome:
    """Read the `response_metadata` and the `usage_metadata` of a message."""
    return Outcome(
        usage=_usage(metadata, tokens),
        generation_id=text_of(metadata.get("generation_id")),
        model=text_of(metadata.get("model_name")),
        provider=text_of(metadata.get("provider")),
        server_tools=_server_tools(metadata),
    )


def _usage(metadata: Mapping[str, object], tokens: Mapping[str, object] | None) -> Usage | None:
    cost = parse_usd(metadata.get("cost"))
    if tokens is None:
        if cost is None:
            return None
        tokens = {}
    details = metadata.get("cost_details")
    return Usage(
        _count(tokens.get("input_tokens")),
        _count(tokens.get("output_tokens")),
        _count(tokens.get("total_tokens")),
        _counts(tokens.get("input_token_details")),
        _counts(tokens.get("output_token_details")),
        cost,
        parse_usd(object_of(details).get("upstream_inference_cost")) if details else None,
        flag_of(metadata.get("is_byok")),
    )


def _server_tools(metadata: Mapping[str, object]) -> dict[str, int]:
    found = _counts(metadata.get("server_tool_use_details")) or _counts(metadata.get("server_tool_use"))
    return {name: count for name, count in found.items() if count} if found else found


def _counts(value: object) -> dict[str, int]:
    if not value:
        return {}
    return {str(name): count for name, count in object_of(value).items() if type(count) is int}


def _count(value: object) -> int:
    return value if type(value) is int else 0
