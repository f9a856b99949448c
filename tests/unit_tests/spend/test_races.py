"""Many at once for little money: threads, tasks, processes and children of forks. Nobody gets more than there is."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from langchain_openrouter import Budget, BudgetExceededError, SpendLedger
from langchain_openrouter.spend.entry import EntryState
from tests.unit_tests.spend.attempts import attempt, settled, spend

USD = Decimal
CALLS = 1_000
AFFORDABLE = 100
needs_forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no forks")


@pytest.fixture
def scarce(ledger):
    """A ledger with a budget for a tenth of the calls, in one of several scopes."""
    ledger.set_budget(Budget("total", 100, "day"))
    ledger.set_budget(Budget("user:*", AFFORDABLE * USD("0.01")))
    ledger.set_budget(Budget("tag:night", 100))
    return ledger


def call(ledger):
    """Whether a call was let through. It costs what it held."""
    entry = attempt(user="ann", tags=("night",))
    if ledger.reserve(entry).result() is not None:
        return False
    assert ledger.settle(settled(entry, "0.01")).result()
    return True


def check_spent(ledger):
    (budget,) = [one for one in ledger.budgets() if one.scope == "user:ann"]
    assert (budget.spent_usd, budget.held_usd) == (AFFORDABLE * USD("0.01"), 0)
    assert ledger.total() == AFFORDABLE * USD("0.01")
    assert ledger.total(by=())[0].attempts == AFFORDABLE
    assert ledger.verify().differences == ()


def test_threads(scarce):
    with ThreadPoolExecutor(64) as threads:
        admitted = list(threads.map(lambda _: call(scarce), range(CALLS)))
    assert admitted.count(True) == AFFORDABLE
    check_spent(scarce)


def test_threads_on_two_ledgers_of_one_place(scarce, url):
    with SpendLedger(url) as other, ThreadPoolExecutor(64) as threads:
        admitted = list(threads.map(lambda number: call((scarce, other)[number % 2]), range(CALLS)))
    assert admitted.count(True) == AFFORDABLE
    check_spent(scarce)


def test_tasks(scarce):
    async def acall():
        entry = attempt(user="ann", tags=("night",))
        if await asyncio.wrap_future(scarce.reserve(entry)) is not None:
            return False
        return await asyncio.wrap_future(scarce.settle(settled(entry, "0.01")))

    async def run():
        return await asyncio.gather(*(acall() for _ in range(CALLS)))

    assert asyncio.run(run()).count(True) == AFFORDABLE
    check_spent(scarce)


def test_processes(scarce, url, program):
    children = [
        program(
            """
            from concurrent.futures import ThreadPoolExecutor
            from langchain_openrouter import SpendLedger
            from tests.unit_tests.spend.test_races import call
            with SpendLedger(sys.argv[1]) as ledger, ThreadPoolExecutor(16) as threads:
                print("ready", flush=True)
                sys.stdin.readline()
                print(sum(threads.map(lambda _: call(ledger), range(int(sys.argv[2])))))
            """,
            url,
            CALLS // 4,
        )
        for _ in range(4)
    ]
    for child in children:
        assert child.stdout.readline() == "ready\n"
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    admitted = [int(child.stdout.readline()) for child in children]
    assert sum(admitted) == AFFORDABLE
    check_spent(scarce)


def test_what_is_cheaper_than_held_makes_room_for_more(ledger):
    """Nobody is over the limit at any time, and in the end no call that would fit has been refused for good."""
    ledger.set_budget(Budget("total", "0.10"))

    def ask_until_it_is_spent():
        while True:
            entry = attempt(hold_usd=USD("0.01"))
            refusal = ledger.reserve(entry).result()
            if isinstance(refusal, BudgetExceededError):
                assert refusal.spent_usd + refusal.held_usd <= refusal.limit_usd
                if not refusal.held_usd:
                    return
            else:
                ledger.settle(settled(entry, "0.001")).result()

    with ThreadPoolExecutor(16) as threads:
        for _ in range(16):
            threads.submit(ask_until_it_is_spent).add_done_callback(lambda done: done.result())
    assert USD("0.09") < ledger.total() <= USD("0.10")
    assert ledger.verify().differences == ()


def test_every_ending_of_an_attempt_at_once(ledger):
    """One of them counts, and the hold is given back once."""
    ledger.set_budget(Budget("total", 1))
    entries = [attempt() for _ in range(50)]
    for entry in entries:
        ledger.reserve(entry).result()
    begin = threading.Barrier(4)

    def race(end):
        begin.wait()
        return [end(entry) for entry in entries]

    ends = (
        lambda entry: ledger.settle(settled(entry)).result(),
        lambda entry: ledger.settle(settled(entry)).result(),
        lambda entry: ledger.release(entry.id, "never sent").result(),
        lambda entry: ledger.bind(entry.id, f"gen-{entry.id}").result(),
    )
    with ThreadPoolExecutor(4) as threads:
        *answers, _ = threads.map(race, ends)
    assert all(told.count(True) == 1 for told in zip(*answers, strict=True))
    assert ledger.total() == USD("0.004") * sum(first or second for first, second, _ in zip(*answers, strict=True))
    assert ledger.budgets()[0].held_usd == 0
    assert ledger.verify().differences == ()


def in_a_fork(work):
    """Do something in a child of a fork; whether it went well."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001 - a child that went on would run the other tests
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@needs_forks
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_fork_while_others_write(scarce):
    """Parent and child go on with ledgers of their own on one budget; what the parent holds is not the child's."""
    held = attempt(user="bob")
    scarce.reserve(held).result()
    stop = threading.Event()

    def go_on():
        while not stop.is_set():
            spend(scarce, "0.001", user="bob")

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        for _ in range(5):
            assert in_a_fork(lambda: [call(scarce) for _ in range(AFFORDABLE // 5)])
    finally:
        stop.set()
        writer.join()
    assert call(scarce) is False
    assert scarce.entry(held.id).state is EntryState.HELD
    spent = {row.by["user"]: row for row in scarce.total(by="user")}
    assert (spent["ann"].attempts, spent["ann"].cost_usd) == (AFFORDABLE, AFFORDABLE * USD("0.01"))
    assert scarce.verify().differences == ()


@needs_forks
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_fork_inside_a_block(ledger):
    """The child's calls are the block's too; that the child has done with it does not end it."""
    with ledger.budget("0.02") as block:

        def leave():
            assert ledger.reserve(attempt(spans=ledger.active_spans())).result() is None
            block.__exit__(None, None, None)
            ledger.close()

        assert in_a_fork(leave)
        assert ledger.active_spans() == (block.id,)
        assert block.held_usd == USD("0.01")
        assert ledger.reserve(attempt(spans=(block.id,))).result() is None
        assert isinstance(ledger.reserve(attempt(spans=(block.id,))).result(), BudgetExceededError)
    assert ledger.total() == 0


@needs_forks
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_what_a_dead_child_held_becomes_unknown_and_goes_on_holding(ledger, url):
    ledger.set_budget(Budget("total", "0.01"))
    entry = attempt(held_at=datetime.now(UTC))
    assert in_a_fork(lambda: ledger.reserve(entry).result())
    assert ledger.entry(entry.id).state is EntryState.HELD
    assert ledger.adopt_orphans() == 1
    assert ledger.adopt_orphans() == 0
    assert ledger.entry(entry.id).state is EntryState.UNKNOWN
    assert isinstance(ledger.reserve(attempt()).result(), BudgetExceededError)
    # it was charged after all, as OpenRouter says
    assert ledger.settle(settled(entry, "0.002")).result()
    assert ledger.budgets()[0].remaining_usd == USD("0.008")
    assert ledger.verify().differences == ()
