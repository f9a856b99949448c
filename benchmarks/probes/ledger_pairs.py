"""How fast attempts are booked, on the disk each: `python ledger_pairs.py CLIENT THREADS PAIRS`.

Each thread announces an attempt, and books its end when that is on the disk, until there are `PAIRS` of them. The
floors are bare sqlite3 with the same settings: a transaction for each operation from that many threads, or one for as
many operations as there are threads, from a single one. Prints pairs a second and CPU a pair.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from readings import Meter

from langchain_openrouter import Budget, SpendLedger
from langchain_openrouter.spend.ulid import new_ulid

WARM_UP = 20
"""Rounds of all threads."""
_TABLE = "CREATE TABLE entry (id TEXT PRIMARY KEY, state TEXT, nano INTEGER) WITHOUT ROWID"
_INSERT = "INSERT INTO entry VALUES (?, 'held', 1)"
_UPDATE = "UPDATE entry SET state = 'settled', nano = ? WHERE id = ?"


def book_in_threads(book: Callable[[], None], threads: int, pairs: int) -> None:
    """Book pairs, so many at once."""

    def book_some(count: int) -> None:
        for _ in range(count):
            book()

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(book_some, [WARM_UP] * threads))
        meter = Meter()
        list(pool.map(book_some, [pairs // threads] * threads))
    meter.report(pairs // threads * threads)


def measure_ledger(path: Path, threads: int, pairs: int) -> None:
    """This package, with a budget that applies."""
    from ledger_entries import held, settled

    with SpendLedger(path) as ledger:
        ledger.set_budget(Budget("total", "1000000", "day"))

        def book() -> None:
            entry = held()
            if ledger.reserve(entry).result() is None:
                ledger.settle(settled(entry)).result()

        book_in_threads(book, threads, pairs)


def open_bare(path: Path) -> sqlite3.Connection:
    """A file with one table, written as safely as a ledger."""
    raw = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", _TABLE):
        raw.execute(statement)
    return raw


def measure_bare(path: Path, threads: int, pairs: int) -> None:
    """A transaction for each operation."""
    raw, turn = open_bare(path), Lock()

    def book() -> None:
        name = new_ulid()
        with turn:
            raw.execute(_INSERT, (name,))
        with turn:
            raw.execute(_UPDATE, (2, name))

    book_in_threads(book, threads, pairs)
    raw.close()


def measure_batches(path: Path, size: int, pairs: int) -> None:
    """A transaction for as many operations as threads would wait for."""
    raw = open_bare(path)

    def book() -> None:
        names = [new_ulid() for _ in range(size)]
        for statement, rows in ((_INSERT, [(name,) for name in names]), (_UPDATE, [(2, name) for name in names])):
            raw.execute("BEGIN IMMEDIATE")
            raw.executemany(statement, rows)
            raw.execute("COMMIT")

    for _ in range(WARM_UP):
        book()
    meter = Meter()
    for _ in range(pairs // size):
        book()
    meter.report(pairs // size * size)
    raw.close()


MEASURES = {"ours": measure_ledger, "floor-sqlite": measure_bare, "floor-batches": measure_batches}

if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="ledger-") as folder:
        MEASURES[sys.argv[1]](Path(folder) / "spend.db", int(sys.argv[2]), int(sys.argv[3]))
