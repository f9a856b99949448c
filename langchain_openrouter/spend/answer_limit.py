"""How long an answer may be: what the request says, or what has to be sent so that there is a limit.

Source: https://openrouter.ai/docs/api-reference/parameters
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from langchain_openrouter.errors.facts import object_of
from langchain_openrouter.model_info import ModelInfo
from langchain_openrouter.spend.unbounded import UnboundedError
from langchain_openrouter.spend.wire_values import as_count

LIMIT_KEYS = _OLD, _NEW, _RESPONSES = "max_tokens", "max_completion_tokens", "max_output_tokens"
"""What limits an answer: in chat completions, once and now, and in the Responses API."""
_REASON_BESIDES = frozenset({"bytedance-seed", "x-ai"})
"""Makers whose models do not count reasoning against the limit, as recorded bills show. A router may choose them."""
_MOST_REASONING = 128_000
"""Tokens: the largest budget of reasoning that OpenRouter takes.

Source: https://openrouter.ai/docs/use-cases/reasoning-tokens
"""
_AFTER_THE_END = 16
"""Tokens by which recorded answers go over the limit, and some: what ends an answer is counted on top."""
_LEAST_ROOM = 4
"""The share of the context, one in so many, that is left to an answer however many bytes the prompt has."""


@dataclass(frozen=True, slots=True)
class AnswerLimit:
    """The limit of a request's own."""

    key: str
    """Where it stands, or would."""
    max_tokens: int | None
    """`None`: it has none."""


def own_limit(body: Mapping[str, object], infos: Sequence[ModelInfo | None]) -> AnswerLimit:
    """Read the limit of a chat request. Of two, the larger is taken.

    Args:
        body: For chat completions or the Responses API.
        infos: The models that may answer.
    """
    if "messages" not in body and "input" in body:
        return AnswerLimit(_RESPONSES, as_count(body.get(_RESPONSES)))
    given = {key: count for key in (_OLD, _NEW) if (count := as_count(body.get(key))) is not None}
    if given:
        key = max(given, key=lambda name: given[name])
        return AnswerLimit(key, given[key])
    known = [info for info in infos if info is not None]
    only_new = known and all(info.supports(_NEW) for info in known) and not all(info.supports(_OLD) for info in known)
    return AnswerLimit(_NEW if only_new else _OLD, None)


def tokens_beyond(body: Mapping[str, object], info: ModelInfo | None, model_id: str) -> int:
    """Tokens of an answer that `max_tokens` does not stop, at most.

    Raises:
        UnboundedError: The model does not heed it, and nobody knows how long its answers may be.
    """
    if info is not None and info.supported_parameters and not (info.supports(_OLD) or info.supports(_NEW)):
        longest = info.max_output_tokens or info.context_length
        if longest is None:
            raise UnboundedError(
                f"{model_id!r} heeds no `max_tokens`, and how long its answers may be is unknown.", model_id
            )
        return longest
    return _AFTER_THE_END + _uncounted_reasoning(body, info, model_id)


def _uncounted_reasoning(body: Mapping[str, object], info: ModelInfo | None, model_id: str) -> int:
    maker = (model_id if info is None else info.id).removeprefix("~").partition("/")[0]
    is_any = info is None or info.pricing.completion is None
    wanted = object_of(body.get("reasoning"))
    is_off = wanted.get("effort") == "none" or wanted.get("enabled") is False
    if is_off or not (is_any or maker in _REASON_BESIDES):
        return 0
    longest = None if info is None else info.max_output_tokens or info.context_length
    return _MOST_REASONING if longest is None else min(longest, _MOST_REASONING)


def longest_answer(info: ModelInfo | None, prompt_tokens: int) -> int | None:
    """Tokens that may be asked of a model together with a prompt; `None` is unknown.

    The prompt is counted by its bytes, which are some four times its tokens: a quarter of the context is left to the
    answer in any case. The context of a router is that of the largest model that it chooses from, and says nothing.
    """
    if info is None:
        return None
    limits = [] if info.max_output_tokens is None else [info.max_output_tokens]
    if info.context_length is not None and info.pricing.completion is not None:
        limits.append(max(info.context_length - prompt_tokens, info.context_length // _LEAST_ROOM))
    return max(1, min(limits)) if limits else None
