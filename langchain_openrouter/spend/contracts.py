"""What the booking of a call needs of others: a ledger, and somebody who knows what the call may cost at most."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import Future
from decimal import Decimal
from typing import Protocol

from langchain_openrouter.spend.entry import Entry
from langchain_openrouter.spend.verdict import Verdict


class Ledger(Protocol):
    """What keeps entries. Futures are done when what they stand for is on the disk."""

    desks: dict[object, Desk]
    """Who looks after the accounts that pay, by how they are reached. They live as long as the ledger."""
    strict: bool
    """Whether a call is refused if a budget applies and nobody knows what it may cost."""

    def active_spans(self) -> tuple[str, ...]:
        """Ids of the budget blocks that this code runs in."""

    def has_budget_for(self, scopes: Collection[str]) -> bool:
        """Whether any budget applies, as far as is known without asking the disk."""

    def reserve(self, entry: Entry, *, unbounded: bool = False) -> Future[Verdict]:
        """Admit an attempt under all budgets that apply, or refuse it."""

    def bind(self, entry_id: str, generation_id: str) -> Future[None]:
        """Note what the attempt is called at OpenRouter."""

    def settle(self, entry: Entry) -> Future[bool]:
        """Book what an attempt cost; whether it was not booked before."""

    def release(self, entry_id: str, reason: str) -> Future[bool]:
        """Book that an attempt cost nothing; whether it was still open."""

    def mark_unknown(self, entry_id: str, reason: str) -> Future[bool]:
        """Book that nobody saw the end of an attempt; whether it was still open."""


class Desk(Protocol):
    """Looks after the account that pays."""

    def note_spent(self, usd: Decimal) -> None:
        """An attempt was charged so many USD."""

    def note_out_of_money(self) -> None:
        """OpenRouter has refused an attempt for want of money."""

    def look_up(self, booked: Future[bool]) -> None:
        """Nobody saw the end of an attempt, and this is being booked."""

    def close(self) -> None:
        """Look after nothing any more: the ledger is about to be closed."""


class BoundedRequest(Protocol):
    """A request that is made to keep to a bound, and the bound."""

    @property
    def body(self) -> bytes:
        """What is sent: with a `max_tokens`, and the prices that the bound was worked out with as the most to pay."""

    @property
    def hold_usd(self) -> Decimal | None:
        """USD that it may cost at most; `None` is unknown."""

    @property
    def why_unknown(self) -> str | None:
        """Why it is unknown, and what to do, in a sentence; `None` where it is known."""

    @property
    def unpriced_model(self) -> str | None:
        """The model whose price is unknown; `None` where it is not a model's."""

    def affordable_max_tokens(self, left_usd: Decimal) -> int | None:
        """The largest `max_tokens` that so much money is enough for; `None` where there is none."""


class RequestPlanner(Protocol):
    """Knows prices, and how requests are written."""

    def prepare(self) -> Future[object] | None:
        """Get hold of the prices; `None` where they are there. A future that fails leaves them unknown."""

    def bound(self, body: bytes, *, strict: bool) -> BoundedRequest:
        """Work out what a request may cost at most, and see to it.

        Args:
            body: The request.
            strict: Whether prices count from OpenRouter's own list alone, and no endpoint may be dearer.
        """

    def with_max_tokens(self, body: bytes, max_tokens: int) -> bytes | None:
        """The request for an answer of so many tokens at most; `None` where that is no shorter."""

    def without_first_model(self, body: bytes) -> tuple[bytes, tuple[str, ...]] | None:
        """The request to the other models of its chain, and these; `None` where there is no other."""
