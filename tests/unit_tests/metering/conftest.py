"""A ledger in a file, and a way to wait until it has nothing open."""

from __future__ import annotations

import pytest

from langchain_openrouter import SpendLedger
from tests.waiting import wait_until


@pytest.fixture
def ledger(tmp_path):
    with SpendLedger(tmp_path / "spend.db") as opened:
        yield opened


@pytest.fixture
def settled_ledger(ledger):
    """The ledger, once the cost of every attempt is known."""

    def wait():
        wait_until(lambda: all(entry.charged_usd is not None for entry in ledger.entries()))
        return ledger

    return wait
