"""What a request may cost at most, and what has to be sent with it so that this is true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from langchain_openrouter.spend.hold_bill import HoldBill

LONGEST_ANSWER = 2**31 - 1
"""Tokens, where an answer of any length costs the same."""


@dataclass(frozen=True, slots=True)
class HoldPlan:
    """What a request may cost at most, and what has to be sent with it so that this is true.

    It is true of what OpenRouter documents: an answer keeps to `max_tokens`, and no endpoint is used that costs more
    than `max_price`. What a provider charges to one's own key (BYOK) has the same bound.
    """

    hold_usd: Decimal | None
    """USD; `None` is unknown."""
    max_tokens: int | None = None
    """Tokens of the answer that `hold_usd` is for, to be sent under `max_tokens_key`. `None`: there is no need, since
    the answer costs nothing, or there is none."""
    max_tokens_key: str | None = None
    """`max_tokens`, `max_completion_tokens` or `max_output_tokens`, whichever the request has or should have; `None`
    for embeddings and ranks."""
    is_estimate: bool = False
    """Whether a price comes from elsewhere than OpenRouter's list of models, so that it may be wrong."""
    why_unknown: str | None = None
    """Why the hold is unknown, and what to do, in sentences; `None` where it is known."""
    model_id: str | None = None
    """The model whose price is unknown; `None` where it is not a model's."""
    bill: HoldBill | None = field(default=None, repr=False)
    """What it is made of; `None` where the hold is unknown."""
    longest: int = field(default=LONGEST_ANSWER, repr=False)
    """Tokens of the longest answer that is worth asking for."""

    @property
    def max_price(self) -> Mapping[str, str] | None:
        """What `provider.max_price` has to be, in its own units. `None`: the hold is unknown.

        It has the request's own limits, and the listed prices where there is none: with it, OpenRouter uses no endpoint
        that costs more, or none at all.
        """
        return None if self.bill is None else self.bill.rates.max_price.render()

    def with_max_tokens(self, max_tokens: int) -> HoldPlan:
        """The plan for an answer of so many tokens at most. One that is unknown remains so."""
        if self.bill is None:
            return replace(self, max_tokens=max_tokens)
        return replace(self, max_tokens=max_tokens, hold_usd=self.bill.usd(max_tokens))

    def affordable_max_tokens(self, left_usd: Decimal) -> int | None:
        """The largest `max_tokens` that so much money is enough for.

        Args:
            left_usd: USD.

        Returns:
            Tokens, at most as many as the models that may answer have, or as the request asks for; `None` where the
            money is not enough for one, the hold is unknown, or there is no such limit.
        """
        if self.bill is None or self.max_tokens_key is None or self.bill.usd(1) > left_usd:
            return None
        enough, beyond = 1, self.longest + 1
        while beyond - enough > 1:
            middle = (enough + beyond) // 2
            if self.bill.usd(middle) <= left_usd:
                enough = middle
            else:
                beyond = middle
        return enough
