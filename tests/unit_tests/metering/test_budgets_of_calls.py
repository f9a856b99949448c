"""Budgets hold: what there is no money for is not sent, whoever asks, and however many at once."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest

from langchain_openrouter import (
    Account,
    Budget,
    BudgetExceededError,
    CostSource,
    EntryState,
    InsufficientCreditsError,
    OpenRouterEmbeddings,
    OpenRouterRerank,
    PriceUnknownError,
)
from langchain_openrouter.emulator import Answer, Failure, OpenRouterEmulator, ScriptBrain
from tests.waiting import await_until

MODEL = "openai/gpt-4o-mini"
ALICE = {"metadata": {"user_id": "alice"}}


def sent(emulator):
    return [request.json for request in emulator.requests if request.path.endswith("completions")]


def test_what_does_not_fit_is_not_sent(ask, model, ledger, emulator):
    ledger.set_budget(Budget("user:alice", "0.001", "day"))
    with pytest.raises(BudgetExceededError) as refusal:
        ask(model(ledger=ledger), "hello", config=ALICE)
    assert refusal.value.scope == "user:alice"
    assert refusal.value.needed_usd > refusal.value.remaining_usd == Decimal("0.001")
    assert not sent(emulator)
    assert not list(ledger.entries())
    ask(model(ledger=ledger), "hello", max_tokens=refusal.value.affordable_max_tokens, config=ALICE)
    ask(model(ledger=ledger), "hello", config={"metadata": {"user_id": "bob"}})
    assert len(sent(emulator)) == 2


def test_one_token_more_than_is_affordable_does_not_fit(model, ledger):
    ledger.set_budget(Budget("total", "0.001"))
    with pytest.raises(BudgetExceededError) as refusal:
        model(ledger=ledger).invoke("hello")
    with pytest.raises(BudgetExceededError):
        model(ledger=ledger).invoke("hello", max_tokens=refusal.value.affordable_max_tokens + 1)


def test_the_bound_is_sent_along(ask, model, ledger, emulator):
    ledger.set_budget(Budget("total", "5"))
    ask(model(ledger=ledger, openrouter_provider={"sort": "price"}), "hello")
    (request,) = sent(emulator)
    assert request["max_tokens"] > 0
    assert request["provider"]["sort"] == "price"
    assert Decimal(request["provider"]["max_price"]["completion"]) > 0
    (entry,) = ledger.entries()
    assert entry.hold_usd >= entry.charged_usd > 0


def test_without_a_budget_the_request_is_as_it_was_made(ask, model, ledger, emulator):
    ask(model(ledger=ledger), "hello")
    assert "max_tokens" not in sent(emulator)[0]
    assert "provider" not in sent(emulator)[0]


def test_a_budget_of_nothing_admits_what_is_free(model, ledger, emulator):
    ledger.set_budget(Budget("total", 0))
    free = next(info.id for info in _models(emulator) if info.id.endswith(":free"))
    model(model=free, ledger=ledger).invoke("hello")
    with pytest.raises(BudgetExceededError):
        model(ledger=ledger).invoke("hello", max_tokens=1)


def test_blocks_limit_what_is_in_them(ask, model, ledger):
    client = model(ledger=ledger)
    with ledger.budget("0.01") as outer:
        ask(client, "hello", max_tokens=50)
        with ledger.budget("5") as inner, pytest.raises(BudgetExceededError):
            ask(client, "hello")
        assert inner.spent_usd == 0
        assert inner.remaining_usd == outer.remaining_usd
    assert outer.spent_usd == ledger.total() > 0
    ask(client, "hello")


def test_every_attempt_is_held_anew(ask, model, ledger, play, emulator):
    play(Failure(503, "busy"), Answer("Hi!"))
    ledger.set_budget(Budget("total", "0.01"))
    ask(model(ledger=ledger), "hello", max_tokens=50)
    assert [entry.hold_usd is not None for entry in ledger.entries()] == [True, True]
    (status,) = ledger.budgets()
    assert (status.held_usd, status.spent_usd) == (0, emulator.book.total)


def test_a_budget_that_another_ledger_has_just_set_counts(ask, model, ledger):
    from langchain_openrouter import SpendLedger

    assert not ledger.has_budget_for(("total",))
    with SpendLedger(ledger.url) as other:
        other.set_budget(Budget("total", "0.00001"))
    with pytest.raises(BudgetExceededError):
        ask(model(ledger=ledger), "hello")


def test_clamped_answers_are_as_short_as_there_is_money_for(ask, model, ledger, emulator, caplog):
    caplog.set_level(logging.INFO, "langchain_openrouter")
    ledger.set_budget(Budget("total", "0.001"))
    ask(model(ledger=ledger, budget_policy="clamp"), "hello")
    (request,) = sent(emulator)
    assert "at most: The budget 'total'" in caplog.text
    with pytest.raises(BudgetExceededError):
        ask(model(ledger=ledger), "hello", max_tokens=request["max_tokens"] + 1)


def test_an_answer_too_short_to_say_anything_is_not_asked_for(ask, model, ledger, emulator):
    ledger.set_budget(Budget("total", "0.000001"))
    with pytest.raises(BudgetExceededError):
        ask(model(ledger=ledger, budget_policy="clamp"), "hello")
    assert not sent(emulator)


def test_the_next_model_is_asked_for_want_of_money(ask, model, ledger, emulator):
    ledger.set_budget(Budget("total", "0.02"))
    chain = ["openai/gpt-5-mini", MODEL]
    client = model(ledger=ledger, model="openai/gpt-5-mini", models=chain, budget_policy="next_model")
    ask(client, "hello")
    (request,) = sent(emulator)
    assert request["model"] == MODEL
    assert "models" not in request
    (entry,) = ledger.entries()
    assert (entry.requested_model, entry.models) == (MODEL, ())


def test_the_refusal_is_raised_where_no_model_is_cheap_enough(ask, model, ledger, emulator):
    ledger.set_budget(Budget("total", "0.000001"))
    client = model(ledger=ledger, models=["openai/gpt-5-mini"], budget_policy="next_model")
    with pytest.raises(BudgetExceededError):
        ask(client, "hello")
    assert not sent(emulator)


NO_MONEY = Failure(
    402,
    "This request requires more credits, or fewer max_tokens. You requested up to 65536 tokens, but can only afford "
    "300.",
)


def test_a_402_is_answered_with_a_shorter_request(ask, model, play, emulator):
    play(NO_MONEY, Answer("Hi!"))
    assert ask(model(budget_policy="clamp"), "hello").text == "Hi!"
    assert [request.get("max_tokens") for request in sent(emulator)] == [None, 300]


def test_a_402_is_answered_with_the_next_model(ask, model, play, emulator, ledger):
    play(NO_MONEY, Answer("Hi!"))
    client = model(ledger=ledger, models=["openai/gpt-5-mini", "openai/gpt-5"], budget_policy="next_model")
    assert ask(client, "hello").text == "Hi!"
    second = sent(emulator)[1]
    assert (second["model"], second["models"]) == ("openai/gpt-5-mini", ["openai/gpt-5"])
    assert [entry.state for entry in ledger.entries()] == [EntryState.RELEASED, EntryState.SETTLED]


@pytest.mark.parametrize("policy", ["raise", "clamp", "next_model"])
def test_a_402_is_raised_where_nothing_is_left_to_change(policy, ask, model, play, emulator):
    play(*[NO_MONEY] * 5)
    with pytest.raises(InsufficientCreditsError):
        ask(model(budget_policy=policy, max_tokens=200), "hello")
    assert len(sent(emulator)) == 1


def test_a_402_says_that_the_balance_is_wrong(model, play, ledger, emulator):
    account = Account(emulator.api_key, emulator.base_url)
    account.fetch_credits()
    play(NO_MONEY)
    client = model(ledger=ledger)
    before = sum(request.path.endswith("/key") for request in emulator.requests)
    with pytest.raises(InsufficientCreditsError):
        client.invoke("hello")
    account.fetch_credits()  # asks, or has what was asked for at once
    assert sum(request.path.endswith("/key") for request in emulator.requests) == before + 1


def test_the_balance_is_counted_down(ledger):
    with OpenRouterEmulator(ScriptBrain([Answer("Hi!")] * 3), key_limit_usd="1") as emulator:
        from langchain_openrouter import ChatOpenRouter

        account = Account(emulator.api_key, emulator.base_url)
        account.fetch_credits()
        client = ChatOpenRouter(model=MODEL, api_key=emulator.api_key, base_url=emulator.base_url, ledger=ledger)
        client.invoke("hello")
        assert account.cached_credits().balance_usd == 1 - emulator.book.total


def test_an_unknown_price_is_refused(ask, model, ledger, emulator):
    ledger.set_budget(Budget("total", "5"))
    with pytest.raises(PriceUnknownError) as refusal:
        ask(model(model="acme/no-such-model", ledger=ledger), "hello")
    assert refusal.value.model_id == "acme/no-such-model"
    assert not sent(emulator)


def test_an_unknown_price_is_let_through_where_that_is_wanted(ledger, model, play):
    ledger.strict = False
    ledger.set_budget(Budget("total", "0.001"))
    play(Answer("Hi!", usage={"cost": 0.002}), Answer("Hi!"))
    client = model(model="openrouter/auto", ledger=ledger)
    with pytest.warns(UserWarning, match="nothing can be held"):
        client.invoke("hello")
    with pytest.raises(BudgetExceededError), pytest.warns(UserWarning, match="nothing can be held"):
        client.invoke("hello")


def test_embeddings_and_ranks_have_budgets(ledger, emulator):
    at = {"api_key": emulator.api_key, "base_url": emulator.base_url, "ledger": ledger}
    ledger.set_budget(Budget("total", "0.0000001"))
    with pytest.raises(BudgetExceededError):
        OpenRouterEmbeddings(**at).embed_query("hello " * 100)
    with pytest.raises(PriceUnknownError, match="not listed"):
        OpenRouterRerank(model="cohere/rerank-v3.5", **at).rerank("blue?", ["The sky is blue."])
    assert not emulator.book.entries
    ledger.set_budget(Budget("total", "1"))
    OpenRouterEmbeddings(**at).embed_query("hello")
    (entry,) = ledger.entries()
    assert entry.hold_usd >= entry.charged_usd > 0


def test_a_call_that_is_cancelled_before_its_answer_has_a_name_is_booked_at_its_hold(model, ledger, emulator):
    """OpenRouter bills it, and nobody can look it up."""
    ledger.set_budget(Budget("total", "5"))
    answered = threading.Event()

    class Slow:
        checks_requests = True

        def reply(self, _):
            answered.wait(10)
            return Answer("Hi!")

    emulator.brain = Slow()

    async def run():
        task = asyncio.create_task(model(ledger=ledger, max_tokens=100).ainvoke("hello"))
        await await_until(lambda: sent(emulator))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    answered.set()
    ledger.reconcile(Account(emulator.api_key, emulator.base_url), give_up_after=timedelta(0))
    (entry,) = ledger.entries()
    assert (entry.charged_usd, entry.source, entry.is_verified) == (entry.hold_usd, CostSource.HOLD, False)
    assert entry.reason is None
    assert ledger.budgets()[0].spent_usd == entry.hold_usd


EACH = Decimal("0.001")
ADMITTED = 10


@pytest.fixture
def dear(emulator):
    """Every answer costs the same, and nearly as much as is held for it."""
    emulator.brain = ScriptBrain([Answer("Hi!", usage={"cost": float(EACH)})] * 1000)


def hold_of_one(client, ledger):
    with ledger.budget("1000"):
        client.invoke("hello")
    (entry,) = ledger.entries()
    return entry.hold_usd


def test_threads_never_overspend(dear, model, ledger, emulator):
    client = model(ledger=ledger, max_tokens=2000)
    hold = hold_of_one(client, ledger)
    limit = ADMITTED * EACH + hold
    ledger.set_budget(Budget("total", limit))
    with ThreadPoolExecutor(32) as pool:
        answers = [pool.submit(client.invoke, "hello") for _ in range(100)]
    refused = [one for one in answers if isinstance(one.exception(), BudgetExceededError)]
    assert len(answers) - len(refused) == len(sent(emulator)) - 1
    assert ledger.total() == emulator.book.total <= limit
    assert len(refused) > 0


def test_tasks_never_overspend(dear, model, ledger, emulator):
    client = model(ledger=ledger, max_tokens=2000)
    hold = hold_of_one(client, ledger)
    ledger.set_budget(Budget("total", ADMITTED * hold + EACH))

    async def race():
        return await asyncio.gather(*(client.ainvoke("hello") for _ in range(100)), return_exceptions=True)

    answers = asyncio.run(race())
    refused = [one for one in answers if isinstance(one, BudgetExceededError)]
    assert len(answers) - len(refused) == len(sent(emulator)) - 1 >= ADMITTED
    assert ledger.total() == emulator.book.total <= ADMITTED * hold + EACH


RACER = """
    import json, sys
    from concurrent.futures import ThreadPoolExecutor
    from langchain_openrouter import BudgetExceededError, ChatOpenRouter, SpendLedger
    key, url, file = sys.argv[1:]
    with SpendLedger(file) as ledger:
        chat = ChatOpenRouter(model="openai/gpt-4o-mini", api_key=key, base_url=url, ledger=ledger, max_tokens=2000)
        def one(_):
            try:
                chat.invoke("hello")
            except BudgetExceededError:
                return 0
            return 1
        with ThreadPoolExecutor(8) as pool:
            print(json.dumps(sum(pool.map(one, range(25)))))
"""


def test_processes_never_overspend(dear, model, ledger, emulator):
    hold = hold_of_one(model(ledger=ledger, max_tokens=2000), ledger)
    limit = ADMITTED * EACH + hold
    ledger.set_budget(Budget("total", limit))
    command = [sys.executable, "-c", textwrap.dedent(RACER), emulator.api_key, emulator.base_url, ledger.url]
    racers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    admitted = sum(json.loads(racer.communicate(timeout=120)[0]) for racer in racers)
    assert admitted == len(sent(emulator)) - 1
    assert ledger.total() == emulator.book.total <= limit


def _models(emulator):
    from langchain_openrouter import ModelCatalogue

    return ModelCatalogue(emulator.base_url).fetch()
