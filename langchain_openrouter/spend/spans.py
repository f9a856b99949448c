"""Blocks of code with a limit of their own: `with ledger.budget(limit_usd="0.10") as b:`."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import ContextVar
from decimal import Decimal
from functools import wraps
from types import TracebackType
from typing import NamedTuple, ParamSpec, Self, TypeVar, cast

from langchain_openrouter.errors import ConfigurationError
from langchain_openrouter.spend.budget import parse_limit
from langchain_openrouter.spend.budget_table import forget_block, open_block, read_counter
from langchain_openrouter.spend.limits import SPAN
from langchain_openrouter.spend.names import stored_name
from langchain_openrouter.spend.nano import nano_from_usd, usd_from_nano
from langchain_openrouter.spend.store import Store
from langchain_openrouter.spend.ulid import new_ulid
from langchain_openrouter.spend.windows import Window

_P = ParamSpec("_P")
_R = TypeVar("_R")


class _Open(NamedTuple):
    ledger: str
    """Identity of the ledger whose block it is."""
    budget: SpanBudget


_open: ContextVar[tuple[_Open, ...]] = ContextVar("openrouter_spend_blocks", default=())
"""The open blocks of this context, the outermost first. Tasks and `asyncio.to_thread` inherit it, threads do not."""


def blocks_of(ledger: str) -> tuple[SpanBudget, ...]:
    """The open blocks of the ledger with this identity, the outermost first."""
    return tuple(one.budget for one in _open.get() if one.ledger == ledger)


class SpanBudget:
    """A limit for the calls that are made inside a `with` or `async with` block, in all their tasks.

    It counts what the calls cost, and what those may cost that are under way. Blocks inside count for those around
    them, so that no block can spend more than the ones that it is in.
    """

    def __init__(self, store: Store, ledger: str, limit_usd: object, name: str | None) -> None:
        self._limit = parse_limit(limit_usd)
        self.id = f"{stored_name(name)}-{new_ulid()}" if name else new_ulid()
        """What it is called in `Attribution.spans`; entries are found by it."""
        self.name = name
        self._store = store
        self._ledger = ledger
        self._around: tuple[SpanBudget, ...] | None = None

    @property
    def scope(self) -> str:
        """What a refusal calls it."""
        return f"{SPAN}{self.id}"

    @property
    def limit_usd(self) -> Decimal:
        """USD that the block may spend."""
        return self._limit

    @property
    def spent_usd(self) -> Decimal:
        """USD that its calls have cost; it may be asked after the block, too.

        Raises:
            LedgerError: The ledger cannot be read.
        """
        return self._counted()[0]

    @property
    def held_usd(self) -> Decimal:
        """USD that its calls may still cost: those under way, and those whose end was not seen.

        Raises:
            LedgerError: The ledger cannot be read.
        """
        return self._counted()[1]

    @property
    def remaining_usd(self) -> Decimal:
        """USD for more calls: what it, and every block around it, has left. Never negative.

        Raises:
            LedgerError: The ledger cannot be read.
        """
        blocks = (self, *(self._around or ()))
        return max(Decimal(0), min(one._limit - sum(one._counted()) for one in blocks))  # noqa: SLF001 - its own kind

    def bind(self, function: Callable[_P, _R]) -> Callable[_P, _R]:
        """Make a function run inside this block in whatever thread it is called, such as one of an executor."""
        blocks = (*_open.get(), _Open(self._ledger, self)) if self not in _budgets(_open.get()) else _open.get()

        if inspect.iscoroutinefunction(function):

            async def arun(*args: _P.args, **kwargs: _P.kwargs) -> object:
                token = _open.set(blocks)
                try:
                    return await function(*args, **kwargs)
                finally:
                    _open.reset(token)

            return cast("Callable[_P, _R]", wraps(function)(arun))

        @wraps(function)
        def run(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            token = _open.set(blocks)
            try:
                return function(*args, **kwargs)
            finally:
                _open.reset(token)

        return run

    def __enter__(self) -> Self:
        self._begin().result()
        return self

    async def __aenter__(self) -> Self:
        await asyncio.wrap_future(self._begin())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end().result()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.wrap_future(self._end())

    def __repr__(self) -> str:
        return f"<block {self.id} of {self._limit} USD>"

    def _begin(self) -> Future[None]:
        if self._around is not None:
            raise ConfigurationError("A block is entered once: call ledger.budget(...) for another one.")
        nano = nano_from_usd(self._limit)
        writer = self._store.writer
        future = writer.call(lambda connection: open_block(connection, self.scope, nano, writer.owner.id))
        writer.open_blocks.add(self.scope)
        self._around = blocks_of(self._ledger)
        _open.set((*_open.get(), _Open(self._ledger, self)))
        return future

    def _end(self) -> Future[None]:
        # not by token: a generator may end in another context than it began in
        _open.set(tuple(one for one in _open.get() if one.budget is not self))
        writer = self._store.writer
        if self.scope not in writer.open_blocks:
            # its ledger has been closed, or this is a child of a fork, whose parent is still inside
            done: Future[None] = Future()
            done.set_result(None)
            return done
        writer.open_blocks.discard(self.scope)
        return writer.call(lambda connection: forget_block(connection, self.scope))

    def _counted(self) -> tuple[Decimal, Decimal]:
        with self._store.reading() as connection:
            spent, held = read_counter(connection, self.scope, Window.LIFETIME, 0)
        return usd_from_nano(spent), usd_from_nano(held)


def _budgets(blocks: tuple[_Open, ...]) -> tuple[SpanBudget, ...]:
    return tuple(one.budget for one in blocks)
