"""What a writer is asked to do: one object for each request, with the future of its answer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from langchain_openrouter.spend.booking import Booking
from langchain_openrouter.spend.database import Connection
from langchain_openrouter.spend.record import Record
from langchain_openrouter.spend.verdict import Verdict


class Operation(Protocol):
    """A change of one entry, which shares its transaction with others."""

    future: Future[Any]  # of whatever `apply` returns

    @property
    def entry_id(self) -> str:
        """Which entry it is about."""

    @property
    def generation_id(self) -> str | None:
        """Which generation it claims for the entry."""

    @property
    def told(self) -> Record | None:
        """The entry as it was handed over; `None` where only its id was."""

    @property
    def must_be_kept(self) -> bool:
        """Whether it tells what has happened, and is tried again until it is written."""

    def apply(self, booking: Booking) -> object:
        """Do it. What it returns is the future's answer once the transaction is on the disk."""


@dataclass(slots=True)
class Reserve:
    """Admit an attempt, or refuse it."""

    told: Record
    future: Future[Verdict] = field(default_factory=Future)
    must_be_kept: bool = False
    generation_id: str | None = None

    @property
    def entry_id(self) -> str:
        return self.told.id

    def apply(self, booking: Booking) -> Verdict:
        return booking.reserve(self.told)


@dataclass(slots=True)
class Bind:
    """Note what an attempt is called at OpenRouter."""

    entry_id: str
    generation_id: str
    future: Future[None] = field(default_factory=Future)
    must_be_kept: bool = True
    told: Record | None = None

    def apply(self, booking: Booking) -> None:
        booking.bind(self.entry_id, self.generation_id)


@dataclass(slots=True)
class Settle:
    """Book what an attempt cost."""

    told: Record
    future: Future[bool] = field(default_factory=Future)
    must_be_kept: bool = True

    @property
    def entry_id(self) -> str:
        return self.told.id

    @property
    def generation_id(self) -> str | None:
        return self.told.generation_id

    def apply(self, booking: Booking) -> bool:
        return booking.settle(self.told)


@dataclass(slots=True)
class Release:
    """Book that an attempt cost nothing."""

    entry_id: str
    reason: str
    future: Future[bool] = field(default_factory=Future)
    must_be_kept: bool = True
    generation_id: str | None = None
    told: Record | None = None

    def apply(self, booking: Booking) -> bool:
        return booking.release(self.entry_id, self.reason)


@dataclass(slots=True)
class Lose:
    """Book that nobody saw the end of an attempt."""

    entry_id: str
    reason: str
    future: Future[bool] = field(default_factory=Future)
    must_be_kept: bool = True
    generation_id: str | None = None
    told: Record | None = None

    def apply(self, booking: Booking) -> bool:
        return booking.lose(self.entry_id, self.reason)


@dataclass(slots=True)
class Task:
    """Something else to do, in a transaction of its own in which no other process writes."""

    work: Callable[[Connection], Any]
    future: Future[Any] = field(default_factory=Future)  # of whatever `work` returns


Request: TypeAlias = Operation | Task
