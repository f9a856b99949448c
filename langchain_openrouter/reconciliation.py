"""Finds out what attempts cost whose end nobody saw: aborted streams, cut connections, killed processes.

OpenRouter keeps a record of every generation, written some seconds after it ended. Where there is none after a day, the
hold is booked, which is the most that the attempt can have cost, and stays marked as not verified.

Source: https://openrouter.ai/docs/api-reference/get-a-generation
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum, auto
from typing import Protocol, TypeAlias

from langchain_openrouter.account_records import AccountRecords
from langchain_openrouter.errors import NotFoundError, OpenRouterError, PermissionDeniedError, ResponseFormatError
from langchain_openrouter.generation import Generation
from langchain_openrouter.spend.entry import CostSource, Entry, EntryState
from langchain_openrouter.usage import dollars

GIVE_UP_AFTER = timedelta(hours=24)
"""After so long, an attempt that OpenRouter has no record of is booked at its hold."""


class UnsettledBooks(Protocol):
    """A ledger, as far as its unknown entries go."""

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be booked any more."""

    def adopt_orphans(self) -> int:
        """Make the entries of processes that died unknown."""

    def unknown(self) -> Iterator[Entry]:
        """The entries whose cost nobody knows. They may be settled while they are gone through."""

    def settle(self, entry: Entry) -> Future[bool]:
        """Book what an attempt cost; whether it was not booked before."""


class Resolution(Enum):
    """What became of an unknown entry."""

    SETTLED = auto()
    """OpenRouter said what it cost."""
    UNVERIFIED = auto()
    """OpenRouter has no record: its hold is booked."""
    SETTLED_ELSEWHERE = auto()
    """Somebody else was quicker."""
    WAITING = auto()
    """Nobody knows yet."""
    HOPELESS = auto()
    """Nobody knows, and asking again will not help: it is another account's, or has no record and no hold."""


@dataclass(slots=True)
class Reconciliation:
    """What one run found out."""

    settled: int = 0
    """Entries of which OpenRouter said what they cost."""
    settled_usd: Decimal = field(default_factory=Decimal)
    unverified: int = 0
    """Entries that are booked at their hold, since OpenRouter has no record of them."""
    unverified_usd: Decimal = field(default_factory=Decimal)
    still_unknown: int = 0
    """Entries that are as they were. Their holds go on counting."""
    error: OpenRouterError | None = None
    """Why OpenRouter was not asked any more before the end; `None` if it was."""

    def add(self, resolution: Resolution, entry: Entry) -> None:
        """Count an entry.

        Args:
            resolution: What became of it.
            entry: As it is now.
        """
        charged = entry.charged_usd or Decimal(0)
        if resolution is Resolution.SETTLED:
            self.settled += 1
            self.settled_usd += charged
        elif resolution is Resolution.UNVERIFIED:
            self.unverified += 1
            self.unverified_usd += charged
        elif resolution is not Resolution.SETTLED_ELSEWHERE:
            self.still_unknown += 1

    def __str__(self) -> str:
        unverified = f", {self.unverified} booked at their hold ({dollars(self.unverified_usd)}, not verified)"
        return (
            f"{self.settled} settled ({dollars(self.settled_usd)}){unverified if self.unverified else ''}, "
            f"{self.still_unknown} still unknown{f'. Stopped asking: {self.error}' if self.error else ''}"
        )


OnProgress: TypeAlias = Callable[[Reconciliation], object]
"""Is told how far a run has come."""


class Resolver:
    """Resolves unknown entries, one by one. Once asking has failed, it asks no more: `error` says why.

    Args:
        books: Where they are booked.
        account: Who is asked. Entries of another address are left alone, and those of other keys are never given up.
        give_up_after: After so long, an attempt that OpenRouter has no record of is booked at its hold.
        all_keys: Whether attempts of other keys are given up too, such as those of a key that is deleted.
        wait: Seconds to wait for the record of each.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        books: UnsettledBooks,
        account: AccountRecords,
        *,
        give_up_after: timedelta = GIVE_UP_AFTER,
        all_keys: bool = False,
        wait: float = 0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.error: OpenRouterError | None = None
        self.is_answered = False
        """Whether OpenRouter has answered anything, if only that there is no record."""
        self._books = books
        self._account = account
        self._give_up_after = give_up_after
        self._key_hash = None if all_keys else account.key_hash
        self._wait = wait
        self._clock = clock

    def resolve(self, entry: Entry) -> tuple[Resolution, Entry]:
        """Find out what an attempt cost, and book it.

        Returns:
            What became of the entry, and the entry as it is now.

        Raises:
            LedgerError: It cannot be booked.
        """
        if entry.base_url is not None and entry.base_url.rstrip("/") != self._account.base_url:
            return Resolution.HOPELESS, entry
        if entry.generation_id is None:
            return self._without_record(entry)
        if self.error is not None:
            return Resolution.WAITING, entry
        return self._look_up(entry, entry.generation_id)

    def _look_up(self, entry: Entry, generation_id: str) -> tuple[Resolution, Entry]:
        try:
            generation = self._account.fetch_generation(generation_id, wait=self._wait)
        except (NotFoundError, PermissionDeniedError):
            self.is_answered = True
            return self._without_record(entry)
        except ResponseFormatError:
            # one record that cannot be read must not keep the others waiting
            return Resolution.WAITING, entry
        except OpenRouterError as error:
            self.error = error
            return Resolution.WAITING, entry
        self.is_answered = True
        return self._with_record(entry, generation)

    def _with_record(self, entry: Entry, generation: Generation) -> tuple[Resolution, Entry]:
        if generation.total_cost is None or generation.total_cost < 0:
            return self._without_record(entry)
        settled = entry._replace(
            charged_usd=generation.total_cost,
            upstream_usd=generation.upstream_cost,
            source=CostSource.GENERATION,
            model=generation.model or entry.model,
            provider=generation.provider or entry.provider,
            is_byok=generation.is_byok,
            usage=generation.usage or entry.usage,
            server_tools=generation.server_tools or entry.server_tools,
            reason=None,
        )
        return self._settle(settled, Resolution.SETTLED)

    def _without_record(self, entry: Entry) -> tuple[Resolution, Entry]:
        if self._now() - entry.held_at < self._give_up_after:
            return Resolution.WAITING, entry
        is_others = self._key_hash is not None and entry.attribution.key_hash not in {None, self._key_hash}
        if is_others or entry.hold_usd is None:
            return Resolution.HOPELESS, entry
        return self._settle(entry._replace(charged_usd=entry.hold_usd, source=CostSource.HOLD), Resolution.UNVERIFIED)

    def _settle(self, entry: Entry, resolution: Resolution) -> tuple[Resolution, Entry]:
        settled = entry._replace(state=EntryState.SETTLED, settled_at=self._now())
        is_new = self._books.settle(settled).result()
        return (resolution if is_new else Resolution.SETTLED_ELSEWHERE), settled

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)


def reconcile(
    books: UnsettledBooks,
    account: AccountRecords,
    *,
    give_up_after: timedelta = GIVE_UP_AFTER,
    all_keys: bool = False,
    wait: float = 0,
    on_progress: OnProgress | None = None,
    clock: Callable[[], float] = time.time,
) -> Reconciliation:
    """Ask OpenRouter what each unknown entry cost, and book it.

    Args:
        books: The ledger.
        account: Who is asked: any key of the account that the attempts were made with.
        give_up_after: After so long, an attempt that OpenRouter has no record of is booked at its hold, as not
            verified.
        all_keys: Whether attempts of other keys are given up too, such as those of a key that is deleted.
        wait: Seconds to wait for the record of each: it is written some seconds after the answer.
        on_progress: Is called with the report after every entry.
        clock: Seconds since 1970.

    Returns:
        What was found out. A network that fails is in its `error`.

    Raises:
        LedgerError: The ledger cannot be read or written.
    """
    resolver = Resolver(books, account, give_up_after=give_up_after, all_keys=all_keys, wait=wait, clock=clock)
    report = Reconciliation()
    books.adopt_orphans()
    for entry in books.unknown():
        report.add(*resolver.resolve(entry))
        if on_progress is not None:
            on_progress(report)
    report.error = resolver.error
    return report


async def areconcile(
    books: UnsettledBooks,
    account: AccountRecords,
    *,
    give_up_after: timedelta = GIVE_UP_AFTER,
    all_keys: bool = False,
    wait: float = 0,
    on_progress: OnProgress | None = None,
    clock: Callable[[], float] = time.time,
) -> Reconciliation:
    """Do what `reconcile` does, in a thread, since ledgers block. `on_progress` is called there."""
    return await asyncio.to_thread(
        reconcile,
        books,
        account,
        give_up_after=give_up_after,
        all_keys=all_keys,
        wait=wait,
        on_progress=on_progress,
        clock=clock,
    )
