"""Admits the attempts of a call: under a bound where a budget applies, and changed until there is money for them."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from concurrent.futures import Future
from decimal import Decimal
from typing import TypeAlias

from langchain_openrouter.errors import (
    BudgetExceededError,
    InsufficientCreditsError,
    OpenRouterError,
    PriceUnknownError,
)
from langchain_openrouter.settings import BudgetPolicy
from langchain_openrouter.spend.contracts import BoundedRequest, Ledger, RequestPlanner
from langchain_openrouter.spend.entry import Entry
from langchain_openrouter.spend.steps import Steps
from langchain_openrouter.spend.verdict import Verdict

_LOG = logging.getLogger(__name__)

SHORTEST_ANSWER = 16
"""Tokens: some providers refuse to be asked for less, and it would say nothing."""

_Refusal: TypeAlias = BudgetExceededError | InsufficientCreditsError


class Admission:
    """The request of a call as it may be sent.

    Args:
        request: The request as it was made.
        ledger: Who admits attempts; `None` where nobody has to.
        planner: Knows prices, and how requests are written.
        policy: What is done where there is no money for it.
    """

    def __init__(self, request: bytes, ledger: Ledger | None, planner: RequestPlanner, policy: BudgetPolicy) -> None:
        self.models: tuple[str, ...] | None = None
        """The models that are left to ask; `None` where they are those of the request as it was made."""
        self._request = request
        self._ledger = ledger
        self._planner = planner
        self._policy = policy
        self._bounded: BoundedRequest | None = None

    @property
    def body(self) -> bytes:
        """What the next attempt sends."""
        return self._request if self._bounded is None else self._bounded.body

    def admit(self, make_entry: Callable[[Decimal | None], Entry]) -> Steps[Entry]:
        """Admit the next attempt, with changes to the request where the policy has some.

        Args:
            make_entry: Makes the entry of the request as it is then, by its hold in USD.

        Returns:
            The entry as it was admitted. It is on the disk.

        Raises:
            BudgetExceededError: A budget has too little left.
            PriceUnknownError: A budget applies, and what the attempt may cost is unknown.
            LedgerError: It cannot be booked.
        """
        entry = make_entry(None)
        if self._ledger is None:
            return entry
        is_limited = self._ledger.has_budget_for(entry.scopes())
        while True:
            if is_limited and self._bounded is None:
                self._bounded = yield from self._bound(strict=self._ledger.strict)
            if self._bounded is not None:
                entry = make_entry(self._bounded.hold_usd)
            verdict = yield from _reserve(self._ledger, entry, unbounded=self._bounded is not None)
            if verdict is None:
                return entry
            # a budget that was set a moment ago is known to the ledger before it is to `has_budget_for`
            is_limited = True
            if isinstance(verdict, BudgetExceededError):
                self._change(self._explained(verdict))

    def answer_refusal(self, error: OpenRouterError) -> bool:
        """Change the request after OpenRouter has said that there is no money for it; whether to send it again."""
        if not isinstance(error, InsufficientCreditsError) or error.is_retryable:
            return False
        try:
            self._change(error)
        except InsufficientCreditsError:
            return False
        return True

    def _bound(self, *, strict: bool) -> Steps[BoundedRequest]:
        prices = self._planner.prepare()
        if prices is not None:
            try:
                yield prices
            except OpenRouterError as error:
                _LOG.warning("OpenRouter's list of models, which has the prices, cannot be had: %s", error)
        bounded = self._planner.bound(self._request, strict=strict)
        if bounded.hold_usd is None:
            why = bounded.why_unknown or "There is no price."
            if strict:
                raise PriceUnknownError(why, model_id=bounded.unpriced_model)
            warnings.warn(f"A budget applies, and nothing can be held for this call: {why}", stacklevel=2)
        return bounded

    def _explained(self, refusal: BudgetExceededError) -> BudgetExceededError:
        if self._bounded is None:
            return refusal
        return refusal.with_affordable(self._bounded.affordable_max_tokens(refusal.remaining_usd))

    def _change(self, refusal: _Refusal) -> None:
        """Change the request by the policy.

        Raises:
            BudgetExceededError: The refusal: there is nothing to change.
            InsufficientCreditsError: The same.
        """
        if self._policy == "clamp":
            self._clamp(refusal)
        elif self._policy == "next_model":
            self._go_on(refusal)
        else:
            raise refusal
        self._bounded = None

    def _clamp(self, refusal: _Refusal) -> None:
        affordable = (
            refusal.affordable_max_tokens if isinstance(refusal, BudgetExceededError) else refusal.affordable_tokens
        )
        if affordable is None or affordable < SHORTEST_ANSWER:
            raise refusal
        shorter = self._planner.with_max_tokens(self._request, affordable)
        if shorter is None:
            raise refusal
        _LOG.info("The answer may have %d tokens at most: %s", affordable, refusal)
        self._request = shorter

    def _go_on(self, refusal: _Refusal) -> None:
        rest = self._planner.without_first_model(self._request)
        if rest is None:
            raise refusal
        self._request, self.models = rest
        _LOG.info("The next model is asked, %s: %s", self.models[0], refusal)


def _reserve(ledger: Ledger, entry: Entry, *, unbounded: bool) -> Steps[Verdict]:
    """Reserve. A reservation that nobody waits for any more is taken back, once it has been made."""
    future = ledger.reserve(entry, unbounded=unbounded)
    try:
        verdict: Verdict = yield future
    except BaseException:
        if not future.cancel():
            future.add_done_callback(lambda done: _take_back(ledger, entry, done))
        raise
    return verdict


def _take_back(ledger: Ledger, entry: Entry, reserved: Future[Verdict]) -> None:
    if not reserved.cancelled() and reserved.exception() is None and reserved.result() is None:
        ledger.release(entry.id, "never sent")
