"""Generations as OpenRouter has them on record: asked for over HTTP until they are there."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from langchain_openrouter import Account
from langchain_openrouter._http.lookup import LONGEST_DELAY, Lookup
from langchain_openrouter.activity import parse_activity_day
from langchain_openrouter.emulator import Answer, Failure, GenerationRules, Verbatim
from langchain_openrouter.errors import (
    APIConnectionError,
    AuthenticationError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ResponseFormatError,
)
from langchain_openrouter.generation import parse_generation
from tests.openapi import openapi
from tests.wire.recorded import MISSING, TRAFFIC, load_exchange, load_index

NOT_THERE = Failure(404, "Generation gen-1 not found")


@pytest.fixture
def slept():
    return []


@pytest.fixture
def account(emulator, slept):
    async def asleep(seconds):
        slept.append(seconds)

    return Account(emulator.api_key, emulator.base_url, sleep=slept.append, asleep=asleep)


@pytest.fixture(params=["fetch", "afetch"])
def fetch(request):
    """Fetch a generation in both ways: `fetch(account, id, **options)`."""

    def run(account, generation_id, **options):
        if request.param == "fetch":
            return account.fetch_generation(generation_id, **options)
        return asyncio.run(account.afetch_generation(generation_id, **options))

    return run


@pytest.fixture
def generation_id(model):
    return model().invoke("hello").response_metadata["id"]


def test_it_has_what_the_answer_said(emulator, account, fetch, generation_id):
    billed = emulator.book.entries[0]
    generation = fetch(account, generation_id)
    assert generation.total_cost == generation.usage.cost == billed.cost > 0
    assert (generation.usage.input_tokens, generation.usage.output_tokens) == (
        billed.prompt_tokens,
        billed.completion_tokens,
    )
    assert (generation.model, generation.provider) == (billed.model, billed.provider)
    assert (generation.cancelled, generation.finish_reason, generation.is_byok) == (False, "stop", False)
    assert generation.upstream_cost is None
    assert generation.raw["data_region"] == "global"


def test_it_is_asked_for_again_until_it_is_there(emulator, account, fetch, generation_id, slept):
    emulator.generations.rules = GenerationRules(unseen_looks=4)
    assert fetch(account, generation_id).id == generation_id
    assert slept == [1, 2, 4, 8]


def test_a_server_that_asks_for_patience_gets_it(emulator, account, fetch, generation_id, slept):
    slow_down = Failure(429, "Rate limit exceeded", headers={"retry-after": "7"})
    emulator.faults.add("/generation", slow_down, NOT_THERE, Failure(502, "down"))
    assert fetch(account, generation_id).id == generation_id
    assert slept == [7, 2, 4]


@pytest.mark.parametrize("wait", [0, 0.5])
def test_it_is_not_asked_for_for_ever(account, fetch, slept, wait):
    with pytest.raises(NotFoundError, match="Generation gen-1 not found"):
        fetch(account, "gen-1", wait=wait)
    assert slept == []


def test_patience_that_takes_too_long_is_the_error(emulator, account, fetch, slept):
    emulator.faults.add("/generation", Failure(429, "Rate limit exceeded", headers={"retry-after": "70"}))
    with pytest.raises(RateLimitError) as raised:
        fetch(account, "gen-1", wait=60)
    assert raised.value.retry_after == 70
    assert slept == []


def test_what_will_not_pass_is_raised_at_once(emulator, account, fetch, slept):
    emulator.faults.add("/generation", Failure(403, "This generation belongs to another user"))
    with pytest.raises(PermissionDeniedError):
        fetch(account, "gen-1")
    with pytest.raises(AuthenticationError):
        fetch(Account("wrong", emulator.base_url), "gen-1")
    assert slept == []


def test_an_id_is_quoted(emulator, account, fetch):
    with pytest.raises(NotFoundError):
        fetch(account, "gen-1&id=gen-2 #", wait=0)
    assert emulator.requests[-1].query == "id=gen-1%26id%3Dgen-2%20%23"


@pytest.mark.parametrize("body", [b"<html>", b'{"data": {}}', b'{"id": "gen-1"}', b'{"data": {"id": ""}}'])
def test_a_record_that_cannot_be_read_is_an_error(emulator, account, fetch, body):
    emulator.faults.add("/generation", Verbatim(200, [body]))
    with pytest.raises(ResponseFormatError):
        fetch(account, "gen-1", wait=0)


def test_a_connection_that_breaks_is_an_error(emulator, account, fetch):
    emulator.faults.add("/generation", Verbatim(200, [b'{"data":'], cut=True))
    with pytest.raises(APIConnectionError):
        fetch(account, "gen-1", wait=0)


def test_an_own_provider_key_has_a_second_cost(account, fetch, play, model):
    usage = {"is_byok": True, "cost": 0.0005, "cost_details": {"upstream_inference_cost": 0.01}}
    play(Answer("Hi!", usage=usage))
    generation = fetch(account, model().invoke("hello").response_metadata["id"])
    assert (generation.total_cost, generation.upstream_cost) == (Decimal("0.0005"), Decimal("0.01"))
    assert generation.usage.spent == Decimal("0.0105")


def test_an_aborted_stream_is_on_record(emulator, account, fetch, play, model):
    play(Answer("word " * 100_000))
    stream = model().stream("hello")
    next(stream)
    stream.close()
    billed = emulator.book.wait_for(1)[0]
    generation = fetch(account, billed.generation_id)
    assert generation.cancelled is True
    assert generation.total_cost == billed.cost


def test_a_table():
    generation = parse_generation({"id": "gen-<1>", "total_cost": 0.5, "cancelled": True, "num_search_results": 5})
    assert "gen-&lt;1&gt;" in generation._repr_html_()
    assert "<td>$0.5</td>" in generation._repr_html_()
    assert generation.server_tools == {"num_search_results": 5}


@pytest.mark.parametrize("cost", [None, "0.1", float("nan"), True])
def test_a_cost_that_is_no_amount_is_unknown(cost):
    assert parse_generation({"id": "gen-1", "total_cost": cost}).total_cost is None


def test_the_documents_example():
    example = openapi()["components"]["schemas"]["GenerationResponse"]["example"]["data"]
    generation = parse_generation(example)
    assert generation.total_cost == Decimal("0.0015")
    assert generation.upstream_cost is None
    assert generation.usage.input_details == {"cache_read": 3}
    assert generation.server_tools == {"num_search_results": 5}
    assert generation.created_at == datetime(2024, 7, 15, 23, 33, 19, 433273, UTC)


@pytest.mark.skipif(not TRAFFIC.exists(), reason=MISSING)
def test_every_recorded_generation():
    found = [one["id"] for one in load_index() if one["path"].startswith("/api/v1/generation")]
    pages = [load_exchange(one)["response"] for one in found]
    records = [json.loads(page["body_text"])["data"] for page in pages if page["status"] == 200]
    assert len(records) == 20
    for wire in records:
        generation = parse_generation(wire)
        assert generation.total_cost == Decimal(repr(wire["total_cost"]))
        assert generation.usage.total_tokens == wire["native_tokens_prompt"] + wire["native_tokens_completion"]
        assert generation.created_at is not None
        assert generation.raw == wire


class TestActivity:
    def test_completed_days_by_model_and_provider(self, emulator, model):
        from dataclasses import replace

        for _ in range(3):
            model().invoke("hello")
        today = emulator.book.entries[0]
        yesterday = today.created_at - timedelta(days=1)
        for number in range(2):
            emulator.book.add(replace(today, generation_id=f"gen-{number}", created_at=yesterday))
        account = Account(emulator.management_key, emulator.base_url)
        rows = account.fetch_activity()
        assert rows == asyncio.run(account.afetch_activity(yesterday.date(), key=emulator.api_key))
        assert [(row.day, row.requests, row.usage_usd) for row in rows] == [(yesterday.date(), 2, 2 * today.cost)]
        assert account.fetch_activity(key="another") == ()
        assert account.fetch_activity(yesterday.date() - timedelta(days=1)) == ()

    def test_it_takes_a_management_key(self, account):
        with pytest.raises(PermissionDeniedError, match="Only management keys"):
            account.fetch_activity()

    def test_a_row_with_nothing_in_it(self):
        row = parse_activity_day({"date": "2025-08-24 00:00:00", "new": 1})
        assert (row.day, row.usage_usd, row.raw["new"]) == (date(2025, 8, 24), None, 1)
        assert parse_activity_day(None).day is None

    def test_a_list_that_is_none_is_an_error(self, emulator):
        emulator.faults.add("/activity", Verbatim(200, [b'{"data": {}}']))
        with pytest.raises(ResponseFormatError, match="no list"):
            Account(emulator.management_key, emulator.base_url).fetch_activity()


def test_the_delay_stops_growing():
    lookup = Lookup(10**6, clock=lambda: 0)
    delays = [lookup.delay_after(NotFoundError("no")) for _ in range(12)]
    assert delays[:4] == [1, 2, 4, 8]
    assert delays[-1] == LONGEST_DELAY
