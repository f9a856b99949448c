"""Every attempt of every way to ask is in the ledger, and the ledger is the emulator's book, to the last digit."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from decimal import Decimal

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.prompts import ChatPromptTemplate

from langchain_openrouter import (
    ConfigurationError,
    EntryState,
    LedgerError,
    OpenRouterCreditsCallbackHandler,
    OpenRouterEmbeddings,
    OpenRouterError,
    OpenRouterRerank,
    track_spend,
)
from langchain_openrouter.emulator import Answer, Failure, Interruption, Verbatim
from langchain_openrouter.spend.entry import CostSource

ALICE = {"metadata": {"user_id": "alice", "thread_id": "t1"}, "tags": ["batch"]}


def only(ledger):
    (entry,) = ledger.entries()
    return entry


def test_an_answer_is_booked_at_what_it_says(ask, model, ledger, emulator):
    answer = ask(model(ledger=ledger), "hello", config=ALICE)
    entry = only(ledger)
    assert entry.state is EntryState.SETTLED
    assert entry.source is CostSource.RESPONSE
    assert entry.charged_usd == emulator.book.total > 0
    assert entry.generation_id == answer.response_metadata["generation_id"] == emulator.book.entries[0].generation_id
    assert entry.provider == answer.response_metadata["provider"]
    assert entry.usage.total_tokens == answer.usage_metadata["total_tokens"]
    assert {"total", "model:openai/gpt-4o-mini", "user:alice", "thread:t1", "tag:batch"} < set(entry.scopes())
    assert ledger.total() == emulator.book.total


def test_the_run_is_that_of_the_handlers(ask, model, ledger):
    seen = []

    class Watch(BaseCallbackHandler):
        def on_chat_model_start(self, *_, run_id, parent_run_id=None, **__):
            seen.append((str(run_id), str(parent_run_id)))

    chain = ChatPromptTemplate.from_template("{text}") | model(ledger=ledger)
    ask(chain, {"text": "hello"}, config={**ALICE, "callbacks": [Watch()]})
    by = only(ledger).attribution
    assert (by.run_id, by.parent_run_id) == seen[0]
    assert by.user == "alice"


def test_a_model_that_streams_within_invoke_knows_its_run(model, ledger):
    model(ledger=ledger, streaming=True).invoke("hello", config=ALICE)
    assert only(ledger).attribution.user == "alice"
    asyncio.run(model(ledger=ledger, streaming=True).ainvoke("hello", config=ALICE))
    assert [entry.attribution.user for entry in ledger.entries()] == ["alice", "alice"]


def test_a_handler_that_streams_does_not_take_the_run_of_its_caller(model, ledger):
    other = model(ledger=ledger)

    class Nosy(BaseCallbackHandler):
        def on_chat_model_start(self, *_, **__):
            list(other.stream("what?", config={"metadata": {"user_id": "nosy"}}))

    list(model(ledger=ledger).stream("hello", config={**ALICE, "callbacks": [Nosy()]}))
    assert sorted(entry.attribution.user for entry in ledger.entries()) == ["alice", "nosy"]


def test_streams_that_alternate_keep_their_runs(model, ledger):
    streams = [model(ledger=ledger).stream("hello", config={"metadata": {"user_id": user}}) for user in "ab"]
    for _ in range(2):
        for stream in streams:
            next(stream)
    for stream in streams:
        list(stream)
    assert sorted(entry.attribution.user for entry in ledger.entries()) == ["a", "b"]


def test_a_stream_that_fails_before_it_begins_leaves_no_run_behind(model, ledger):
    with pytest.raises(ConfigurationError):
        list(model(ledger=ledger).stream("hello", config=ALICE, budget_policy="none such"))
    list(model(ledger=ledger).stream("hello"))
    assert only(ledger).attribution.user is None


def test_every_retry_is_an_attempt_of_the_same_call(ask, model, ledger, play, emulator):
    play(Failure(503, "busy"), Failure(429, "slow down", headers={"retry-after": "0"}), Answer("Hi!"))
    ask(model(ledger=ledger), "hello")
    entries = list(ledger.entries())
    assert [entry.state for entry in entries] == [EntryState.RELEASED, EntryState.RELEASED, EntryState.SETTLED]
    assert [entry.attempt for entry in entries] == [1, 2, 3]
    assert len({entry.call_id for entry in entries}) == 1
    assert entries[0].charged_usd == 0
    assert ledger.total() == emulator.book.total


def test_fallbacks_are_calls_of_their_own(ask, model, ledger, play):
    play(Failure(503, "busy"), Answer("Hi!"))
    fallible = model(ledger=ledger, max_retries=0).with_fallbacks([model(ledger=ledger, model="openai/gpt-5-mini")])
    ask(fallible, "hello", config=ALICE)
    assert [entry.requested_model for entry in ledger.entries()] == ["openai/gpt-4o-mini", "openai/gpt-5-mini"]
    assert {entry.attribution.user for entry in ledger.entries()} == {"alice"}


def test_a_request_that_never_left_cost_nothing(ask, model, ledger):
    with pytest.raises(OpenRouterError):
        ask(model(ledger=ledger, base_url="http://127.0.0.1:9/api/v1", max_retries=0), "hello")
    assert only(ledger).state is EntryState.RELEASED


def test_a_langchain_cache_hit_is_no_attempt(model, ledger):
    from langchain_core.caches import InMemoryCache

    cached = model(ledger=ledger, cache=InMemoryCache())
    assert cached.invoke("hello").text == cached.invoke("hello").text
    assert len(list(ledger.entries())) == 1


LONG = Answer("It is a long story. " * 200)


def leave(stream):
    next(stream)
    stream.close()


def forget(stream):
    next(stream)
    del stream
    gc.collect()


@pytest.mark.parametrize("end", [leave, forget])
def test_a_stream_that_is_left_is_booked_at_its_true_cost(end, model, ledger, play, emulator, settled_ledger):
    play(LONG)
    end(model(ledger=ledger).stream("hello", config=ALICE))
    assert settled_ledger().total() == emulator.book.wait_for(1)[0].cost > 0
    assert only(ledger).source is CostSource.GENERATION


async def aleave(stream):
    await anext(stream)
    await stream.aclose()


async def acancel(stream):
    async def read():
        async for _ in stream:
            await asyncio.sleep(60)

    task = asyncio.create_task(read())
    await asyncio.sleep(0.2)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def aforget(stream):
    await anext(stream)
    del stream
    gc.collect()
    await asyncio.sleep(0.1)


@pytest.mark.parametrize("end", [aleave, acancel, aforget])
def test_an_async_stream_that_is_left_is_booked_at_its_true_cost(end, model, ledger, play, emulator, settled_ledger):
    play(LONG)
    client = model(ledger=ledger)
    asyncio.run(end(client.astream("hello", config=ALICE)))
    assert settled_ledger().total() == emulator.book.wait_for(1)[0].cost > 0
    assert only(ledger).source is CostSource.GENERATION


def test_a_stream_that_the_server_cuts_is_booked_at_its_true_cost(
    collect, model, ledger, play, emulator, settled_ledger
):
    play(Interruption(LONG))
    client = model(ledger=ledger)
    with pytest.raises(OpenRouterError):
        collect("stream", client)
    assert settled_ledger().total() == emulator.book.wait_for(1)[0].cost > 0


def test_an_answer_that_cannot_be_read_stays_unknown(model, ledger, play):
    play(Verbatim(200, [b"<html>"], {"content-type": "text/html", "x-generation-id": "gen-lost"}))
    client = model(ledger=ledger)
    with pytest.raises(OpenRouterError):
        client.invoke("hello")
    entry = only(ledger)
    assert entry.state is EntryState.UNKNOWN
    assert entry.generation_id == "gen-lost"


@pytest.mark.parametrize("cost", ["NaN", "-1", '"lots"', "null", "1e999"])
def test_a_cost_that_is_none_is_looked_up(cost, model, ledger, play):
    body = (
        b'{"id":"gen-odd","model":"m","choices":[{"message":{"role":"assistant","content":"Hi!"},"finish_reason":"stop"}],'
        b'"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2,"cost":' + cost.encode() + b"}}"
    )
    play(Verbatim(200, [body]))
    client = model(ledger=ledger)
    client.invoke("hello")
    entry = only(ledger)
    assert entry.state is EntryState.UNKNOWN
    assert entry.generation_id == "gen-odd"
    assert ledger.total() == 0


def test_embeddings_and_ranks_are_booked(ledger, emulator):
    at = {"api_key": emulator.api_key, "base_url": emulator.base_url, "ledger": ledger}
    embeddings = OpenRouterEmbeddings(batch_size=2, **at)
    embeddings.embed_documents(["a", "b", "c"])
    asyncio.run(embeddings.aembed_documents(["a", "b", "c"]))
    rerank = OpenRouterRerank(model="cohere/rerank-v3.5", **at)
    rerank.compress_documents([Document("The sky is blue.")], "What is blue?")
    asyncio.run(rerank.arerank("What is blue?", ["The sky is blue."]))
    assert [entry.kind for entry in ledger.entries()] == ["embeddings"] * 4 + ["rerank"] * 2
    assert {entry.state for entry in ledger.entries()} == {EntryState.SETTLED}
    assert ledger.total() == emulator.book.total > 0


def test_embeddings_belong_to_the_run_around_them(ledger, emulator):
    from langchain_core.runnables import RunnableLambda

    embeddings = OpenRouterEmbeddings(api_key=emulator.api_key, base_url=emulator.base_url, ledger=ledger)
    handler = OpenRouterCreditsCallbackHandler(None)
    RunnableLambda(embeddings.embed_query).invoke("hello", config={**ALICE, "callbacks": [handler]})
    assert only(ledger).attribution.user == "alice"
    assert handler.total_cost == emulator.book.total


def test_handlers_and_ledger_agree(ask, model, ledger, play, emulator):
    play(Failure(503, "busy"), Answer("Hi!"))
    handler = OpenRouterCreditsCallbackHandler(None)
    with track_spend() as tracked:
        ask(model(ledger=ledger), "hello", config={"callbacks": [handler]})
    assert handler.total_cost == tracked.total_cost == ledger.total() == emulator.book.total
    assert [entry.state for entry in handler.entries] == [EntryState.RELEASED, EntryState.SETTLED]


def test_a_ledger_for_one_call(ask, model, ledger):
    ask(model(), "hello", ledger=ledger)
    ask(model(), "hello")
    assert len(list(ledger.entries())) == 1


def test_what_is_no_ledger(model):
    with pytest.raises(ConfigurationError, match=r"SpendLedger\('spend.db'\)"):
        model(ledger="spend.db")
    with pytest.raises(ConfigurationError, match="must be a SpendLedger"):
        model().invoke("hello", ledger=3)


def test_a_closed_ledger_sends_nothing(ask, model, ledger, emulator):
    ledger.close()
    with pytest.raises(LedgerError, match="has been closed"):
        ask(model(ledger=ledger), "hello")
    assert not emulator.requests


def test_costs_are_exact(model, ledger, play):
    play(*[Answer("Hi!", usage={"cost": cost}) for cost in (0.1, 0.2, 1e-9)])
    for _ in range(3):
        model(ledger=ledger).invoke("hello")
    assert ledger.total() == Decimal("0.300000001")
