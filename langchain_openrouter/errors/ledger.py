"""Refusals of the spend ledger. Nothing left this machine, and nothing was charged."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from langchain_openrouter.errors.pickling import rebuild
from langchain_openrouter.errors.request import RequestError
from langchain_openrouter.usage import dollars


class LedgerError(RequestError):
    """The ledger cannot be used: its file cannot be read or written, is damaged, or is somebody else's.

    A call that cannot be booked is not made.
    """


class BudgetExceededError(RequestError):
    """A budget has too little left for what the call may cost at most.

    Attributes:
        scope: Whose budget, such as `total` or `user:alice`.
        window: `hour`, `day`, `week`, `month` or `lifetime`.
        limit_usd: USD that the budget allows in its window.
        spent_usd: USD that are spent.
        held_usd: USD that calls under way, and calls whose end was not seen, may still cost.
        needed_usd: USD that this call may cost at most.
        affordable_max_tokens: The `max_tokens` with which it would have been let through; `None` where no answer is
            short enough, or nobody knows.
    """

    def __init__(
        self,
        *,
        scope: str,
        window: str,
        limit_usd: Decimal,
        spent_usd: Decimal,
        held_usd: Decimal,
        needed_usd: Decimal,
        affordable_max_tokens: int | None = None,
    ) -> None:
        self.scope = scope
        self.window = window
        self.limit_usd = limit_usd
        self.spent_usd = spent_usd
        self.held_usd = held_usd
        self.needed_usd = needed_usd
        self.affordable_max_tokens = affordable_max_tokens
        super().__init__(self._sentence())

    @property
    def remaining_usd(self) -> Decimal:
        """USD that the budget still has for new calls; never negative."""
        return max(Decimal(0), self.limit_usd - self.spent_usd - self.held_usd)

    def with_affordable(self, max_tokens: int | None) -> BudgetExceededError:
        """The same refusal, with the `max_tokens` that would have been let through."""
        return BudgetExceededError(
            scope=self.scope,
            window=self.window,
            limit_usd=self.limit_usd,
            spent_usd=self.spent_usd,
            held_usd=self.held_usd,
            needed_usd=self.needed_usd,
            affordable_max_tokens=max_tokens,
        )

    def _sentence(self) -> str:
        window = "" if self.window == "lifetime" else f" of this {self.window}"
        held = f" and {dollars(self.held_usd)} held for calls under way" if self.held_usd else ""
        advice = (
            "Raise the budget, or choose a cheaper model."
            if self.affordable_max_tokens is None
            else f"max_tokens={self.affordable_max_tokens} would fit."
        )
        return (
            f"The budget {self.scope!r}{window} is {dollars(self.limit_usd)}, of which {dollars(self.spent_usd)} are "
            f"spent{held}; this call may cost up to {dollars(self.needed_usd)}. Nothing was sent. {advice}"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by state: the constructor makes the message."""
        return rebuild, (type(self), self.args, self.__dict__.copy())


class PriceUnknownError(RequestError):
    """A budget applies, and what the call may cost at most is not known: a model without a price, an open-ended tool.

    Attributes:
        model_id: The model; `None` where it is not a model's price that is missing.
        why: What is not known, in words.
    """

    def __init__(self, why: str, *, model_id: str | None = None) -> None:
        super().__init__(f"A budget applies, and what this call may cost is not known: {why} Nothing was sent.")
        self.model_id = model_id
        self.why = why

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by state: the constructor makes the message."""
        return rebuild, (type(self), self.args, self.__dict__.copy())
