"""How long totals over many attempts take: `python ledger_totals.py CLIENT ENTRIES`.

A ledger is filled with attempts over 60 days, and adds up what has ended, as it does in the background in use. Then it
is opened anew and asked. Prints the milliseconds of each total, the median of many, and by how many KiB the process has
grown meanwhile.
"""

from __future__ import annotations

import gc
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ledger_entries import held, settled
from readings import memory_kib, report

from langchain_openrouter import SpendLedger
from langchain_openrouter.spend.journal import insert_records
from langchain_openrouter.spend.record import Record, record_of
from langchain_openrouter.spend.rollup import roll_up

PART = 5_000
MODELS, USERS, TAGS = 50, 1_000, 20
DAYS = timedelta(days=60)
ASKED = 15
"""Times that each total is asked for."""


def make_records(first: int, count: int, entries: int) -> list[Record]:
    """Attempts in the order of time. Each user has three of the models."""
    begin, chance = datetime.now(UTC) - DAYS, random.Random(first)  # noqa: S311 - nothing is secret here
    records = []
    for number in range(first, first + count):
        user, one_of_three = chance.randrange(USERS), chance.randrange(3)
        model, tag = (7 * user + one_of_three) % MODELS, chance.randrange(TAGS)
        entry = held(begin + DAYS * number / entries, f"model-{model}", f"user-{user}", (f"tag-{tag}",))
        records.append(record_of(settled(entry), None))
    return records


def fill(path: Path, entries: int) -> None:
    """Write what calls would have left behind, many at a time."""
    with SpendLedger(path) as ledger:
        writer = ledger._store.writer  # noqa: SLF001 - a million calls would take the disk an hour
        for first in range(0, entries, PART):
            records = make_records(first, min(PART, entries - first), entries)
            writer.call(lambda connection, records=records: insert_records(connection, records)).result()
            while writer.call(roll_up).result():
                pass


def milliseconds(ask: Callable[[], object]) -> float:
    """The median of many."""
    took = []
    for _ in range(ASKED):
        began = time.perf_counter()
        ask()
        took.append(1e3 * (time.perf_counter() - began))
    return statistics.median(took)


def run(path: Path, entries: int) -> None:
    """Measure and print."""
    fill(path, entries)
    with SpendLedger(path) as ledger:
        if ledger.total(by=())[0].attempts != entries:
            sys.exit("RuntimeError: entries are missing")
        gc.collect()
        before, _ = memory_kib()
        figures = {
            "total": milliseconds(ledger.total),
            "by_model": milliseconds(lambda: ledger.total(by="model")),
            "by_model_and_user": milliseconds(lambda: ledger.total("7d", by=("model", "user"))),
        }
        report(**figures, kib=memory_kib()[0] - before)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="ledger-") as folder:
        run(Path(folder) / "spend.db", int(sys.argv[2]))
