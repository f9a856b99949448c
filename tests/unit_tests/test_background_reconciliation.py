"""Reconciling in the background: when it looks, what wakes it, and how it ends."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import textwrap
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_openrouter import Account
from langchain_openrouter._http.lookup import LONGEST_DELAY
from langchain_openrouter._look_schedule import LookSchedule
from langchain_openrouter.background_reconciliation import BackgroundReconciler, background_reconciler
from langchain_openrouter.emulator import Failure, GenerationRules
from langchain_openrouter.errors import LedgerError
from langchain_openrouter.spend.entry import EntryState
from tests.unit_tests.memory_books import MemoryBooks, unknown_entry

LONG_AGO = datetime.now(UTC) - timedelta(hours=25)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def schedule(clock):
    return LookSchedule(clock=clock, draw=lambda: 0)


@pytest.fixture
def account(emulator):
    return Account(emulator.api_key, emulator.base_url)


@pytest.fixture
def generation_id(model):
    return model().invoke("hello").response_metadata["id"]


def reconcilers():
    return [thread for thread in threading.enumerate() if thread.name == "openrouter-reconciler"]


def join_all():
    for thread in reconcilers():
        thread.join(10)
    assert reconcilers() == []


def looks(emulator):
    return sum(request.path.endswith("/generation") for request in emulator.requests)


class TestSchedule:
    def test_looks_are_further_and_further_apart(self, schedule, clock):
        waits = []
        for _ in range(11):
            schedule.is_due("a")
            waits.append(schedule.seconds_until_next())
            clock.now += waits[-1]
            assert schedule.is_due("a")
            schedule.postpone("a")
        assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]

    def test_with_nothing_to_do_it_looks_now_and_then(self, schedule):
        assert schedule.seconds_until_next() == LONGEST_DELAY

    def test_what_is_given_up_is_never_due(self, schedule, clock):
        schedule.give_up("a")
        clock.now += 10**9
        assert not schedule.is_due("a")
        assert schedule.seconds_until_next() == LONGEST_DELAY

    def test_what_is_settled_is_forgotten(self, schedule):
        schedule.is_due("a")
        schedule.give_up("b")
        schedule.forget_all_but({"b"})
        assert schedule.seconds_until_next() == LONGEST_DELAY
        assert not schedule.is_due("b")

    def test_a_rest_is_for_all_and_doubles_until_it_is_over(self, schedule, clock):
        schedule.is_due("a")
        clock.now += 1
        schedule.rest(7)
        assert not schedule.is_due("a")
        assert schedule.seconds_until_next() == 7
        schedule.rest(0)
        assert schedule.seconds_until_next() == 2
        schedule.resume()
        schedule.rest(0)
        assert schedule.seconds_until_next() == 1

    @given(st.floats(0, 1, exclude_max=True), st.integers(1, 40))
    def test_jitter_only_adds(self, draw, times):
        schedule = LookSchedule(clock=lambda: 0, draw=lambda: draw)
        for _ in range(times):
            schedule.postpone("a")
        least = min(LONGEST_DELAY, 2.0 ** (times - 1))
        assert schedule.seconds_until_next() == min(LONGEST_DELAY, least * (1 + draw / 4))


class TestLooks:
    """One look at the ledger after another, on a clock of the test."""

    @pytest.fixture
    def make(self, account, schedule):
        return lambda books: BackgroundReconciler(books, account, schedule=schedule)

    def test_it_looks_until_the_record_is_there(self, emulator, make, clock, generation_id):
        emulator.generations.rules = GenerationRules(unseen_looks=3)
        books = MemoryBooks(unknown_entry(emulator, generation_id))
        reconciler, waits = make(books), []
        while list(books.unknown()):
            waits.append(reconciler.run_once())
            clock.now += waits[-1]
        assert waits == [1, 2, 4, 8, LONGEST_DELAY]
        assert books.total == emulator.book.total
        assert (reconciler.total.settled, reconciler.total.still_unknown) == (1, 0)

    def test_after_a_failure_everything_rests(self, emulator, make, clock, generation_id):
        books = MemoryBooks(*(unknown_entry(emulator, generation_id) for _ in range(5)))
        emulator.faults.add(
            "/generation", *[Failure(429, "slow", headers={"retry-after": "9"})] * 2, Failure(503, "down")
        )
        reconciler = make(books)
        clock.now += reconciler.run_once()
        waits = []
        for asked in (1, 2, 3):
            waits.append(reconciler.run_once())
            assert looks(emulator) == asked
            assert reconciler.total.error is not None
            reconciler.run_once()
            assert looks(emulator) == asked
            clock.now += waits[-1]
        assert waits == [9, 9, 4]
        reconciler.run_once()
        clock.now += 10
        reconciler.run_once()
        assert list(books.unknown()) == []
        assert reconciler.total.error is None

    def test_what_nobody_will_ever_know_is_asked_once(self, emulator, make, clock):
        facts = {"held_at": LONG_AGO, "hold_usd": None}
        elsewhere = unknown_entry(emulator, "gen-1", base_url="https://openrouter.ai/api/v1")
        books = MemoryBooks(unknown_entry(emulator, "gen-nowhere", **facts), elsewhere)
        reconciler = make(books)
        for _ in range(5):
            clock.now += reconciler.run_once()
        assert looks(emulator) == 1
        assert reconciler.total.still_unknown == 2

    def test_holds_are_booked_after_a_day(self, emulator, make, clock):
        books = MemoryBooks(unknown_entry(emulator, None, held_at=LONG_AGO))
        reconciler = make(books)
        clock.now += reconciler.run_once()
        reconciler.run_once()
        assert books.total == Decimal("0.01")
        assert reconciler.total.unverified == 1


class TestThread:
    """The thread itself. What is due is due at once here, so that no test waits."""

    @pytest.fixture(autouse=True)
    def _ends(self):
        yield
        gc.collect()
        join_all()

    @pytest.fixture(autouse=True)
    def _at_once(self, monkeypatch):
        monkeypatch.setattr("langchain_openrouter._look_schedule.FIRST_DELAY", 0.0)

    def test_it_begins_with_what_a_crash_left(self, emulator, account, generation_id):
        books = MemoryBooks(unknown_entry(emulator, generation_id))
        reconciler = background_reconciler(books, account)
        books.wait_until_known()
        assert books.total == emulator.book.total
        assert reconciler is background_reconciler(books, account)

    def test_it_is_woken(self, emulator, account, generation_id):
        books = MemoryBooks()
        reconciler = background_reconciler(books, account)
        for _ in range(3):
            books.add(unknown_entry(emulator, generation_id))
            reconciler.wake()
            books.wait_until_known()
        assert books.total == 3 * emulator.book.total

    def test_there_is_one_for_each_ledger_and_key(self, emulator, account):
        books, others = MemoryBooks(), MemoryBooks()
        held = [
            background_reconciler(books, account),
            background_reconciler(books, Account(emulator.api_key, emulator.base_url)),
            background_reconciler(others, account),
            background_reconciler(books, Account("another", emulator.base_url)),
        ]
        assert held[0] is held[1]
        assert len(set(map(id, held))) == 3
        assert len(reconcilers()) == 3

    def test_it_ends_with_the_last_who_holds_it(self, account):
        books = MemoryBooks()
        held = [background_reconciler(books, account) for _ in range(2)]
        (thread,) = reconcilers()
        held.pop()
        gc.collect()
        assert thread.is_alive()
        held.pop()
        gc.collect()
        thread.join(10)
        assert not thread.is_alive()

    def test_closing_ends_it_and_the_next_model_starts_another(self, emulator, account, generation_id):
        books = MemoryBooks()
        reconciler = background_reconciler(books, account)
        reconciler.close()
        reconciler.wake()
        join_all()
        books.add(unknown_entry(emulator, generation_id))
        another = background_reconciler(books, account)
        assert another is not reconciler
        books.wait_until_known()

    def test_a_ledger_that_fails_is_told_once_and_tried_again(self, emulator, account, generation_id, caplog):
        books = MemoryBooks(unknown_entry(emulator, generation_id))
        works, failed = books.unknown, threading.Semaphore(0)

        def unknown():
            failed.release()
            raise LedgerError("the disk is full")

        books.unknown = unknown
        reconciler = background_reconciler(books, account)
        for _ in range(2):
            assert failed.acquire(timeout=10)
            reconciler.wake()
        books.unknown = works
        while books.total == 0:
            reconciler.wake()
        assert caplog.text.count("the disk is full") == 1

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
    @pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
    def test_a_forked_child_starts_its_own(self, emulator, account, generation_id):
        books = MemoryBooks()
        reconciler = background_reconciler(books, account)
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                books.add(unknown_entry(emulator, generation_id))
                reconciler.wake()
                books.wait_until_known()
                code = 0
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        reconciler.close()


def test_it_keeps_no_process_alive(emulator):
    script = """
        import sys
        from langchain_openrouter import Account
        from langchain_openrouter.background_reconciliation import background_reconciler
        from tests.unit_tests.memory_books import MemoryBooks

        reconciler = background_reconciler(MemoryBooks(), Account(sys.argv[1], sys.argv[2]))
    """
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(script), emulator.api_key, emulator.base_url]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_states_only_move_on(emulator, account, generation_id, schedule, clock):
    books = MemoryBooks(unknown_entry(emulator, generation_id))
    reconciler = BackgroundReconciler(books, account, schedule=schedule)
    for _ in range(3):
        clock.now += reconciler.run_once()
    assert [entry.state for entry in books.entries.values()] == [EntryState.SETTLED]
    assert reconciler.total.settled == 1
