"""The counters of budgets, which follow from the entries."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from langchain_openrouter import Budget
from langchain_openrouter.spend.rollup import PART
from tests.unit_tests.spend.attempts import attempt, settled, spend


def counters(ledger):
    with ledger._store.readers.reading() as connection:
        return connection.fetch("SELECT period, start FROM spend_counter ORDER BY start")


def test_counters_of_windows_that_are_long_over_are_forgotten_and_made_again_when_they_are_asked_for(ledger):
    now = datetime.now(UTC)
    ledger.set_budget(Budget("total", "1000", "hour"))
    late = attempt(held_at=now - timedelta(days=20))
    assert ledger.reserve(late).result() is None
    for hours in range(PART):
        spend(ledger, "0.004", held_at=now - timedelta(hours=hours))
    deadline = time.monotonic() + 60
    while len(counters(ledger)) >= PART and time.monotonic() < deadline:
        time.sleep(0.01)
    assert 24 <= len(counters(ledger)) <= 26
    assert ledger.settle(settled(late, "0.5")).result()
    assert ledger.reserve(attempt(held_at=late.held_at, hold_usd=Decimal("999.6"))).result() is not None
    assert ledger.total() == Decimal("0.5") + PART * Decimal("0.004")
    assert ledger.verify().is_ok
