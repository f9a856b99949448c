"""A ledger in memory with what reconciliation needs of one, and entries for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from langchain_openrouter.emulator import OpenRouterEmulator
from langchain_openrouter.spend.entry import Entry, EntryState

_numbers = count(1)


class MemoryBooks:
    """Keeps entries by id. Used from any thread."""

    is_closed = False

    def __init__(self, *entries: Entry) -> None:
        self.entries = {entry.id: entry for entry in entries}
        self.settled = threading.Condition()

    def adopt_orphans(self) -> int:
        return 0

    def unknown(self) -> Iterator[Entry]:
        return iter([entry for entry in tuple(self.entries.values()) if entry.state is EntryState.UNKNOWN])

    def settle(self, entry: Entry) -> Future[bool]:
        future: Future[bool] = Future()
        with self.settled:
            future.set_result(self.entries[entry.id].state is EntryState.UNKNOWN)
            if future.result():
                self.entries[entry.id] = entry
            self.settled.notify_all()
        return future

    def add(self, entry: Entry) -> Entry:
        self.entries[entry.id] = entry
        return entry

    def wait_until_known(self) -> None:
        """Wait until nothing is unknown."""
        with self.settled:
            assert self.settled.wait_for(lambda: not list(self.unknown()), 10)

    @property
    def total(self) -> Decimal:
        return sum((entry.charged_usd or Decimal(0) for entry in self.entries.values()), Decimal(0))


def unknown_entry(emulator: OpenRouterEmulator, generation_id: str | None, **facts: Any) -> Entry:
    """An attempt at the emulator whose end nobody saw."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "id": f"entry-{number:06}",
        "call_id": f"call-{number:06}",
        "attempt": 1,
        "state": EntryState.UNKNOWN,
        "kind": "chat",
        "requested_model": "openai/gpt-4o-mini",
        "held_at": datetime.now(UTC),
        "base_url": emulator.base_url,
        "hold_usd": Decimal("0.01"),
        "generation_id": generation_id,
        "reason": "GeneratorExit",
    }
    return Entry(**{**defaults, **facts})
