"""Batches that are awaited: their order, their limits and their failures."""

from __future__ import annotations

import asyncio
import tracemalloc

import pytest
from langchain_core.callbacks import AsyncCallbackHandler

from langchain_openrouter import BadRequestError, OpenRouterCreditsCallbackHandler
from langchain_openrouter.emulator import Answer, Failure

PROMPTS = [f"number {number}" for number in range(20)]


class Echo:
    """Says what it is told, and fails on what is bad."""

    checks_requests = True

    def reply(self, request):
        text = str(request["messages"][-1]["content"])
        return Failure(400, "This is bad.") if "bad" in text else Answer(text)


class Gauge(AsyncCallbackHandler):
    """How many calls run at the same time, and how many have begun."""

    def __init__(self):
        self.now = self.most = self.begun = 0

    async def on_chat_model_start(self, *args, **kwargs):
        self.begun += 1
        self.now += 1
        self.most = max(self.most, self.now)

    async def on_llm_end(self, *args, **kwargs):
        self.now -= 1

    async def on_llm_error(self, *args, **kwargs):
        self.now -= 1


@pytest.fixture
def chat(model, emulator):
    emulator.brain = Echo()
    return model()


@pytest.mark.parametrize("limit", [None, 1, 3, 20, 100])
def test_answers_come_in_the_order_of_the_prompts_and_no_more_calls_run_than_may(chat, limit):
    gauge = Gauge()
    answers = asyncio.run(chat.abatch(PROMPTS, {"max_concurrency": limit, "callbacks": [gauge]}))
    assert [answer.text for answer in answers] == PROMPTS
    assert gauge.most <= (limit or 20)
    assert gauge.begun == 20


def test_each_prompt_has_its_own_configuration(chat):
    spend = OpenRouterCreditsCallbackHandler()
    configs = [{"max_concurrency": 2, "callbacks": [spend], "metadata": {"user_id": prompt}} for prompt in PROMPTS]
    asyncio.run(chat.abatch(PROMPTS, configs))
    assert set(spend.by_user) == set(PROMPTS)
    with pytest.raises(ValueError, match="same length"):
        asyncio.run(chat.abatch(PROMPTS, configs[:3]))


def test_failures_are_returned_where_that_is_asked_for(chat):
    prompts = ["good", "bad", "good"]
    answers = asyncio.run(chat.abatch(prompts, {"max_concurrency": 1}, return_exceptions=True))
    assert [type(answer).__name__ for answer in answers] == ["AIMessage", "BadRequestError", "AIMessage"]


def test_after_a_failure_that_is_raised_nothing_more_is_begun(chat):
    gauge = Gauge()

    async def run():
        with pytest.raises(BadRequestError):
            await chat.abatch(["bad", *PROMPTS], {"max_concurrency": 2, "callbacks": [gauge]})
        await asyncio.sleep(0.1)

    asyncio.run(run())
    assert gauge.begun <= 3
    assert gauge.now == 0


def test_a_run_id_is_that_of_the_first_prompt_alone(chat):
    with pytest.warns(RuntimeWarning, match="first element"):
        asyncio.run(
            chat.abatch(PROMPTS, {"max_concurrency": 2, "run_id": "0198a5a5-0000-7000-8000-000000000000"}),
        )


def test_nothing_is_asked_for_nothing(chat):
    assert asyncio.run(chat.abatch([], {"max_concurrency": 2})) == []


def test_a_long_batch_takes_no_more_memory_than_its_answers(chat):
    def peak(count):
        """Bytes for each prompt at the most, beyond what the answers keep."""
        asyncio.run(chat.abatch(PROMPTS, {"max_concurrency": 4}))
        tracemalloc.start()
        answers = asyncio.run(chat.abatch(["hello"] * count, {"max_concurrency": 4}))
        kept, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(answers) == count
        return (most - kept) / count

    assert peak(400) < 1000
