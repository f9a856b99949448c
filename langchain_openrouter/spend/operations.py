"""What a writer is asked to do: one object for each request, with the future of its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from langchain_openrouter.spend.booking import Booking
from langchain_openrouter.spend.database import Connection
from langchain_openrouter.spend.receipt import Receipt
from langchain_openrouter.spend.record import Record


@dataclass(slots=True)
class Operation:
    """A change of one entry, which shares its transaction with others."""

    entry_id: str
    apply: Callable[[Booking], object]
    """What is done. What it returns is the future's answer, once the transaction is on the disk."""
    told: Record | None = None
    """The entry as it was handed over; `None` where only its id was."""
    generation_id: str | None = None
    """The generation that it claims for the entry."""
    is_reserving: bool = False
    """Whether it asks for something. All others tell what has happened, and are tried until they are written."""
    is_end: bool = False
    """Whether the entry is not under way any more after it."""
    future: Receipt[Any] = field(default_factory=Receipt)  # of whatever `apply` returns


@dataclass(slots=True)
class Task:
    """Something else to do, in a transaction of its own in which no other process writes."""

    work: Callable[[Connection], Any]
    future: Receipt[Any] = field(default_factory=Receipt)  # of whatever `work` returns


Request: TypeAlias = Operation | Task


def reserve(record: Record, *, unbounded: bool) -> Operation:
    """Admit an attempt, or refuse it."""
    return Operation(
        record.id, lambda booking: booking.reserve(record, unbounded=unbounded), told=record, is_reserving=True
    )


def bind(entry_id: str, generation_id: str) -> Operation:
    """Note what an attempt is called at OpenRouter."""
    return Operation(entry_id, lambda booking: booking.bind(entry_id, generation_id), generation_id=generation_id)


def settle(record: Record) -> Operation:
    """Book what an attempt cost."""
    return Operation(record.id, lambda booking: booking.settle(record), record, record.generation_id, is_end=True)


def release(entry_id: str, reason: str) -> Operation:
    """Book that an attempt cost nothing."""
    return Operation(entry_id, lambda booking: booking.release(entry_id, reason), is_end=True)


def lose(entry_id: str, reason: str) -> Operation:
    """Book that nobody saw the end of an attempt."""
    return Operation(entry_id, lambda booking: booking.lose(entry_id, reason), is_end=True)
