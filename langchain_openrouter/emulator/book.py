"""The books: one entry for each generation, with what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from threading import Condition


@dataclass(frozen=True, slots=True)
class BookEntry:
    """One generation as it was billed."""

    generation_id: str
    model: str
    provider: str
    router: str | None
    """The router or alias that chose the model; `None`: the request named it."""
    created_at: datetime
    """UTC."""
    streamed: bool
    cancelled: bool
    """Whether the client went away before the end."""
    finish_reason: str | None
    """`None`: the answer never finished."""
    native_finish_reason: str | None
    prompt_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    audio_tokens: int
    image_tokens: int
    """Tokens of images in the answer."""
    cost: Decimal
    """USD, exactly the number that stood on the wire (or would have)."""
    cache_discount: Decimal
    """USD."""
    user: str | None = None
    session_id: str | None = None
    api_type: str = "completions"
    """`completions`, `embeddings` or `rerank`."""
    is_byok: bool = False
    """Whether it ran on a provider key of the client's own."""
    upstream_cost: Decimal = Decimal(0)
    """USD that the provider charged to that key; 0 without one."""

    @property
    def status(self) -> str:
        """`completed`, `cancelled`, `failed` (an error ended it, and it is free) or `interrupted`."""
        if self.cancelled:
            return "cancelled"
        if self.finish_reason == "error":
            return "failed"
        return "interrupted" if self.finish_reason is None else "completed"


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent in some time."""

    usage: Decimal = Decimal(0)
    """USD that OpenRouter charged."""
    byok: Decimal = Decimal(0)
    """USD that providers charged to keys of the client's own."""
    free_requests: int = 0
    """Generations of `:free` models."""

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.usage + other.usage, self.byok + other.byok, self.free_requests + other.free_requests)


class Book:
    """All entries, oldest first. Written by the server's thread, read from any."""

    def __init__(self) -> None:
        self._entries: list[BookEntry] = []
        self._by_id: dict[str, BookEntry] = {}
        self._days: dict[date, Spent] = {}
        self._total = Decimal(0)
        self._changed = Condition()

    def __repr__(self) -> str:
        return f"Book({len(self.entries)} entries, {self.total} USD)"

    @property
    def entries(self) -> tuple[BookEntry, ...]:
        """A copy of the entries so far."""
        with self._changed:
            return tuple(self._entries)

    @property
    def total(self) -> Decimal:
        """USD billed so far."""
        with self._changed:
            return self._total

    def find(self, generation_id: str) -> BookEntry | None:
        """The entry of a generation; `None` if there is none."""
        with self._changed:
            return self._by_id.get(generation_id)

    def spent_since(self, day: date | None) -> Spent:
        """What was spent from that day on, in UTC; `None` is ever."""
        with self._changed:
            spent = [spent for when, spent in self._days.items() if day is None or when >= day]
        return sum(spent, Spent())

    def add(self, entry: BookEntry) -> None:
        """Write an entry and wake whoever waits for it."""
        with self._changed:
            self._entries.append(entry)
            self._by_id.setdefault(entry.generation_id, entry)
            self._total += entry.cost
            day = entry.created_at.date()
            spent = Spent(entry.cost, entry.upstream_cost, int(entry.model.endswith(":free")))
            self._days[day] = self._days.get(day, Spent()) + spent
            self._changed.notify_all()

    def wait_for(self, count: int, *, timeout: float = 10) -> tuple[BookEntry, ...]:
        """Wait until there are `count` entries: the entry of an aborted stream comes after the abort.

        Args:
            count: How many entries there must be.
            timeout: Seconds to wait at most.

        Raises:
            TimeoutError: There were fewer entries when the time was up.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._entries) >= count, timeout):
                raise TimeoutError(f"The book has {len(self._entries)} entries after {timeout} s, not {count}.")
            return tuple(self._entries)
