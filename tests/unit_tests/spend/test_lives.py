"""Ledgers that are dropped, closed in the middle of calls, or hung up on."""

from __future__ import annotations

import gc
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from langchain_openrouter import Budget, SpendLedger
from langchain_openrouter.spend.entry import EntryState
from langchain_openrouter.spend.orphans import give_up
from tests.unit_tests.spend.attempts import attempt, spend

USD = Decimal


def ends(threads):
    for thread in threads:
        thread.join(10)
    return not any(thread.is_alive() for thread in threads)


def test_a_ledger_that_nobody_has_any_more_leaves_nothing_behind(url):
    before = set(threading.enumerate())
    ledger = SpendLedger(url)
    ledger.set_budget(Budget("total", 1))
    entry = attempt()
    ledger.reserve(entry)
    writers = set(threading.enumerate()) - before
    assert writers
    del ledger
    gc.collect()
    assert ends(writers)
    with SpendLedger(url) as again:
        assert again.entry(entry.id).state is EntryState.HELD


def test_entries_are_gone_through_whatever_becomes_of_the_ledger(url):
    with SpendLedger(url) as ledger:
        first = spend(ledger)
    entries = SpendLedger(url).entries()
    gc.collect()
    assert [one.id for one in entries] == [first.id]


def test_a_call_that_begins_while_its_ledger_is_closed_is_an_orphan(url):
    ledger = SpendLedger(url)
    writer = ledger._store.writer
    ledger.set_budget(Budget("total", 1))
    given_up = writer.call(lambda connection: give_up(connection, writer.owner, connection.now()))
    entry = attempt(hold_usd=USD("0.3"))
    assert ledger.reserve(entry).result() is None
    given_up.result()
    ledger._store.close()
    with SpendLedger(url) as again:
        assert again.entry(entry.id).state is EntryState.UNKNOWN
        assert again.budgets()[0].held_usd == USD("0.3")


def test_calls_in_many_threads_while_a_ledger_is_closed_are_all_unknown(url):
    ledger, admitted = SpendLedger(url), []

    def call():
        while True:
            entry = attempt()
            try:
                ledger.reserve(entry).result()
            except Exception:  # noqa: BLE001 - whatever a closed ledger says
                return
            admitted.append(entry.id)

    with ThreadPoolExecutor(4) as pool:
        for _ in range(4):
            pool.submit(call)
        while len(admitted) < 20:
            time.sleep(0.001)
        ledger.close()
    with SpendLedger(url) as again:
        assert {one.id for one in again.unknown()} >= set(admitted)
        assert list(again.entries(state="held")) == []


def test_a_server_that_hangs_up_on_who_is_idle_is_asked_again(postgres_url):
    import psycopg

    with SpendLedger(postgres_url) as ledger:
        ledger.set_budget(Budget("total", 1))
        everybody = threading.Barrier(4)

        def read(_):
            with ledger._store.readers.reading() as connection:
                everybody.wait()
                return connection.fetch("SELECT pg_backend_pid()")[0][0]

        with ThreadPoolExecutor(4) as pool:
            idle = list(pool.map(read, range(4)))
        with psycopg.connect(postgres_url, autocommit=True) as other:
            for pid in idle:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        assert ledger.budgets()[0].spent_usd == 0
        assert ledger.total() == 0
