"""Books the attempts of one call: each is announced before it is sent, and then what became of it.

Whoever sends (the transport) tells of beginnings and refusals; whoever reads the answer (the client) tells of its cost,
and of every other end: an answer that cannot be read, a stream that nobody reads on, a task that is cancelled.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from langchain_openrouter.errors import (
    APIConnectionError,
    APIStatusError,
    GatewayTimeoutError,
    InsufficientCreditsError,
    InternalServerError,
    OpenRouterError,
    RequestTimeoutError,
)
from langchain_openrouter.spend import steps
from langchain_openrouter.spend.admission import Admission
from langchain_openrouter.spend.contracts import Desk, Ledger
from langchain_openrouter.spend.entry import Attribution, CostSource, Entry, EntryState
from langchain_openrouter.spend.listener import AttemptListener
from langchain_openrouter.spend.outcome import Outcome, outcome_of_message
from langchain_openrouter.spend.ulid import new_ulid

if TYPE_CHECKING:
    from langchain_openrouter.connection import OpenRouterConnection

_LOG = logging.getLogger(__name__)

_LEFT = {GeneratorExit: "the stream was left", asyncio.CancelledError: "the task was cancelled"}


class CallFacts(NamedTuple):
    """What the entries of all attempts of a call have in common."""

    kind: str
    models: tuple[str, ...]
    """The models that it names, the first one first."""
    base_url: str
    attribution: Attribution


class CallMeter:
    """Books the attempts of one call.

    Args:
        facts: What the entries of all attempts have in common.
        client: Who makes the call.
        admission: The request, and who admits it.
        ledger: Where attempts are booked; `None` books nowhere.
        listeners: Who is told of them.
        desk: Looks after the account that pays; `None` where nobody does.
    """

    def __init__(
        self,
        facts: CallFacts,
        client: OpenRouterConnection,
        admission: Admission,
        *,
        ledger: Ledger | None = None,
        listeners: Sequence[AttemptListener] = (),
        desk: Desk | None = None,
    ) -> None:
        self._facts = facts
        self._client = client
        self._admission = admission
        self._ledger = ledger
        self._listeners = listeners
        self._desk = desk
        self._attempts = 0
        self._call_id = ""
        self._open: Entry | None = None
        self._generation_id: str | None = None

    @property
    def body(self) -> bytes:
        """What the attempt that has begun sends."""
        return self._admission.body

    def begin(self) -> None:
        """Announce the next attempt. When this returns, its hold is on the disk.

        Raises:
            BudgetExceededError: A budget has too little left.
            PriceUnknownError: A budget applies, and what the attempt may cost is unknown.
            LedgerError: It cannot be booked.
        """
        self._attempts += 1
        self._begun(steps.run(self._admission.admit(self._next_entry)))

    async def abegin(self) -> None:
        """Do what `begin` does, without blocking the event loop."""
        self._attempts += 1
        self._begun(await steps.arun(self._admission.admit(self._next_entry)))

    def opened(self, headers: Mapping[str, str]) -> None:
        """An answer has begun: note its generation id, by which its cost can be looked up."""
        self._bind(headers.get("x-generation-id"))

    def refused(self, error: OpenRouterError) -> bool:
        """No answer has begun: the attempt cost nothing, unless it was sent and nobody knows what became of it.

        Returns:
            Whether to send another request at once, which may cost less.
        """
        if _may_have_been_billed(error):
            self._lose(error)
            return False
        if self._desk is not None and isinstance(error, InsufficientCreditsError):
            self._desk.note_out_of_money()
        self._release(f"refused with status {error.status_code}" if isinstance(error, APIStatusError) else "never sent")
        return self._admission.answer_refusal(error)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Book an attempt whose end nobody saw, whatever ended it: an error, a break, a cancelled task."""
        try:
            yield
        except BaseException as error:
            self._lose(error)
            raise

    def settle_message(self, metadata: Mapping[str, Any], tokens: Mapping[str, Any] | None) -> None:
        """Book what the `response_metadata` and the `usage_metadata` of an answer say that it cost."""
        self.settle(outcome_of_message(metadata, tokens))

    def settle(self, outcome: Outcome) -> None:
        """Book what the answer says it cost. Without a cost it is left to be looked up."""
        if self._open is None:
            return
        usage = outcome.usage
        if usage is None or usage.cost is None or usage.cost < 0:
            self._bind(outcome.generation_id)
            self._open = self._open._replace(**self._answer(outcome))
            self._lose("the answer does not say what it cost")
            return
        entry = self._open._replace(
            state=EntryState.SETTLED,
            charged_usd=usage.cost,
            upstream_usd=usage.upstream_cost if usage.is_byok else None,
            is_byok=usage.is_byok,
            source=CostSource.RESPONSE,
            settled_at=datetime.now(UTC),
            **self._answer(outcome),
        )
        if self._ledger is not None:
            _watch(self._ledger.settle(entry))
        if self._desk is not None and usage.cost:
            self._desk.note_spent(usage.cost)
        self._end(entry)

    def _answer(self, outcome: Outcome) -> dict[str, Any]:
        return {
            "generation_id": outcome.generation_id or self._generation_id,
            "model": outcome.model,
            "provider": outcome.provider,
            "server_tools": outcome.server_tools,
            "usage": outcome.usage,
        }

    def _next_entry(self, hold_usd: Decimal | None) -> Entry:
        kind, named, base_url, attribution = self._facts
        models = named if self._admission.models is None else self._admission.models
        entry_id = new_ulid()
        self._call_id = self._call_id or entry_id
        return Entry(
            entry_id,
            self._call_id,
            self._attempts,
            EntryState.HELD,
            kind,
            models[0] if models else None,
            datetime.now(UTC),
            attribution,
            models if len(models) > 1 else (),
            base_url,
            hold_usd,
        )

    def _release(self, reason: str) -> None:
        if self._open is None:
            return
        if self._ledger is not None:
            _watch(self._ledger.release(self._open.id, reason))
        self._end(
            self._open._replace(
                state=EntryState.RELEASED,
                charged_usd=Decimal(0),
                source=CostSource.REFUSAL,
                reason=reason,
                settled_at=datetime.now(UTC),
            )
        )

    def _lose(self, why: BaseException | str) -> None:
        if self._open is None:
            return
        reason = why if isinstance(why, str) else _LEFT.get(type(why), type(why).__name__)
        if isinstance(why, OpenRouterError):
            self._bind(why.generation_id)
        if self._ledger is not None:
            booked = self._ledger.mark_unknown(self._open.id, reason)
            _watch(booked)
            if self._desk is not None:
                self._desk.look_up(booked)
        self._end(
            self._open._replace(
                state=EntryState.UNKNOWN,
                generation_id=self._generation_id,
                reason=reason,
                settled_at=datetime.now(UTC),
            )
        )

    def _bind(self, generation_id: str | None) -> None:
        if self._open is None or generation_id is None or generation_id == self._generation_id:
            return
        if self._ledger is not None:
            _watch(self._ledger.bind(self._open.id, generation_id))
        self._generation_id = generation_id

    def _begun(self, entry: Entry) -> None:
        self._open, self._generation_id = entry, None
        self._tell(entry)

    def _end(self, entry: Entry) -> None:
        self._open = None
        self._tell(entry)

    def _tell(self, entry: Entry) -> None:
        for listener in self._listeners:
            listener.on_attempt(entry, self._client)


def _may_have_been_billed(error: OpenRouterError) -> bool:
    """Whether a model may have worked for a request that got no answer."""
    if isinstance(error, RequestTimeoutError | GatewayTimeoutError):
        return True
    if isinstance(error, InternalServerError):
        return error.generation_id is not None
    return not (isinstance(error, APIStatusError) or (isinstance(error, APIConnectionError) and error.is_retryable))


def _watch(future: Future[bool] | Future[None]) -> None:
    """Say so where the disk does not take what has happened already; a reservation that fails stops its call."""
    future.add_done_callback(_look)


def _look(booked: Future[bool] | Future[None]) -> None:
    if not booked.cancelled() and (error := booked.exception()) is not None:
        _LOG.error("The ledger could not book what became of an attempt: %s", error)
