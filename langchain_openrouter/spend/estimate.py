"""What a request may cost at most, worked out before it is sent.

The prompt is bounded by its bytes, the answer by `max_tokens`, the prices by the dearest that may hold (long prompts,
hours, writing to the cache, reasoning) under `max_price`, and the work of tools by their number. Where one of these is
not known, the plan says so, and what to do.

Source: https://openrouter.ai/docs/use-cases/usage-accounting
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal, TypeAlias

from langchain_openrouter.model_info import ModelInfo
from langchain_openrouter.spend.answer_limit import longest_answer, own_limit, tokens_beyond
from langchain_openrouter.spend.chain import models_of
from langchain_openrouter.spend.file_fees import check_files
from langchain_openrouter.spend.hold_bill import HoldBill, bill_of
from langchain_openrouter.spend.hold_plan import LONGEST_ANSWER, HoldPlan
from langchain_openrouter.spend.max_price import parse_max_price
from langchain_openrouter.spend.prompt_bound import PromptBound, bound_prompt, room_of
from langchain_openrouter.spend.rates import Touched, dearest_of, rates_of
from langchain_openrouter.spend.retrieval_bill import bill_of_retrieval
from langchain_openrouter.spend.server_work import ServerWork, read_server_work
from langchain_openrouter.spend.unbounded import UnboundedError
from langchain_openrouter.spend.wire_values import texts_in

Kind: TypeAlias = Literal["chat", "embeddings", "rerank"]
FindModel: TypeAlias = Callable[[str], ModelInfo | None]

_TEXT = frozenset({"text"})


def plan_hold(
    body: Mapping[str, object],
    *,
    kind: Kind,
    find_model: FindModel,
    at: datetime,
    find_estimate: FindModel | None = None,
) -> HoldPlan:
    """Work out what a request may cost at most.

    Args:
        body: As it is sent: for chat completions, the Responses API, embeddings or reranking.
        kind: Which of these; both APIs of chats are `chat`.
        find_model: OpenRouter's list of models, such as `ModelList.find`; it answers `None` for what is not there.
        at: When it is sent; without a zone it is UTC.
        find_estimate: Is asked for what is not in the list, such as `price_table.find_in_table`.
    """
    models = _Models(find_model, find_estimate)
    try:
        plan = _plan_chat(body, models, at) if kind == "chat" else _plan_retrieval(kind, body, models, at)
    except UnboundedError as unbounded:
        own = own_limit(body, ()) if kind == "chat" else None
        return HoldPlan(
            hold_usd=None,
            max_tokens=None if own is None else own.max_tokens,
            max_tokens_key=None if own is None else own.key,
            why_unknown=unbounded.why,
            model_id=unbounded.model_id,
        )
    return replace(plan, is_estimate=True) if models.is_estimate else plan


class _Models:
    """What is known of models, and whether all of it is from OpenRouter's list."""

    def __init__(self, find_model: FindModel, find_estimate: FindModel | None) -> None:
        self._find_model = find_model
        self._find_estimate = find_estimate
        self.is_estimate = False

    def find(self, model: str) -> ModelInfo | None:
        info = self._find_model(model)
        if info is None and self._find_estimate is not None:
            info = self._find_estimate(model)
            self.is_estimate = self.is_estimate or info is not None
        return info


def _plan_chat(body: Mapping[str, object], models: _Models, at: datetime) -> HoldPlan:
    limit = parse_max_price(body)
    names = models_of(body, limit)
    infos = {name: models.find(name) for name in names}
    work, prompt = read_server_work(body, names), bound_prompt(body)
    check_files(body, prompt.media, tuple(infos.values()))
    touched = Touched(at, limit, prompt.media, prompt.is_kept_for_an_hour, _modalities(body))
    lengths = {name: _prompt_tokens(prompt, name, info) for name, info in infos.items()}
    rates = [rates_of(info, name, touched, room_of(info) if work else lengths[name]) for name, info in infos.items()]
    consulted = _consulted(work, models)
    rates += [rates_of(info, name, _in_words(touched), room_of(info)) for name, info in consulted.items()]
    bill = bill_of(
        dearest_of(rates),
        max(lengths.values()),
        images=prompt.media.get("image", 0),
        beyond=max(tokens_beyond(body, info, name) for name, info in (*infos.items(), *consulted.items())),
        context=_longest_prompt(infos.values()),
        work=work,
        consulted={name: room_of(info) or 0 for name, info in consulted.items()},
    )
    return _planned(bill, body, infos, lengths)


def _planned(
    bill: HoldBill, body: Mapping[str, object], infos: Mapping[str, ModelInfo | None], lengths: Mapping[str, int]
) -> HoldPlan:
    own = own_limit(body, tuple(infos.values()))
    longest = [longest_answer(info, lengths[name]) for name, info in infos.items()]
    cap = None if None in longest else min(tokens for tokens in longest if tokens is not None)
    max_tokens = own.max_tokens
    if max_tokens is None and bill.grows_with_the_answer:
        if cap is None:
            name = next(iter(infos))
            raise UnboundedError(f"How long an answer of {name!r} may be is not known. Give `max_tokens`.", name)
        max_tokens = cap
    return HoldPlan(
        hold_usd=bill.usd(max_tokens or 0),
        max_tokens=max_tokens,
        max_tokens_key=own.key,
        bill=bill,
        longest=max(own.max_tokens or 0, cap or 0) or LONGEST_ANSWER,
    )


def _plan_retrieval(
    kind: Literal["embeddings", "rerank"], body: Mapping[str, object], models: _Models, at: datetime
) -> HoldPlan:
    limit = parse_max_price(body)
    (name, *_) = models_of(body, limit)
    prompt = bound_prompt(body)
    touched = Touched(at, limit, prompt.media, is_kept_for_an_hour=False, modalities=_TEXT)
    bill = bill_of_retrieval(kind, body, name, models.find(name), prompt, touched)
    return HoldPlan(hold_usd=bill.usd(0), bill=bill)


def _prompt_tokens(prompt: PromptBound, name: str, info: ModelInfo | None) -> int:
    tokens = prompt.tokens(info)
    if tokens is None:
        raise UnboundedError(
            f"How many tokens {name!r} makes of images and files is not known: it is not in the list of models. Fetch "
            "the list with `ModelCatalogue().fetch()`.",
            name,
        )
    return tokens


def _consulted(work: ServerWork | None, models: _Models) -> dict[str, ModelInfo]:
    """The models that tools consult."""
    names = [part.consultation.model for part in work.parts if part.consultation is not None] if work else ()
    found: dict[str, ModelInfo] = {}
    for name in names:
        info = models.find(name)
        if info is None or info.context_length is None:
            raise UnboundedError(f"How much {name!r} may read when a tool asks it is not known.", name)
        found[name] = info
    return found


def _in_words(touched: Touched) -> Touched:
    return replace(touched, media={}, modalities=_TEXT)


def _longest_prompt(infos: Iterable[ModelInfo | None]) -> int | None:
    """Tokens of the longest prompt that one of the models takes; `None` where one is unknown."""
    longest = 0
    for info in infos:
        room = room_of(info)
        if room is None:
            return None
        longest = max(longest, room)
    return longest


def _modalities(body: Mapping[str, object]) -> frozenset[str] | None:
    return frozenset(texts_in(body.get("modalities"))) or None
