"""The spend ledger: what every attempt may cost and did cost, on the disk before it is sent; and budgets that hold."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Collection
from concurrent.futures import Future
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

from langchain_openrouter.errors import ConfigurationError, LedgerError
from langchain_openrouter.spend.address import identity, is_passing, normal_url, open_database, without_password
from langchain_openrouter.spend.adjustment import adjustment
from langchain_openrouter.spend.budget import Budget
from langchain_openrouter.spend.budget_table import remove_budget, set_budget
from langchain_openrouter.spend.contracts import Desk
from langchain_openrouter.spend.entry import Entry
from langchain_openrouter.spend.known import LimitsCache
from langchain_openrouter.spend.ledger_view import LedgerView
from langchain_openrouter.spend.limits import SPAN
from langchain_openrouter.spend.names import stored_name, stored_scope
from langchain_openrouter.spend.operations import Operation, bind, lose, release, reserve, settle
from langchain_openrouter.spend.orphans import adopt, give_up
from langchain_openrouter.spend.record import record_of
from langchain_openrouter.spend.spans import SpanBudget, blocks_of
from langchain_openrouter.spend.store import Store
from langchain_openrouter.spend.verdict import Verdict
from langchain_openrouter.spend.windows import Window

_FRESH = 1.0
"""Seconds for which `has_budget_for` answers by the budgets that it knows."""


class LedgerBooks(LedgerView):
    """The ledger itself: everything of `SpendLedger` but what OpenRouter has to be asked for."""

    def __init__(self, url: str | os.PathLike[str] | None = None, *, strict: bool = True, create: bool = True) -> None:
        self._url = normal_url(url)
        self._identity = identity(self._url)
        self.strict = strict
        super().__init__(Store(open_database(self._url, create=create)))
        self.desks: dict[object, Desk] = {}
        """Who looks after the accounts that pay for what is booked, by how they are reached."""
        self._limits = LimitsCache()
        self._limits_at = -math.inf
        try:
            self.adopt_orphans()
        except BaseException:
            self._store.close()
            raise

    @property
    def url(self) -> str:
        """Where it is, without a password."""
        return without_password(self._url)

    def set_budget(self, budget: Budget) -> None:
        """Set a budget, or set it anew. It counts what has been spent in its window already.

        Raises:
            LedgerError: It cannot be written.
        """
        self._store.writer.call(lambda connection: set_budget(connection, budget)).result()
        self._limits_at = -math.inf

    def remove_budget(self, scope: str, window: str = Window.LIFETIME) -> bool:
        """Remove a budget; whether there was one.

        Raises:
            ConfigurationError: The scope or the window is none.
            LedgerError: It cannot be written.
        """
        budget = Budget(scope, 0, window)
        found = self._store.writer.call(lambda connection: remove_budget(connection, budget)).result()
        self._limits_at = -math.inf
        return found

    def budget(self, limit_usd: Decimal | float | str, name: str | None = None) -> SpanBudget:
        """Limit what a block of code may spend: `with ledger.budget(limit_usd="0.10") as b:`, or `async with`.

        Blocks can be nested; none can spend more than those around it. Its tasks are inside it; for a plain thread,
        give it `b.bind(function)`.

        Args:
            limit_usd: USD.
            name: What a refusal calls it.

        Raises:
            ConfigurationError: The limit is no amount.
        """
        return SpanBudget(self._store, self._identity, limit_usd, name)

    def active_blocks(self) -> tuple[SpanBudget, ...]:
        """The blocks that this code runs in, as `budget` made them, the outermost first."""
        return blocks_of(self._identity)

    def active_spans(self) -> tuple[str, ...]:
        """Ids of the blocks that this code runs in, the outermost first."""
        return tuple(block.id for block in self.active_blocks())

    def adjust(self, scope: str, amount_usd: Decimal | float | str, reason: str) -> Entry:
        """Book a correction as an entry of its own, now. What was booked before stays as it was.

        Args:
            scope: What it is booked to, beside `total`: a scope as budgets have it.
            amount_usd: USD; below zero, less was spent than the ledger has.
            reason: Why, in words.

        Raises:
            ConfigurationError: The scope or the amount is none.
            LedgerError: It cannot be written.
        """
        entry = adjustment(scope, amount_usd, reason)
        self.settle(entry).result()
        return entry

    def adopt_orphans(self) -> int:
        """Make the entries of processes that died unknown, so that they are looked up; their holds stay.

        It is done whenever a ledger is opened.

        Returns:
            How many there were.
        """
        store = self._store
        return store.writer.call(lambda connection: adopt(connection, store.writer.owner, connection.now())).result()

    def reserve(self, entry: Entry, *, unbounded: bool = False) -> Future[Verdict]:
        """Admit an attempt under all budgets that apply, or refuse it; done when it is on the disk.

        Args:
            entry: The attempt, held.
            unbounded: Whether one without a hold is admitted, as long as something is left.
        """
        try:
            return self._submit(reserve(record_of(entry, self._store.writer.owner.id), unbounded=unbounded))
        except ConfigurationError as error:
            return _failed(error)

    def bind(self, entry_id: str, generation_id: str) -> Future[None]:
        """Note what an attempt is called at OpenRouter. One that another attempt is called already is its duplicate."""
        return self._submit(bind(entry_id, stored_name(generation_id)))

    def settle(self, entry: Entry) -> Future[bool]:
        """Book what an attempt cost, in full; `True` if it was booked by this.

        A cost that is no amount makes the attempt unknown. One that was never reserved is booked all the same.

        Args:
            entry: The attempt as it came to be.
        """
        try:
            return self._submit(settle(record_of(entry, self._store.writer.owner.id)))
        except ConfigurationError as error:
            return _failed(error)

    def release(self, entry_id: str, reason: str) -> Future[bool]:
        """Book that an attempt cost nothing; `True` if it was open."""
        return self._submit(release(entry_id, reason))

    def mark_unknown(self, entry_id: str, reason: str) -> Future[bool]:
        """Book that nobody saw the end of an attempt, which goes on holding; `True` if it was held."""
        return self._submit(lose(entry_id, reason))

    def has_budget_for(self, scopes: Collection[str]) -> bool:
        """Whether any budget applies to what is booked to `scopes`. It may be a second old."""
        if time.monotonic() - self._limits_at >= _FRESH:
            with self._store.readers.reading() as connection:
                self._limits.load(connection)
            self._limits_at = time.monotonic()
        if any(scope.startswith(SPAN) for scope in scopes):
            return True
        limits = self._limits.limits
        return bool(limits) and any(True for _ in limits.applying_to(map(stored_scope, scopes)))

    @property
    def is_closed(self) -> bool:
        """Whether it has been closed."""
        return self._store.is_closed

    def close(self) -> None:
        """Write what is waiting and give the file up. Attempts that are under way become unknown.

        Raises:
            LedgerError: Something could not be written.
        """
        for desk in self.desks.values():
            desk.close()
        writer = self._store.writer
        if not self._store.is_closed:
            writer.call(lambda connection: give_up(connection, writer.owner, connection.now())).result()
            writer.open_blocks.clear()
        if unwritten := self._store.close():
            raise LedgerError(f"{unwritten} changes could not be written to the ledger {self.url}.")

    def _submit(self, operation: Operation) -> Future[Any]:  # of what the operation answers
        try:
            self._store.writer.submit(operation)
        except LedgerError as error:
            operation.future.set_exception(error)
        return operation.future

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"SpendLedger({self.url!r}{'' if self.strict else ', strict=False'})"

    def __copy__(self) -> LedgerBooks:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> LedgerBooks:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by URL, without its password."""
        if is_passing(self._url):
            raise LedgerError("A ledger in memory belongs to its process: give one that is to be pickled a file.")
        return _reopen, (type(self), self.url, self.strict)


def _reopen(cls: type[LedgerBooks], url: str, strict: bool) -> LedgerBooks:
    return cls(url, strict=strict)


def _failed(error: Exception) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(error)
    return future
