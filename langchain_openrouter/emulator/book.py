"""The books: one entry for each generation, with what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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

    @property
    def status(self) -> str:
        """`completed`, `cancelled`, `failed` (an error ended it, and it is free) or `interrupted`."""
        if self.cancelled:
            return "cancelled"
        if self.finish_reason == "error":
            return "failed"
        return "interrupted" if self.finish_reason is None else "completed"


class Book:
    """All entries, oldest first. Written by the server's thread, read from any."""

    def __init__(self) -> None:
        self._entries: list[BookEntry] = []
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
        return next((entry for entry in self.entries if entry.generation_id == generation_id), None)

    def add(self, entry: BookEntry) -> None:
        """Write an entry and wake whoever waits for it."""
        with self._changed:
            self._entries.append(entry)
            self._total += entry.cost
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
