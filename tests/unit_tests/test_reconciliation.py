"""What attempts cost whose end nobody saw, asked of the emulator over HTTP."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from langchain_openrouter import Account
from langchain_openrouter.emulator import Answer, Failure, GenerationRules, Verbatim
from langchain_openrouter.errors import APIConnectionError, AuthenticationError, RateLimitError
from langchain_openrouter.reconciliation import areconcile, reconcile
from langchain_openrouter.spend.entry import Attribution, CostSource, EntryState
from tests.unit_tests.memory_books import MemoryBooks, unknown_entry

LONG_AGO = datetime.now(UTC) - timedelta(hours=25)


@pytest.fixture
def slept():
    return []


@pytest.fixture
def account(emulator, slept):
    return Account(emulator.api_key, emulator.base_url, sleep=slept.append)


@pytest.fixture(params=["reconcile", "areconcile"])
def run(request):
    """Reconcile in both ways: `run(books, account, **options)`."""
    if request.param == "reconcile":
        return reconcile
    return lambda *arguments, **options: asyncio.run(areconcile(*arguments, **options))


@pytest.fixture
def abort(emulator, play, model):
    """Break a stream off; the emulator's entry of it."""

    def break_off(**usage):
        play(Answer("word " * 100_000, usage=usage))
        stream = model().stream("hello")
        next(stream)
        stream.close()
        return emulator.book.wait_for(len(emulator.book.entries) or 1)[-1]

    return break_off


def only(books):
    (entry,) = books.entries.values()
    return entry


def test_an_aborted_stream_gets_its_true_cost(emulator, account, run, abort):
    billed = abort()
    books = MemoryBooks(unknown_entry(emulator, billed.generation_id))
    report = run(books, account)
    entry = only(books)
    assert (entry.state, entry.charged_usd, entry.source) == (EntryState.SETTLED, billed.cost, CostSource.GENERATION)
    assert entry.is_verified
    assert (entry.model, entry.provider) == (billed.model, billed.provider)
    assert (entry.usage.input_tokens, entry.usage.output_tokens) == (billed.prompt_tokens, billed.completion_tokens)
    assert entry.reason is None
    assert entry.settled_at > entry.held_at
    assert (report.settled, report.settled_usd, report.still_unknown, report.error) == (1, billed.cost, 0, None)


def test_the_books_become_openrouters(emulator, account, run, play, model):
    """However it ended: the sum is that of the emulator's book, to the last digit."""
    play(*[Answer("word " * number, usage={} if number % 3 else {"cost": 0.000123456789}) for number in range(1, 31)])
    for _ in range(30):
        model().invoke("hello")
    books = MemoryBooks(*(unknown_entry(emulator, billed.generation_id) for billed in emulator.book.entries))
    run(books, account)
    assert books.total == emulator.book.total > 0
    assert run(books, account).settled == 0


def test_an_own_provider_key_has_both_costs(emulator, account, run, play, model):
    play(Answer("Hi!", usage={"is_byok": True, "cost": 0.0005, "cost_details": {"upstream_inference_cost": 0.01}}))
    generation_id = model().invoke("hello").response_metadata["id"]
    books = MemoryBooks(unknown_entry(emulator, generation_id))
    run(books, account)
    entry = only(books)
    assert (entry.charged_usd, entry.upstream_usd, entry.is_byok) == (Decimal("0.0005"), Decimal("0.01"), True)


def test_a_record_that_is_not_there_yet_is_left_or_waited_for(emulator, account, run, abort, slept):
    books = MemoryBooks(unknown_entry(emulator, abort().generation_id))
    emulator.generations.rules = GenerationRules(unseen_looks=3)
    assert str(run(books, account)) == "0 settled ($0), 1 still unknown"
    assert only(books).state is EntryState.UNKNOWN
    assert run(books, account, wait=60).settled == 1
    assert slept == [1, 2]


@pytest.mark.parametrize("generation_id", ["gen-nowhere", None])
def test_after_a_day_without_a_record_the_hold_is_booked_as_not_verified(emulator, account, run, generation_id):
    books = MemoryBooks(unknown_entry(emulator, generation_id))
    assert run(books, account).still_unknown == 1
    books = MemoryBooks(unknown_entry(emulator, generation_id, held_at=LONG_AGO))
    report = run(books, account)
    entry = only(books)
    assert (entry.state, entry.charged_usd, entry.source) == (EntryState.SETTLED, Decimal("0.01"), CostSource.HOLD)
    assert not entry.is_verified
    assert str(report) == "0 settled ($0), 1 booked at their hold ($0.01, not verified), 0 still unknown"


def test_how_long_a_day_is_can_be_said(emulator, account, run):
    books = MemoryBooks(unknown_entry(emulator, "gen-nowhere", held_at=datetime.now(UTC) - timedelta(hours=2)))
    assert run(books, account).unverified == 0
    assert run(books, account, give_up_after=timedelta(hours=1)).unverified == 1


def test_a_record_is_looked_for_even_after_days(emulator, account, run, abort):
    billed = abort()
    books = MemoryBooks(unknown_entry(emulator, billed.generation_id, held_at=LONG_AGO))
    run(books, account)
    assert only(books).charged_usd == billed.cost


def test_without_a_hold_there_is_nothing_to_book(emulator, account, run):
    books = MemoryBooks(unknown_entry(emulator, None, held_at=LONG_AGO, hold_usd=None))
    assert run(books, account).still_unknown == 1
    assert only(books).charged_usd is None


def test_entries_of_another_key_are_looked_up_but_not_given_up(emulator, account, run, abort):
    other = {"attribution": Attribution(key_hash="0123456789abcdef"), "held_at": LONG_AGO}
    billed = abort()
    books = MemoryBooks(
        unknown_entry(emulator, "gen-nowhere", **other), unknown_entry(emulator, billed.generation_id, **other)
    )
    report = run(books, account)
    assert (report.settled, report.unverified, report.still_unknown) == (1, 0, 1)
    assert run(books, account, all_keys=True).unverified == 1


def test_entries_of_this_key_are_known_by_its_hash(emulator, account, run):
    own = Attribution(key_hash=account.key_hash)
    books = MemoryBooks(unknown_entry(emulator, "gen-nowhere", attribution=own, held_at=LONG_AGO))
    assert run(books, account).unverified == 1


def test_progress_is_told_after_every_entry(emulator, account, run):
    books, told = MemoryBooks(*(unknown_entry(emulator, None) for _ in range(3))), []
    run(books, account, on_progress=lambda report: told.append(report.still_unknown))
    assert told == [1, 2, 3]


def test_entries_of_another_address_are_left_alone(emulator, account, run):
    elsewhere = unknown_entry(emulator, "gen-1", base_url="https://openrouter.ai/api/v1", held_at=LONG_AGO)
    assert run(MemoryBooks(elsewhere), account).still_unknown == 1
    assert emulator.requests == []


def test_another_accounts_generation_is_not_given_up_before_its_time(emulator, account, run):
    refusal = Failure(403, "This generation belongs to another user")
    emulator.faults.add("/generation", refusal, refusal)
    assert run(MemoryBooks(unknown_entry(emulator, "gen-1")), account).still_unknown == 1
    assert run(MemoryBooks(unknown_entry(emulator, "gen-1", held_at=LONG_AGO)), account).unverified == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Failure(429, "Rate limit exceeded"), RateLimitError),
        (Failure(401, "User not found."), AuthenticationError),
        (Verbatim(200, [b'{"data":'], cut=True), APIConnectionError),
    ],
)
def test_when_asking_fails_it_stops_and_says_why(emulator, account, run, abort, fault, error):
    billed = abort()
    entries = [unknown_entry(emulator, billed.generation_id, held_at=LONG_AGO) for _ in range(3)]
    entries.append(unknown_entry(emulator, None, held_at=LONG_AGO))
    books = MemoryBooks(*entries)
    emulator.faults.add("/generation", fault)
    before = len(emulator.requests)
    report = run(books, account)
    assert isinstance(report.error, error)
    assert (report.settled, report.unverified, report.still_unknown) == (0, 1, 3)
    assert "Stopped asking: " in str(report)
    assert len(emulator.requests) == before + 1
    assert run(books, account).settled == 3


def test_a_record_that_cannot_be_read_keeps_no_other_waiting(emulator, account, run, abort):
    billed = abort()
    books = MemoryBooks(*(unknown_entry(emulator, billed.generation_id, held_at=LONG_AGO) for _ in range(2)))
    emulator.faults.add("/generation", Verbatim(200, [b"<html>"]))
    report = run(books, account)
    assert (report.settled, report.unverified, report.still_unknown, report.error) == (1, 0, 1, None)


@pytest.mark.parametrize("cost", ["NaN", "-1"])
def test_a_record_without_a_cost_is_no_record(emulator, account, run, abort, cost):
    billed = abort()
    emulator.generations.rules = GenerationRules(cost=lambda _: Decimal(cost))
    books = MemoryBooks(unknown_entry(emulator, billed.generation_id))
    assert run(books, account).still_unknown == 1
    assert only(books).charged_usd is None


def test_what_another_process_settled_meanwhile_is_not_counted(emulator, account, run, abort):
    billed = abort()
    entry = unknown_entry(emulator, billed.generation_id)
    books = MemoryBooks(entry._replace(state=EntryState.SETTLED, charged_usd=Decimal(0)))
    books.unknown = lambda: iter([entry])
    report = run(books, account)
    assert (report.settled, report.unverified, report.still_unknown) == (0, 0, 0)
    assert books.total == 0
