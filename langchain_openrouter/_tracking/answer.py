"""What an answer of any LangChain model says of its tokens and its cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from langchain_core.messages import AIMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import LLMResult

from langchain_openrouter.errors.facts import text_of
from langchain_openrouter.usage import Usage, parse_usage, parse_usd

_IDS = ("generation_id", "id")
_COSTS = ("cost", "cost_details", "is_byok")
"""Where models of OpenRouter's two packages for LangChain say what was charged."""


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """An answer. `None` is what it does not say."""

    generation_id: str | None = None
    names: tuple[str, ...] = ()
    """All that the generation and its message are called."""
    model: str | None = None
    provider: str | None = None
    usage: Usage | None = None
    """Its tokens, and its cost where it tells one that can be."""
    is_from_cache: bool = False
    """Whether LangChain's cache gave it, so that nothing was sent."""


def read_answer(result: LLMResult | None, streamed: UsageMetadata | None = None) -> ModelAnswer:
    """Read what LangChain says at the end of a run.

    Args:
        result: The end of the run; `None` where it brought none.
        streamed: Tokens by the chunks of the stream, where they are to be believed more than their sum in `result`.
    """
    generation = (
        result.generations[0][0] if result is not None and result.generations and result.generations[0] else None
    )
    message = getattr(generation, "message", None)
    facts: dict[str, object] = dict((result.llm_output if result is not None else None) or {})
    tokens: Mapping[str, object] | None = None
    if isinstance(message, AIMessage):
        facts.update(message.response_metadata)
        tokens = message.usage_metadata
    ids = [text_of(facts.get(key)) for key in _IDS]
    names = dict.fromkeys((*ids, text_of(getattr(message, "id", None))))
    return ModelAnswer(
        generation_id=next(filter(None, ids), None),
        names=tuple(filter(None, names)),
        model=_once(facts.get("model_name")),
        provider=_once(facts.get("provider")) or _once(facts.get("model_provider")),
        usage=_read_usage(facts, tokens if streamed is None else {**(tokens or {}), **streamed}),
        is_from_cache=_is_from_cache(tokens),
    )


def _is_from_cache(tokens: Mapping[str, object] | None) -> bool:
    # langchain-core writes this whole number into what its cache gives; a model that costs nothing would say 0.0
    total = (tokens or {}).get("total_cost")
    return type(total) is int and total == 0


def _read_usage(facts: Mapping[str, object], tokens: Mapping[str, object] | None) -> Usage | None:
    """Put together what stands in several places: tokens where LangChain has them, money where the model left it."""
    reported = facts.get("token_usage")
    wire: dict[str, object] = dict(reported) if isinstance(reported, Mapping) else {}
    wire.update((key, facts[key]) for key in _COSTS if facts.get(key) is not None)
    if tokens is not None and "input_tokens" in tokens:
        wire.update(
            prompt_tokens=tokens["input_tokens"],
            completion_tokens=tokens.get("output_tokens"),
            total_tokens=tokens.get("total_tokens"),
            prompt_tokens_details=tokens.get("input_token_details"),
            completion_tokens_details=tokens.get("output_token_details"),
        )
    if not wire and "total_cost" not in (tokens or {}):
        return None
    usage = parse_usage(wire)
    cost = parse_usd((tokens or {}).get("total_cost")) if usage.cost is None else usage.cost
    cost = None if cost is None or cost < 0 else cost
    return usage if cost is usage.cost else replace(usage, cost=cost)


def _once(value: object) -> str | None:
    """The text that a value is, once: LangChain strings the same text of several chunks together."""
    text = text_of(value)
    return None if text is None else text[: (text + text).index(text, 1)]
