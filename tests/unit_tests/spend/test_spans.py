"""Blocks with a limit of their own."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from langchain_openrouter import BudgetExceededError, ConfigurationError, SpendLedger
from tests.unit_tests.spend.attempts import attempt, settled, spend

USD = Decimal


def reserve(ledger, hold="0.01"):
    entry = attempt(spans=ledger.active_spans(), hold_usd=USD(hold))
    return entry, ledger.reserve(entry).result()


def test_a_block_limits_what_is_called_inside(ledger):
    with ledger.budget(limit_usd="0.03", name="research") as block:
        assert ledger.active_spans() == (block.id,)
        assert ledger.has_budget_for(attempt(spans=(block.id,)).scopes())
        entry, verdict = reserve(ledger, "0.02")
        assert verdict is None
        assert (block.spent_usd, block.held_usd, block.remaining_usd) == (0, USD("0.02"), USD("0.01"))
        _, refusal = reserve(ledger, "0.02")
        assert isinstance(refusal, BudgetExceededError)
        assert refusal.scope == f"span:{block.id}"
        assert "research" in str(refusal)
        ledger.settle(settled(entry, "0.005")).result()
        assert (block.spent_usd, block.held_usd, block.remaining_usd) == (USD("0.005"), 0, USD("0.025"))
        assert block.limit_usd == USD("0.03")
    assert ledger.active_spans() == ()
    assert block.spent_usd == USD("0.005")
    assert [one.id for one in ledger.entries(span=block.id)] == [entry.id]
    assert ledger.budgets() == ()
    assert ledger.verify().counters == 0


def test_a_block_has_no_more_than_the_one_around_it(ledger):
    with ledger.budget("0.05") as outer:
        spend(ledger, "0.03", spans=ledger.active_spans(), hold_usd=USD("0.03"))
        with ledger.budget("1.00") as inner:
            assert ledger.active_spans() == (outer.id, inner.id)
            assert inner.remaining_usd == USD("0.02")
            _, verdict = reserve(ledger, "0.03")
            assert isinstance(verdict, BudgetExceededError)
            assert verdict.scope == outer.scope
            spend(ledger, "0.01", spans=ledger.active_spans(), hold_usd=USD("0.01"))
        assert (inner.spent_usd, outer.spent_usd) == (USD("0.01"), USD("0.04"))


def test_a_call_that_outlives_its_block_is_booked(ledger):
    with ledger.budget("0.05") as block:
        entry, _ = reserve(ledger)
    assert ledger.settle(settled(entry, "0.007")).result() is True
    assert block.spent_usd == USD("0.007")
    assert ledger.verify().is_ok


def test_tasks_are_inside_and_threads_are_with_bind(ledger):
    async def call():
        return ledger.active_spans()

    async def run():
        async with ledger.budget("1") as block:
            gathered = await asyncio.gather(call(), asyncio.to_thread(ledger.active_spans))
            bound = block.bind(call)
        return block, gathered, await bound()

    block, gathered, bound = asyncio.run(run())
    assert gathered == [(block.id,)] * 2
    assert bound == (block.id,)
    with ledger.budget("1") as outer, ledger.budget("1") as block, ThreadPoolExecutor(1) as threads:
        assert threads.submit(ledger.active_spans).result() == ()
        assert threads.submit(block.bind(ledger.active_spans)).result() == (outer.id, block.id)
        assert threads.submit(ledger.active_spans).result() == ()


def test_two_tasks_have_blocks_of_their_own(ledger):
    async def work(amount):
        async with ledger.budget("1") as block:
            await asyncio.sleep(0)
            spend(ledger, amount, spans=ledger.active_spans())
            return block.spent_usd

    async def run():
        return await asyncio.gather(work("0.1"), work("0.2"))

    assert asyncio.run(run()) == [USD("0.1"), USD("0.2")]
    assert ledger.active_spans() == ()


def test_a_block_is_of_its_ledger(ledger, url):
    with SpendLedger("sqlite://") as other, SpendLedger(url) as same, ledger.budget("1") as block:
        assert other.active_spans() == ()
        assert same.active_spans() == (block.id,)
        spend(same, "0.5", spans=same.active_spans())
        assert block.spent_usd == USD("0.5")


def test_a_block_in_memory_is_of_its_ledger_alone():
    with SpendLedger("sqlite://") as one, SpendLedger("sqlite://") as other, one.budget("1") as block:
        assert one.active_spans() == (block.id,)
        assert other.active_spans() == ()


def test_a_block_is_entered_once_and_its_limit_is_an_amount(ledger):
    block = ledger.budget("1")
    with block:
        pass
    with pytest.raises(ConfigurationError, match="entered once"), block:
        pass
    assert ledger.active_spans() == ()
    for limit in ("much", -1, float("nan"), None, True):
        with pytest.raises(ConfigurationError, match="limit_usd"):
            ledger.budget(limit)


def test_a_block_that_raises_ends_too(ledger):
    with pytest.raises(ZeroDivisionError), ledger.budget("1"):
        _ = 1 / 0
    assert ledger.active_spans() == ()


def test_a_ledger_that_is_closed_ends_its_blocks(url):
    ledger = SpendLedger(url)
    with ledger.budget(1) as block:
        ledger.close()
    with SpendLedger(url) as again:
        assert again.has_budget_for(["total"]) is False
        with again._store.readers.reading() as connection:
            assert connection.fetch("SELECT scope FROM spend_budget") == []
        assert again.reserve(attempt(hold_usd=None, spans=(block.id,))).result() is None
