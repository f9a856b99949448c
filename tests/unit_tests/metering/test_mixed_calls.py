"""However calls go, and however many at once, the ledger is the emulator's book in the end, to the last nano-USD.

`pytest --calls 100000 tests/unit_tests/metering/test_mixed_calls.py` is the long run.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from langchain_core.caches import InMemoryCache

from langchain_openrouter import (
    Account,
    Budget,
    BudgetExceededError,
    ChatOpenRouter,
    OpenRouterEmbeddings,
    OpenRouterError,
    SpendLedger,
)
from langchain_openrouter.emulator import Answer, Failure, Interruption, OpenRouterEmulator
from langchain_openrouter.spend.nano import nano_from_usd

MODELS = ["openai/gpt-4o-mini", "openai/gpt-5-mini", "anthropic/claude-haiku-4.5"]
LONG = "It is a long story. " * 30
BYOK = {"cost": 0.0000005, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.00123}}
SEARCHED = {"server_tool_use": {"web_search_requests": 2}}
MOODS = {"busy": 10, "wrong": 5, "cut": 10, "odd": 10, "byok": 5, "searched": 5, "long": 15, "short": 40}


class Moody:
    """Answers, fails, breaks off, charges odd amounts (up to `dearest` nano-USD): by the dice, on any thread."""

    checks_requests = True

    def __init__(self, seed, dearest):
        self._dice = random.Random(seed)
        self._dearest = dearest
        self._lock = threading.Lock()

    def reply(self, request):
        with self._lock:
            (kind,) = self._dice.choices(list(MOODS), list(MOODS.values()))
            cost = self._dice.randrange(1, self._dearest) / 10**9
        return {
            "busy": Failure(503, "busy", headers={"retry-after": "0"}),
            "wrong": Failure(400, "no"),
            "cut": Interruption(Answer(LONG)),
            "odd": Answer("Hi!", usage={"cost": cost}),
            "byok": Answer("Hi!", usage=BYOK),
            "searched": Answer("Hi!", usage=SEARCHED),
            "long": Answer(LONG),
            "short": Answer("Hi!"),
        }[kind]


class Callers:
    """Asks in every way that there is."""

    def __init__(self, emulator, ledger, seed):
        at = {"api_key": emulator.api_key, "base_url": emulator.base_url, "ledger": ledger, "max_retries": 1}
        self._dice = random.Random(seed)
        self._chats = [ChatOpenRouter(model=model, max_tokens=400, **at) for model in MODELS]
        self._cached = ChatOpenRouter(model=MODELS[0], max_tokens=400, cache=InMemoryCache(), **at)
        self._embeddings = OpenRouterEmbeddings(**at)

    def call(self, number):
        dice = random.Random(self._dice.random() + number)
        chat, other = dice.sample(self._chats, 2)
        way = dice.choice(["invoke", "stream", "leave", "cached", "embed", "fallback", "chain"])
        config = {"metadata": {"user_id": f"user{number % 5}"}, "tags": [f"tag{number % 3}"]}
        with contextlib.suppress(OpenRouterError, BudgetExceededError):
            if way == "invoke":
                chat.invoke("hello", config)
            elif way == "stream":
                list(chat.stream("hello", config))
            elif way == "leave":
                stream = chat.stream("hello", config)
                next(stream)
                stream.close()
            elif way == "cached":
                self._cached.invoke("the same each time", config)
            elif way == "embed":
                self._embeddings.embed_documents(["a", "b"])
            elif way == "fallback":
                chat.with_fallbacks([other]).invoke("hello", config)
            else:
                chat.invoke("hello", config, models=MODELS)

    async def acall(self, number):
        dice = random.Random(self._dice.random() + number)
        chat = dice.choice(self._chats)
        way = dice.choice(["ainvoke", "astream", "leave", "cancel"])
        with contextlib.suppress(OpenRouterError, BudgetExceededError, asyncio.CancelledError):
            if way == "ainvoke":
                await chat.ainvoke("hello")
            elif way == "astream":
                [chunk async for chunk in chat.astream("hello")]
            elif way == "leave":
                stream = chat.astream("hello")
                await anext(stream)
                await stream.aclose()
            else:
                await read_and_cancel(chat.astream("hello"))


async def read_and_cancel(stream):
    """Cancel a task that reads a stream, once it has read something."""
    has_begun = asyncio.Event()

    async def read():
        async for _ in stream:
            has_begun.set()
            await asyncio.sleep(0)

    task = asyncio.create_task(read())
    waiting = asyncio.create_task(has_begun.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    task.cancel()
    await task


async def ask_all(callers, numbers):
    at_once = asyncio.Semaphore(16)

    async def one(number):
        async with at_once:
            await callers.acall(number)

    await asyncio.gather(*map(one, numbers))


@pytest.mark.parametrize("limit", [None, "0.2"])
def test_the_ledger_is_the_book(limit, tmp_path, request):
    calls = request.config.getoption("--calls")
    # a budget holds as far as the list of prices is true
    moody = Moody(1, dearest=10**7 if limit is None else 10**5)
    with OpenRouterEmulator(moody, credits_usd="1000000") as emulator, SpendLedger(tmp_path / "spend.db") as ledger:
        if limit is not None:
            ledger.set_budget(Budget("total", limit))
        callers = Callers(emulator, ledger, 2)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(callers.call, range(calls // 2)))
        asyncio.run(ask_all(callers, range(calls // 2)))
        ledger.reconcile(Account(emulator.api_key, emulator.base_url))
        assert not list(ledger.unknown())
        booked = {entry.generation_id: entry for entry in ledger.entries() if entry.charged_usd}
        for billed in emulator.book.entries:
            if billed.cost:
                assert nano_from_usd(booked[billed.generation_id].charged_usd) == nano_from_usd(billed.cost)
        assert nano_from_usd(ledger.total()) == sum(nano_from_usd(billed.cost) for billed in emulator.book.entries)
        assert ledger.verify().is_ok
        assert limit is None or ledger.budgets()[0].spent_usd <= ledger.budgets()[0].budget.limit_usd
