"""The dearest bill that a request can come to, for any length of the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext

from langchain_openrouter.spend.max_price import UPWARDS
from langchain_openrouter.spend.rates import Rates
from langchain_openrouter.spend.server_work import MOST_CALLS, Consultation, ServerWork, Work
from langchain_openrouter.spend.unbounded import UnboundedError

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Turns:
    """The turns of a model that OpenRouter's tools come between."""

    context: int
    """Tokens that a prompt has at most."""
    growth: int | None
    """Tokens that a call adds to the prompt, besides the answer that asks for it; `None`: as many as fit."""
    most_calls: int | None
    """Calls, and turns that follow them; `None`: as many as `max_cost` allows."""
    last_turns: int
    fees: Decimal
    """USD for all of the calls."""
    max_cost: Decimal | None
    overshoot: Decimal
    """USD for calls that are under way when `max_cost` is reached."""


@dataclass(frozen=True, slots=True)
class HoldBill:
    """What a request may cost, at most."""

    rates: Rates
    prompt_tokens: int
    """Of the first turn."""
    images: int = 0
    beyond: int = 0
    """Tokens of an answer that `max_tokens` does not stop."""
    fees: Decimal = _NOTHING
    """USD for what is done once."""
    turns: Turns | None = None
    """`None`: there is one turn."""

    @property
    def grows_with_the_answer(self) -> bool:
        """Whether a longer answer costs more: a turn that follows it reads it."""
        return bool(self.rates.completion) or (self.turns is not None and bool(self.rates.prompt))

    def usd(self, max_tokens: int) -> Decimal:
        """USD, with an answer of so many tokens in each turn."""
        answer = max_tokens + self.beyond
        with localcontext(UPWARDS):
            if self.turns is None:
                return self._turn(self.prompt_tokens, answer) + self.fees
            ends = (self._after_calls(self.turns, answer), self._after_cost(self.turns, answer))
            return min(end for end in ends if end is not None) + self.fees

    def _turn(self, prompt_tokens: int, answer: int) -> Decimal:
        rates = self.rates
        media = rates.image * self.images + rates.request
        return rates.prompt * prompt_tokens + rates.completion * answer + media

    def _after_calls(self, turns: Turns, answer: int) -> Decimal | None:
        if turns.most_calls is None:
            return None
        usd = self._turn(self.prompt_tokens, answer) + turns.fees
        for call in range(1, turns.most_calls + turns.last_turns + 1):
            grown = None if turns.growth is None else self.prompt_tokens + call * (turns.growth + answer)
            usd += self._turn(turns.context if grown is None else min(grown, turns.context), answer)
        return usd

    def _after_cost(self, turns: Turns, answer: int) -> Decimal | None:
        if turns.max_cost is None:
            return None
        # the turn that goes over it, and the last one, which answers
        return turns.max_cost + 2 * self._turn(turns.context, answer) + turns.overshoot


def bill_of(
    rates: Rates,
    prompt_tokens: int,
    *,
    images: int,
    beyond: int,
    context: int | None,
    work: ServerWork | None,
    consulted: Mapping[str, int],
) -> HoldBill:
    """Make the bill of a chat.

    Args:
        rates: The dearest prices of the models that may answer.
        prompt_tokens: Of the request as it stands.
        images: In the prompt.
        beyond: Tokens of an answer that `max_tokens` does not stop, whichever model gives it.
        context: Tokens that a prompt has at most; `None` is unknown.
        work: What OpenRouter does besides.
        consulted: The contexts, in tokens, of the models that tools consult. The rates are theirs too.

    Raises:
        UnboundedError: Something has no bound.
    """
    if work is None:
        return HoldBill(rates, prompt_tokens, images, beyond)
    prices = [_consult(part.consultation, rates, beyond, consulted) for part in work.parts]
    parts = [_price(part, work, rates, advice) for part, advice in zip(work.parts, prices, strict=True)]
    once = [part for part in parts if not part.is_followed_by_a_turn]
    calls = [part for part in parts if part.is_followed_by_a_turn]
    found = [_times(part.tokens, part.most_uses) for part in once]
    first = context if None in found else prompt_tokens + sum(tokens for tokens in found if tokens is not None)
    if first is None or (calls and context is None):
        raise UnboundedError("How much of what tools find the model reads is not known. Leave them out.")
    return HoldBill(
        rates,
        first if context is None else min(first, context),
        images,
        beyond,
        fees=sum((part.fee * part.most_uses for part in once), _NOTHING),
        turns=_turns(calls, work, context) if calls and context is not None else None,
    )


@dataclass(frozen=True, slots=True)
class _PricedWork:
    fee: Decimal
    """USD for one use."""
    tokens: int | None
    """Of one result; `None`: as many as fit."""
    most_uses: int
    is_followed_by_a_turn: bool


def _price(part: Work, work: ServerWork, rates: Rates, advice: Decimal) -> _PricedWork:
    look_up = part.look_up
    fee = look_up.fee + advice
    if look_up.may_be_native and rates.search is None:
        raise UnboundedError(
            'What a search by the provider of the model costs is not known. Choose an engine, such as `engine="exa"`.'
        )
    # a provider without a price for it does not search, so that Exa does
    native_fee = rates.search if look_up.may_be_native and part.way != "answer" else None
    if native_fee:
        # of the providers, Anthropic alone heeds `max_uses`
        return _PricedWork(max(fee, native_fee), None, work.most_calls or MOST_CALLS, is_followed_by_a_turn=True)
    often = work.most_calls or MOST_CALLS if part.way == "tool" else 1
    return _PricedWork(
        fee=max(fee, rates.search or _NOTHING) if part.way == "answer" else fee,
        tokens=look_up.result_tokens,
        most_uses=part.most_uses or often,
        is_followed_by_a_turn=part.way == "tool",
    )


def _consult(consultation: Consultation | None, rates: Rates, beyond: int, consulted: Mapping[str, int]) -> Decimal:
    if consultation is None:
        return _NOTHING
    with localcontext(UPWARDS):
        prompt = rates.prompt * consulted[consultation.model]
        return prompt + rates.completion * (consultation.max_tokens + beyond) + rates.request


def _turns(calls: list[_PricedWork], work: ServerWork, context: int) -> Turns:
    growths = [part.tokens for part in calls]
    dearest = max(part.fee for part in calls)
    fees = sum((part.fee * part.most_uses for part in calls), _NOTHING)
    return Turns(
        context=context,
        growth=None if None in growths else max(tokens for tokens in growths if tokens is not None),
        most_calls=work.most_calls,
        last_turns=work.last_turns,
        fees=fees if work.most_calls is None else min(fees, dearest * work.most_calls),
        max_cost=work.max_cost,
        overshoot=dearest * work.calls_at_once,
    )


def _times(tokens: int | None, uses: int) -> int | None:
    return None if tokens is None else tokens * uses
