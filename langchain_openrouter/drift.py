"""Compares a ledger with what OpenRouter says that its key has spent.

Source: https://openrouter.ai/docs/api-reference/api-keys/get-current-key
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from langchain_openrouter._fact_table import Facts, html_facts, rich_facts
from langchain_openrouter.account_records import AccountRecords
from langchain_openrouter.key_info import KeyInfo, window_start
from langchain_openrouter.spend.entry import Entry, EntryState
from langchain_openrouter.spend.nano import nano_from_usd, usd_from_nano
from langchain_openrouter.usage import dollars

if TYPE_CHECKING:
    from rich.table import Table

_WINDOWS = {"daily": "today", "weekly": "this week", "monthly": "this month"}


class AuditedBooks(Protocol):
    """A ledger, as far as its audit goes."""

    def entries(self, *, since: datetime) -> Iterator[Entry]:
        """All entries that were announced since then, adjustments among them."""

    def adjust(self, scope: str, amount_usd: Decimal, reason: str) -> object:
        """Book a correction as an entry of its own."""


@dataclass(slots=True)
class WindowDrift:
    """One UTC day, week or month so far, in the ledger and at OpenRouter."""

    window: str
    """`daily`, `weekly` (from Monday) or `monthly`."""
    since: datetime
    openrouter_usd: Decimal | None
    """USD that OpenRouter says were charged to the key; `None` where it does not say."""
    ledger_usd: Decimal = Decimal(0)
    """USD that the ledger has for it, adjustments included."""
    attempts: int = 0
    under_way: int = 0
    """Attempts that are about to be sent, or running."""
    unknown: int = 0
    """Attempts whose cost nobody knows yet."""
    unknown_hold_usd: Decimal = Decimal(0)
    """USD that those may have cost at most, as far as that is known."""
    unverified: int = 0
    """Attempts that are booked at their hold."""
    unverified_usd: Decimal = Decimal(0)

    @property
    def difference_usd(self) -> Decimal | None:
        """USD that OpenRouter has more than the ledger; below zero, less. `None` is not known.

        To the nano-USD, which is what the ledger keeps.
        """
        if self.openrouter_usd is None:
            return None
        return usd_from_nano(nano_from_usd(self.openrouter_usd - self.ledger_usd))

    @property
    def reasons(self) -> tuple[str, ...]:
        """What may explain the difference, the likeliest first; empty without one."""
        difference = self.difference_usd
        if not difference:
            return ()
        may_be = _more_at_openrouter(self) if difference > 0 else _more_in_the_ledger(self)
        return tuple(may_be)

    def add(self, entry: Entry) -> None:
        """Count an entry of the window."""
        self.attempts += entry.kind != "adjustment"
        self.under_way += entry.state is EntryState.HELD
        if entry.state is EntryState.UNKNOWN:
            self.unknown += 1
            self.unknown_hold_usd += entry.hold_usd or 0
        if entry.charged_usd is None:
            return
        self.ledger_usd += entry.charged_usd
        if not entry.is_verified:
            self.unverified += 1
            self.unverified_usd += entry.charged_usd


@dataclass(frozen=True, slots=True)
class Drift:
    """How far a ledger and OpenRouter are apart, for one key."""

    as_of: datetime
    """In UTC."""
    key: KeyInfo
    windows: tuple[WindowDrift, ...]
    """The current day, week and month."""
    booked_usd: Decimal | None = None
    """USD that were booked as an adjustment of today; `None` if none was."""
    why_not_booked: str | None = None
    """Why no adjustment was booked, though one was asked for."""

    @property
    def is_even(self) -> bool:
        """Whether the ledger and OpenRouter agree in every window."""
        return all(window.difference_usd == 0 for window in self.windows)

    def __str__(self) -> str:
        return "; ".join(f"{name}: {value}" for name, value in self._facts().items() if value is not None)

    def __rich__(self) -> Table:
        """A table for the terminal."""
        return rich_facts("Ledger and OpenRouter", self._facts())

    def _repr_html_(self) -> str:
        return html_facts("Ledger and OpenRouter", self._facts())

    def _facts(self) -> Facts:
        return {
            **{_WINDOWS[window.window]: _sentence(window) for window in self.windows},
            "why": ", or ".join(dict.fromkeys(why for window in self.windows for why in window.reasons)) or None,
            "booked": None if self.booked_usd is None else dollars(self.booked_usd),
            "not booked": self.why_not_booked,
            "as of": f"{self.as_of:%Y-%m-%d %H:%M:%S} UTC",
        }


def fetch_drift(
    books: AuditedBooks, account: AccountRecords, *, book: bool = False, clock: Callable[[], float] = time.time
) -> Drift:
    """Compare what a ledger has for a key since the start of the day, the week and the month with what OpenRouter says.

    OpenRouter's numbers come late by seconds or minutes, so look when nothing is running. What the key spends elsewhere
    shows as a difference, too.

    Args:
        books: The ledger.
        account: The key. Only entries of it, at its address, count.
        book: Whether to book the difference of today as an adjustment, an entry of its own. Nothing is booked while the
            cost of an attempt of today is open: reconcile first, or it would be booked twice.
        clock: Seconds since 1970.

    Returns:
        Both sides of each window, and what may explain the difference.

    Raises:
        OpenRouterError: OpenRouter cannot be asked.
        LedgerError: The ledger cannot be read or written.
    """
    now = datetime.fromtimestamp(clock(), UTC)
    key = account.fetch_key()
    windows = _windows(key, now)
    own = _entries_of(account, books.entries(since=min(window.since for window in windows)))
    for entry in own:
        for window in windows:
            if entry.held_at >= window.since:
                window.add(entry)
    today = windows[0]
    why_not = _why_not_booked(today) if book else None
    if not book or why_not is not None or today.difference_usd is None:
        return Drift(now, key, windows, why_not_booked=why_not)
    books.adjust(f"key:{account.key_hash}", today.difference_usd, f"OpenRouter's usage of the key on {now:%Y-%m-%d}")
    return Drift(now, key, windows, booked_usd=today.difference_usd)


async def afetch_drift(
    books: AuditedBooks, account: AccountRecords, *, book: bool = False, clock: Callable[[], float] = time.time
) -> Drift:
    """Do what `fetch_drift` does, in a thread, since ledgers block."""
    return await asyncio.to_thread(fetch_drift, books, account, book=book, clock=clock)


def _windows(key: KeyInfo, now: datetime) -> tuple[WindowDrift, ...]:
    starts = {window: window_start(window, now) or now for window in _WINDOWS}
    return tuple(WindowDrift(window, start, key.usage.since_reset(window)) for window, start in starts.items())


def _entries_of(account: AccountRecords, entries: Iterable[Entry]) -> Iterator[Entry]:
    for entry in entries:
        is_here = entry.base_url is None or entry.base_url.rstrip("/") == account.base_url
        if is_here and entry.attribution.key_hash == account.key_hash:
            yield entry


def _why_not_booked(today: WindowDrift) -> str | None:
    if today.difference_usd is None:
        return "OpenRouter does not say what the key spent today"
    if today.unknown or today.under_way:
        return f"the cost of {today.unknown + today.under_way} attempts of today is open: reconcile first"
    return None if today.difference_usd else "the ledger and OpenRouter agree"


def _more_at_openrouter(window: WindowDrift) -> Iterator[str]:
    if window.unknown:
        yield f"{window.unknown} attempts of unknown cost (up to {dollars(window.unknown_hold_usd)}): reconcile"
    if window.under_way:
        yield f"{window.under_way} attempts under way"
    yield "the key is used elsewhere, without this ledger"


def _more_in_the_ledger(window: WindowDrift) -> Iterator[str]:
    if window.unverified:
        yield f"{window.unverified} attempts booked at their hold ({dollars(window.unverified_usd)}) cost less"
    yield "OpenRouter's numbers come late"


def _sentence(window: WindowDrift) -> str:
    if window.openrouter_usd is None or window.difference_usd is None:
        return f"ledger {dollars(window.ledger_usd)}, OpenRouter does not say"
    sign = "+" if window.difference_usd > 0 else ""
    return (
        f"ledger {dollars(window.ledger_usd)}, OpenRouter {dollars(window.openrouter_usd)}, "
        f"difference {sign}{dollars(window.difference_usd)}"
    )
