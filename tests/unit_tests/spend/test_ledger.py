"""What a ledger books, from the hold to the cost, in a file and in Postgres."""

from __future__ import annotations

import asyncio
import copy
import pickle
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from langchain_openrouter import Budget, BudgetExceededError, ConfigurationError, LedgerError, SpendLedger
from langchain_openrouter.spend.entry import CostSource, EntryState
from langchain_openrouter.spend.verdict import NeedsHold
from langchain_openrouter.usage import Usage
from tests.unit_tests.spend.attempts import attempt, settled, spend

USD = Decimal


def status(ledger, scope="total"):
    (found,) = [one for one in ledger.budgets() if one.scope == scope]
    return found.spent_usd, found.held_usd, found.remaining_usd


def test_an_attempt_comes_back_as_it_was_told(ledger):
    entry = attempt(
        user="alice",
        thread_id="t1",
        node="agent",
        tags=("batch", "night"),
        key_hash="0123456789abcdef",
        run_id="r1",
        parent_run_id="r0",
        models=("openai/gpt-5-mini", "openai/gpt-5"),
        base_url="https://openrouter.ai/api/v1",
        attempt=2,
    )
    assert ledger.reserve(entry).result() is None
    assert ledger.entry(entry.id) == entry
    usage = Usage(10, 5, 15, {"cache_read": 4}, {"reasoning": 2}, USD("0.0123"), USD("0.5"), is_byok=True)
    end = settled(
        entry,
        "0.0123",
        upstream_usd=USD("0.5"),
        usage=usage,
        is_byok=True,
        server_tools={"web_search_requests": 2},
        settled_at=datetime.now(UTC),
    )
    assert ledger.settle(end).result() is True
    assert ledger.entry(entry.id) == end
    assert ledger.find_generation(end.generation_id) == end
    assert ledger.entry("nothing") is None
    assert ledger.find_generation("nothing") is None


def test_a_hold_turns_into_what_the_answer_cost(ledger):
    ledger.set_budget(Budget("total", "1"))
    entry = attempt(hold_usd=USD("0.3"))
    ledger.reserve(entry).result()
    assert status(ledger) == (0, USD("0.3"), USD("0.7"))
    ledger.settle(settled(entry, "0.1")).result()
    assert status(ledger) == (USD("0.1"), 0, USD("0.9"))


def test_a_release_frees_the_hold_and_an_unknown_end_does_not(ledger):
    ledger.set_budget(Budget("total", "1"))
    free, lost = attempt(), attempt()
    for entry in (free, lost):
        ledger.reserve(entry).result()
    assert ledger.release(free.id, "never sent").result() is True
    assert ledger.mark_unknown(lost.id, "the task was cancelled").result() is True
    assert status(ledger) == (0, USD("0.01"), USD("0.99"))
    kept = ledger.entry(free.id)
    assert (kept.state, kept.charged_usd, kept.source, kept.reason) == ("released", 0, "refusal", "never sent")
    (kept,) = ledger.unknown()
    assert (kept.id, kept.reason, kept.charged_usd) == (lost.id, "the task was cancelled", None)
    assert ledger.settle(settled(kept, "0.02", source=CostSource.GENERATION)).result() is True
    assert ledger.entry(lost.id).reason is None
    assert status(ledger)[:2] == (USD("0.02"), 0)


def test_a_call_that_does_not_fit_is_refused_and_leaves_no_trace(ledger):
    ledger.set_budget(Budget("user:alice", "0.05", "day"))
    ledger.set_budget(Budget("total", "1", "month"))
    spend(ledger, "0.03", user="alice")
    under_way = attempt(user="alice")
    ledger.reserve(under_way).result()
    entry = attempt(user="alice", hold_usd=USD("0.010000001"))
    error = ledger.reserve(entry).result()
    assert isinstance(error, BudgetExceededError)
    assert (error.scope, error.window, error.limit_usd) == ("user:alice", "day", USD("0.05"))
    assert (error.spent_usd, error.held_usd, error.needed_usd) == (USD("0.03"), USD("0.01"), USD("0.010000001"))
    assert ledger.entry(entry.id) is None
    assert status(ledger)[:2] == (USD("0.03"), USD("0.01"))
    assert ledger.reserve(entry._replace(hold_usd=USD("0.01"))).result() is None
    assert ledger.reserve(attempt(user="bob", hold_usd=USD("0.5"))).result() is None


def test_a_budget_of_nothing_lets_through_what_is_free(ledger):
    ledger.set_budget(Budget("total", 0))
    assert ledger.reserve(attempt(hold_usd=USD(0))).result() is None
    assert isinstance(ledger.reserve(attempt(hold_usd=USD("1e-9"))).result(), BudgetExceededError)


def test_without_a_hold_a_budget_asks_for_one(ledger):
    entry = attempt(user="alice", hold_usd=None)
    assert ledger.reserve(entry).result() is None
    ledger.set_budget(Budget("user:*", 1))
    refused = attempt(user="alice", hold_usd=None)
    assert isinstance(ledger.reserve(refused).result(), NeedsHold)
    assert ledger.entry(refused.id) is None
    assert ledger.reserve(attempt(hold_usd=None)).result() is None


def test_an_overrun_is_booked_in_full(ledger):
    ledger.set_budget(Budget("total", "0.01"))
    entry = attempt()
    ledger.reserve(entry).result()
    assert ledger.settle(settled(entry, "0.5")).result() is True
    assert status(ledger) == (USD("0.5"), 0, 0)
    assert ledger.total() == USD("0.5")


@pytest.mark.parametrize("cost", [None, "NaN", "Infinity", "-Infinity", "-0.01", "10000000000"])
def test_a_cost_that_is_none_makes_the_entry_unknown(ledger, cost):
    ledger.set_budget(Budget("total", 1))
    entry = attempt()
    ledger.reserve(entry).result()
    assert ledger.settle(settled(entry, cost)).result() is False
    kept = ledger.entry(entry.id)
    assert (kept.state, kept.charged_usd, kept.source) == ("unknown", None, None)
    assert kept.reason == "its cost is not an amount of money"
    assert (kept.generation_id, kept.provider, kept.usage.input_tokens) == (f"gen-{entry.id}", "OpenAI", 100)
    assert status(ledger)[:2] == (0, USD("0.01"))


def test_the_same_end_twice_is_booked_once(ledger):
    ledger.set_budget(Budget("total", 1))
    entry = attempt()
    ledger.reserve(entry).result()
    assert ledger.reserve(entry).result() is None
    ends = [ledger.settle(settled(entry)) for _ in range(5)]
    assert [end.result() for end in ends] == [True, False, False, False, False]
    assert ledger.release(entry.id, "late").result() is False
    assert ledger.mark_unknown(entry.id, "late").result() is False
    assert status(ledger)[:2] == (USD("0.004"), 0)


def test_a_second_entry_of_one_generation_is_a_duplicate(ledger):
    ledger.set_budget(Budget("total", 1))
    first, second, third = attempt(), attempt(), attempt()
    for entry in (first, second, third):
        ledger.reserve(entry).result()
    ledger.bind(first.id, "gen-1").result()
    ledger.bind(second.id, "gen-1").result()
    assert ledger.settle(settled(third, generation_id="gen-1")).result() is False
    assert ledger.settle(settled(first, generation_id="gen-1")).result() is True
    for entry in (second, third):
        kept = ledger.entry(entry.id)
        assert (kept.state, kept.charged_usd, kept.reason) == ("released", 0, f"duplicate of {first.id}")
    assert status(ledger)[:2] == (USD("0.004"), 0)


def test_a_charge_that_was_never_announced_is_booked(ledger):
    ledger.set_budget(Budget("total", 1))
    entry = attempt()
    assert ledger.settle(settled(entry)).result() is True
    assert ledger.entry(entry.id).charged_usd == USD("0.004")
    assert status(ledger)[:2] == (USD("0.004"), 0)
    assert ledger.release("nothing", "why").result() is False
    assert ledger.bind("nothing", "gen-9").result() is None


def test_a_budget_that_is_set_later_counts_what_its_window_has_spent(ledger):
    now = datetime.now(UTC)
    spend(ledger, "0.1", user="alice", tags=("a", "b"))
    spend(ledger, "0.2", user="bob", tags=("a",))
    spend(ledger, "0.4", user="alice", held_at=now - timedelta(days=32))
    ledger.reserve(attempt(user="alice", tags=("a",))).result()
    expected = {
        "total": "0.7",
        "user:alice": "0.5",
        "tag:a": "0.3",
        "tag:b": "0.1",
        "model:openai/gpt-5-mini": "0.7",
    }
    for scope, spent in expected.items():
        ledger.set_budget(Budget(scope, 5))
        assert status(ledger, scope)[0] == USD(spent)
        ledger.remove_budget(scope)
        ledger.set_budget(Budget(scope, 5, "month"))
        assert status(ledger, scope)[0] == USD(spent) - (USD("0.4") if scope[:3] in ("tot", "use", "mod") else 0)
    assert ledger.verify().is_ok


def test_a_removed_budget_limits_no_more_and_counts_anew_when_it_is_set_again(ledger):
    ledger.set_budget(Budget("total", "0.01"))
    spend(ledger, "0.01")
    assert isinstance(ledger.reserve(attempt()).result(), BudgetExceededError)
    assert ledger.remove_budget("total") is True
    assert ledger.remove_budget("total") is False
    spend(ledger, "0.02")
    ledger.set_budget(Budget("total", "0.05"))
    assert status(ledger)[0] == USD("0.03")


def test_a_pattern_gives_each_name_its_own_and_a_named_budget_takes_its_place(ledger):
    ledger.set_budget(Budget("user:*", "0.01", "day"))
    ledger.set_budget(Budget("user:boss", "5", "day"))
    assert [one.scope for one in ledger.budgets()] == ["user:*", "user:boss"]
    for user in ("alice", "bob"):
        assert ledger.reserve(attempt(user=user)).result() is None
        assert isinstance(ledger.reserve(attempt(user=user)).result(), BudgetExceededError)
    spend(ledger, "0.3", user="boss", hold_usd=USD("0.5"))
    held = {one.scope: (one.spent_usd, one.held_usd, one.budget.scope) for one in ledger.budgets()}
    assert held == {
        "user:alice": (0, USD("0.01"), "user:*"),
        "user:bob": (0, USD("0.01"), "user:*"),
        "user:boss": (USD("0.3"), 0, "user:boss"),
    }


def test_old_spend_stays_in_its_own_window(ledger):
    """A window that is over, and a clock that steps back, move nothing."""
    ledger.set_budget(Budget("total", "0.02", "hour"))
    now = datetime.now(UTC)
    early, late = attempt(held_at=now - timedelta(hours=1)), attempt(held_at=now)
    assert ledger.reserve(early).result() is None
    assert ledger.reserve(late).result() is None
    assert status(ledger)[:2] == (0, USD("0.01"))
    ledger.settle(settled(early, "0.02", settled_at=now)).result()
    assert status(ledger)[:2] == (0, USD("0.01"))
    # the clock is back in the hour whose budget is spent
    refused = ledger.reserve(attempt(held_at=now - timedelta(hours=1))).result()
    assert isinstance(refused, BudgetExceededError)
    assert refused.spent_usd == USD("0.02")
    assert ledger.verify().is_ok


def test_budgets_say_when_they_start_anew(ledger):
    for window in ("hour", "day", "week", "month", "lifetime"):
        ledger.set_budget(Budget("total", 1, window))
    resets = {one.budget.window: one.resets_at for one in ledger.budgets()}
    now = datetime.now(UTC)
    assert resets["lifetime"] is None
    assert resets["day"].date() == (now + timedelta(days=1)).date()
    assert resets["week"].weekday() == 0
    assert resets["month"].day == 1
    assert all(one > now for one in resets.values() if one)


def test_whether_a_budget_applies_can_be_asked_quickly(ledger):
    scopes = attempt(user="alice", tags=("x",)).scopes()
    assert ledger.has_budget_for(scopes) is False
    ledger.set_budget(Budget("user:*", 1))
    assert ledger.has_budget_for(scopes) is True
    assert ledger.has_budget_for(attempt().scopes()) is False


def test_another_ledger_of_the_same_place_knows_the_budgets(url):
    with SpendLedger(url) as one, SpendLedger(url) as other:
        one.set_budget(Budget("total", "0.01"))
        assert other.reserve(attempt()).result() is None
        assert isinstance(one.reserve(attempt()).result(), BudgetExceededError)
        assert one.budgets() == other.budgets()


def test_corrections_are_entries_of_their_own(ledger):
    ledger.set_budget(Budget("user:alice", 1))
    first = spend(ledger, "0.5", user="alice")
    entry = ledger.adjust("user:alice", "-0.2", "the invoice says so")
    assert ledger.entry(entry.id) == entry
    assert (entry.kind, entry.source, entry.reason) == ("adjustment", "adjustment", "the invoice says so")
    assert status(ledger, "user:alice")[0] == USD("0.3")
    assert ledger.total() == USD("0.3")
    assert ledger.entry(first.id).charged_usd == USD("0.5")
    for scope, amount, reason in (("total", "NaN", "x"), ("user:*", 1, "x"), ("total", 1, " "), ("me", 1, "x")):
        with pytest.raises(ConfigurationError):
            ledger.adjust(scope, amount, reason)


def test_names_that_no_database_takes_are_kept_in_another_form(ledger):
    odd = "\ud800\0é" + "x" * 5000
    ledger.set_budget(Budget(f"user:{odd}", "0.01"))
    entry = attempt(user=odd, thread_id="\0", tags=(odd,), node=odd, requested_model=odd)
    assert ledger.reserve(entry).result() is None
    assert isinstance(ledger.reserve(attempt(user=odd)).result(), BudgetExceededError)
    assert ledger.settle(settled(entry, model=odd, provider="\ud800")).result() is True
    assert [one.id for one in ledger.entries(user=odd, tag=odd, model=odd)] == [entry.id]
    ((row),) = ledger.total(by=("user", "tag"))
    assert row.by["user"] == row.by["tag"]
    assert ledger.verify().is_ok


def test_what_cannot_be_kept_is_refused_alone(ledger):
    ledger.set_budget(Budget("total", "0.03"))
    one, unstorable, other, third = (attempt(hold_usd=USD("0.01"), attempt=n) for n in (1, 2**70, 1, 1))
    with ledger._store.writer.busy:
        asked = [ledger.reserve(entry) for entry in (attempt(hold_usd=USD(0)), one, unstorable, other)]
    assert [future.result() for future in (asked[1], asked[3])] == [None, None]
    with pytest.raises(LedgerError, match="cannot keep this"):
        asked[2].result()
    assert ledger.verify().is_ok
    assert ledger.reserve(third).result() is None
    assert isinstance(ledger.reserve(attempt(hold_usd=USD("0.01"))).result(), BudgetExceededError)


def test_counts_that_are_none_do_not_hinder_the_booking(ledger):
    entry = attempt()
    ledger.reserve(entry).result()
    usage = Usage(10**30, -5, 2**63, {"cache_read": 10**30})
    assert ledger.settle(settled(entry, usage=usage)).result() is True
    assert ledger.entry(entry.id).usage == usage
    assert ledger.total(by=())[0].input_tokens == 0


def test_amounts_that_would_let_sums_run_over_64_bits_are_refused(ledger):
    for cost, is_booked in (("1000000", True), ("1000000.000000001", False), ("9e9", False), ("1e30", False)):
        entry = attempt(hold_usd=USD(0))
        ledger.reserve(entry).result()
        assert ledger.settle(settled(entry, cost, upstream_usd=USD(cost))).result() is is_booked
        assert (ledger.entry(entry.id).state is EntryState.UNKNOWN) is not is_booked
    with pytest.raises(ConfigurationError, match="at most 1,000,000 USD"):
        ledger.adjust("total", "-1000001", "the invoice says so")
    assert ledger.total() == 1_000_000
    ledger.set_budget(Budget("total", "9000000000"))
    assert ledger.reserve(attempt()).result() is None
    with pytest.raises(ConfigurationError):
        ledger.reserve(attempt(hold_usd=USD("10000000000"))).result()
    with pytest.raises(ConfigurationError):
        ledger.reserve(attempt(hold_usd=USD(-1))).result()


def test_asyncio_waits_for_the_same_futures(ledger):
    async def call():
        entry = attempt()
        verdict = await asyncio.wrap_future(ledger.reserve(entry))
        await asyncio.wrap_future(ledger.settle(settled(entry)))
        return verdict

    async def run():
        return await asyncio.gather(*(call() for _ in range(50)))

    assert asyncio.run(run()) == [None] * 50
    assert ledger.total() == USD("0.2")


def test_a_reservation_that_nobody_waits_for_any_more_is_not_made(ledger):
    first = attempt()
    with ledger._store.writer.busy:
        waiting = [ledger.reserve(one) for one in (first, attempt(), attempt())]
        cancelled = [future.cancel() for future in waiting]
    ledger.release("nothing", "").result()
    made = list(ledger.entries())
    assert len(made) == cancelled.count(False)


def test_a_closed_ledger_says_so(url):
    ledger = SpendLedger(url)
    held = attempt()
    ledger.reserve(held).result()
    ledger.close()
    ledger.close()
    with pytest.raises(LedgerError, match="has been closed"):
        ledger.reserve(attempt()).result()
    with pytest.raises(LedgerError, match="has been closed"):
        ledger.total()
    with SpendLedger(url) as again:
        assert again.entry(held.id).state is EntryState.UNKNOWN


def test_pickles_and_copies_are_the_same_ledger(url):
    with SpendLedger(url, strict=False) as ledger:
        spend(ledger, "0.5")
        assert copy.copy(ledger) is ledger
        assert copy.deepcopy(ledger) is ledger
        with pickle.loads(pickle.dumps(ledger)) as other:
            assert (other.total(), other.strict, other.url) == (USD("0.5"), False, ledger.url)


def test_a_ledger_in_memory_is_gone_with_it(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for url in ("sqlite://", ":memory:", "sqlite:///:memory:"):
        with SpendLedger(url) as ledger, SpendLedger(url) as other:
            spend(ledger, "0.5")
            assert (ledger.total(), other.total()) == (USD("0.5"), 0)
            with pytest.raises(LedgerError, match="belongs to its process"):
                pickle.dumps(ledger)
            assert repr(ledger) == "SpendLedger('sqlite://')"
        del ledger, other
    assert list(tmp_path.iterdir()) == []


def test_a_process_shows_that_it_lives_while_answers_come(ledger, monkeypatch):
    """An attempt that has got its name is still under way, however long its answer takes."""
    monkeypatch.setattr("langchain_openrouter.spend.writer.BEAT", 0.02)
    entry = attempt()
    ledger.reserve(entry).result()
    ledger.bind(entry.id, "gen-1").result()

    def seen():
        with ledger._store.readers.reading() as connection:
            return connection.fetch("SELECT seen_at FROM spend_owner")

    first, patience = seen(), time.monotonic() + 30
    while seen() == first:
        assert time.monotonic() < patience
        time.sleep(0.01)


def test_one_that_is_to_be_there_is_not_made(url):
    for _ in range(2):
        with pytest.raises(LedgerError, match="There is no ledger"):
            SpendLedger(url, create=False)
    SpendLedger(url).close()
    with SpendLedger(url, create=False) as ledger:
        assert ledger.total() == 0
