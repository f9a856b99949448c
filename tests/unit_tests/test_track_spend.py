"""`track_spend`: what a block of code costs."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from langchain_core.runnables import RunnableLambda
from langchain_core.tracers import context

from langchain_openrouter import track_spend
from tests.unit_tests.scripted_model import Scripted, answer_of


def costing(*costs):
    return Scripted(answers=[answer_of(cost=cost) for cost in costs])


def test_a_block(model, ask, emulator):
    with track_spend() as spend:
        ask(model(), "hello")
    ask(model(), "hello")
    assert spend.requests == 1
    assert spend.total_cost == emulator.book.total / 2 > 0


def test_blocks_are_part_of_the_blocks_around_them():
    model = costing(0.1, 0.2, 0.4)
    with track_spend() as outer:
        model.invoke("hello")
        with track_spend() as inner:
            model.invoke("hello")
        model.invoke("hello")
    assert (inner.total_cost, outer.total_cost) == (Decimal("0.2"), Decimal("0.7"))


def test_a_block_within_a_chain_that_was_begun_in_another_one():
    model = costing(0.1)
    inner_costs = []

    def within(question):
        with track_spend() as inner:
            model.invoke(question)
        inner_costs.append(inner.total_cost)

    with track_spend() as outer:
        RunnableLambda(within).invoke("hello")
    assert inner_costs == [outer.total_cost] == [Decimal("0.1")]
    assert outer.requests == 1


def test_an_error_ends_a_block():
    with pytest.raises(ValueError, match="no"), track_spend() as spend:
        raise ValueError("no")
    costing(0.1).invoke("hello")
    assert spend.requests == 0


async def test_tasks_and_threads_of_asyncio():
    model = costing(*[0.1] * 9)

    async def block(calls):
        with track_spend() as spend:
            await asyncio.gather(*(model.ainvoke("hello") for _ in range(calls)))
            await asyncio.to_thread(model.invoke, "hello")
        return spend.requests

    assert await asyncio.gather(block(2), block(4)) == [3, 5]


def test_batches():
    with track_spend() as spend:
        costing(*[0.1] * 20).batch(["hello"] * 20)
    assert spend.total_cost == Decimal("2.0")


def test_other_threads_take_the_handler():
    model = costing(0.1, 0.2)
    with track_spend() as spend, ThreadPoolExecutor(1) as pool:
        pool.submit(model.invoke, "hello").result()
        assert spend.requests == 0
        pool.submit(model.invoke, "hello", {"callbacks": [spend]}).result()
    assert spend.total_cost == Decimal("0.2")


def test_a_generator_that_is_closed_elsewhere():
    async def run():
        async def tracked():
            with track_spend() as spend:
                yield spend

        blocks = tracked()
        await asyncio.create_task(anext(blocks))
        await asyncio.create_task(blocks.aclose())

    asyncio.run(run())


def test_blocks_leave_nothing_behind():
    hooks = len(context._configure_hooks)
    for _ in range(2000):
        with track_spend():
            pass
    assert len(context._configure_hooks) == hooks
