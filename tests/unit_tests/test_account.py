"""What is left to spend: asked over HTTP, kept, counted down, renewed in the background, forecast."""

from __future__ import annotations

import asyncio
import copy
import pickle
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from pydantic import SecretStr

from langchain_openrouter import Account, LowBalanceWarning
from langchain_openrouter.emulator import Failure, OpenRouterEmulator
from langchain_openrouter.errors import (
    APIConnectionError,
    AuthenticationError,
    ConfigurationError,
    InternalServerError,
    PermissionDeniedError,
    ResponseFormatError,
)
from tests.unit_tests.plain_server import Page, json_page, plain_server

MINUTES = 60
DOWN = Failure(500, "Internal Server Error")


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now = datetime(2026, 11, 25, 12, tzinfo=UTC).timestamp()

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def emulator():
    with OpenRouterEmulator(key_limit_usd="5", key_limit_reset="monthly", credits_usd="100") as running:
        yield running


@pytest.fixture
def account(emulator, clock):
    return Account(emulator.api_key, emulator.base_url, clock=clock)


@pytest.fixture(params=["fetch", "afetch"])
def fetch(request):
    """Fetch credits in both ways: `fetch(account, **options)`."""

    def run(account, **options):
        if request.param == "fetch":
            return account.fetch_credits(**options)
        return asyncio.run(account.afetch_credits(**options))

    return run


def join_refresh():
    for thread in threading.enumerate():
        if thread.name == "openrouter-flight":
            thread.join(10)
            assert not thread.is_alive()


def asked(emulator):
    return [request.path.removeprefix("/api/v1") for request in emulator.requests]


def test_a_management_key_sees_the_accounts_balance(emulator, fetch):
    account = Account(emulator.management_key, emulator.base_url)
    credits_now = fetch(account)
    assert (credits_now.kind, credits_now.source) == ("account", "/credits")
    assert credits_now.balance_usd == 100
    assert (credits_now.limit_usd, credits_now.used_usd, credits_now.limit_reset) == (100, 0, None)
    assert credits_now.is_management_key
    assert credits_now.free_requests_per_day == 1000


def test_any_other_key_sees_its_limit(account, fetch):
    credits_now = fetch(account)
    assert (credits_now.kind, credits_now.source) == ("key limit", "/key")
    assert (credits_now.balance_usd, credits_now.limit_usd, credits_now.limit_reset) == (5, 5, "monthly")
    assert credits_now.is_management_key is False


def test_without_a_limit_nothing_is_said_of_the_balance(fetch):
    with OpenRouterEmulator() as emulator:
        credits_now = fetch(Account(emulator.api_key, emulator.base_url))
    assert credits_now.kind == "unlimited"
    assert credits_now.balance_usd is None
    assert "balance is not known" in repr(credits_now)


def test_the_refusal_of_the_balance_is_remembered(emulator, account, fetch):
    fetch(account)
    fetch(account, refresh=True)
    fetch(Account(emulator.api_key, emulator.base_url, ttl=0))
    assert asked(emulator) == ["/credits", "/key", "/key", "/key"]


def test_it_is_kept_for_five_minutes_and_shared(emulator, account, clock, fetch):
    first = fetch(account)
    clock.now += 5 * MINUTES - 1
    assert fetch(Account(emulator.api_key, emulator.base_url + "/", clock=clock)) == first
    assert asked(emulator) == ["/credits", "/key"]


def test_another_key_keeps_its_own(emulator, account, fetch):
    assert fetch(account).kind == "key limit"
    assert fetch(Account(emulator.management_key, emulator.base_url)).kind == "account"


def test_too_old_it_is_returned_and_renewed_in_the_background(emulator, account, clock, fetch):
    first = fetch(account)
    emulator.account.key_limit_usd = Decimal(8)
    clock.now += 5 * MINUTES
    assert fetch(account) == first
    join_refresh()
    renewed = account.fetch_credits()
    assert renewed.balance_usd == 8
    assert renewed.as_of == first.as_of + timedelta(minutes=5)


def test_a_failure_in_the_background_breaks_no_call_and_is_followed_by_a_rest(emulator, account, clock, fetch):
    first = fetch(account)
    emulator.faults.add("/key", *[DOWN] * 9)
    clock.now += 5 * MINUTES
    for _ in range(3):
        assert fetch(account) == first
        join_refresh()
    assert asked(emulator).count("/key") == 4  # the first, and one call of three attempts
    clock.now += MINUTES
    assert fetch(account).as_of == first.as_of
    join_refresh()
    assert asked(emulator).count("/key") == 7


def test_a_failure_with_nothing_kept_is_raised(emulator, account, fetch):
    emulator.faults.add("/key", DOWN, DOWN, DOWN)
    with pytest.raises(InternalServerError):
        fetch(account)
    assert fetch(account).balance_usd == 5


def test_a_time_to_live_of_zero_always_asks(emulator, fetch):
    account = Account(emulator.api_key, emulator.base_url, ttl=0)
    assert [fetch(account).balance_usd for _ in range(3)] == [5, 5, 5]
    assert asked(emulator).count("/key") == 3


def test_the_time_to_live_is_in_the_environment_in_milliseconds(monkeypatch):
    assert Account("k").ttl == 300
    monkeypatch.setenv("OPENROUTER_CACHE_TTL_CREDITS", "1500")
    assert Account("k").ttl == 1.5


def test_key_and_address_are_in_the_environment(emulator, monkeypatch, fetch):
    monkeypatch.setenv("OPENROUTER_API_KEY", emulator.api_key)
    monkeypatch.setenv("OPENROUTER_API_BASE", emulator.base_url)
    assert fetch(Account()).balance_usd == 5


def test_without_a_key_it_says_what_to_do():
    with pytest.raises(ConfigurationError, match="OPENROUTER_API_KEY must be set"):
        Account()


def test_a_wrong_key_is_an_authentication_error(emulator, fetch):
    with pytest.raises(AuthenticationError):
        fetch(Account("sk-or-v1-wrong", emulator.base_url))


def test_nobody_there_is_a_connection_error(fetch):
    with pytest.raises(APIConnectionError):
        fetch(Account("k", "http://127.0.0.1:9/api/v1"))


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"data": null}'])
def test_credits_that_cannot_be_read_are_an_error(body, fetch):
    with plain_server(lambda _: Page(body)) as server, pytest.raises(ResponseFormatError):
        fetch(Account("k", server.url))


def test_a_server_that_has_no_credits_is_asked_for_the_key(fetch):
    def answer(path):
        return json_page({}, status=404) if path == "/credits" else json_page({"data": {"limit": 3, "usage": 1}})

    with plain_server(answer) as server:
        assert fetch(Account("k", server.url)).balance_usd == 2


def test_a_management_key_that_is_refused_for_once_is_not_taken_for_another(emulator, fetch):
    emulator.faults.add("/credits", Failure(403, "Blocked by the firewall"))
    account = Account(emulator.management_key, emulator.base_url)
    with pytest.raises(PermissionDeniedError, match="firewall"):
        fetch(account)
    assert fetch(account).kind == "account"


def test_what_threads_note_at_once_is_counted_to_the_last_digit(account):
    account.fetch_credits()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: account.note_spent(Decimal("0.000000001")), range(4000)))
    assert account.fetch_credits().spent_since_usd == Decimal("0.000004")


def test_threads_and_tasks_that_want_it_at_once_ask_once(clock):
    may_answer, has_asked = threading.Event(), threading.Event()

    def answer(path):
        has_asked.set()
        may_answer.wait(10)
        return json_page({"data": {"total_credits": 3, "total_usage": 1, "limit": None}})

    async def tasks(account):
        return await asyncio.gather(*[account.afetch_credits() for _ in range(20)])

    with plain_server(answer) as server, ThreadPoolExecutor(30) as threads:
        account = Account("k", server.url, clock=clock)
        waiting = [threads.submit(account.fetch_credits) for _ in range(20)]
        waiting += [threads.submit(asyncio.run, tasks(account)) for _ in range(5)]
        has_asked.wait(10)
        may_answer.set()
        results = [one.result(10) for one in waiting]
        assert server.asked == ["/credits", "/key"]
    assert {one.balance_usd for one in results[:20]} == {2}


async def test_a_call_that_blocks_the_loop_of_a_task_that_waits_is_answered(emulator, account):
    task = asyncio.create_task(account.afetch_credits())
    await asyncio.sleep(0)
    assert account.fetch_credits() == await task
    assert asked(emulator) == ["/credits", "/key"]


async def test_a_task_that_stops_waiting_does_not_stop_the_others(account):
    first, second = (asyncio.create_task(account.afetch_credits()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).balance_usd == 5


def test_it_is_counted_down_between_two_answers(emulator, account, clock, fetch):
    fetch(account)
    account.note_spent(Decimal("1.25"))
    Account(emulator.api_key, emulator.base_url).note_spent(Decimal("0.000000001"))
    credits_now = fetch(account)
    assert credits_now.spent_since_usd == Decimal("1.250000001")
    assert credits_now.balance_usd == Decimal("3.749999999")
    assert fetch(account, refresh=True).spent_since_usd == 0


def test_what_is_spent_while_it_is_asked_for_is_taken_off(clock):
    def answer(path):
        account.note_spent(Decimal(1))
        return json_page({"data": {"total_credits": 10, "total_usage": 2}})

    with plain_server(answer) as server:
        account = Account("k", server.url, clock=clock)
        assert account.fetch_credits().balance_usd == 8 - 2


def test_a_balance_may_be_negative(account, fetch):
    fetch(account)
    account.note_spent(Decimal(7))
    assert fetch(account).balance_usd == -2
    assert "-$2 left of $5 this month" in repr(account)


@pytest.mark.parametrize("amount", ["NaN", "Infinity"])
def test_amounts_that_are_none_are_refused(account, amount):
    with pytest.raises(ConfigurationError, match="finite number of USD"):
        account.note_spent(Decimal(amount))
    with pytest.raises(ConfigurationError, match="threshold must be a finite number"):
        account.warn_below(amount)


def test_after_a_402_it_is_asked_for_anew(emulator, account, fetch):
    fetch(account)
    emulator.account.key_limit_usd = Decimal(1)
    account.invalidate()
    assert fetch(account).balance_usd == 1


def test_many_402s_at_once_ask_once_or_twice(emulator, account):
    account.fetch_credits()
    for _ in range(100):
        account.invalidate()
    join_refresh()
    assert account.fetch_credits().balance_usd == 5
    assert asked(emulator).count("/key") < 10


def test_an_older_answer_never_replaces_a_newer_one(clock):
    """The first question is answered last."""
    may_answer, first_asks, asks = threading.Event(), threading.Event(), iter(range(9))

    def answer(path):
        if path == "/key":
            return json_page({"data": {}})
        number = next(asks)
        if number == 0:
            first_asks.set()
            may_answer.wait(10)
        return json_page({"data": {"total_credits": 10 + number, "total_usage": 0}})

    with plain_server(answer) as server, ThreadPoolExecutor() as threads:
        account = Account("k", server.url, clock=clock)
        first = threads.submit(account.fetch_credits)
        first_asks.wait(10)
        assert account.fetch_credits(refresh=True).balance_usd == 11
        may_answer.set()
        first.result(10)
        assert account.cached_credits().balance_usd == 11


class TestLowBalance:
    def test_it_warns_once_until_it_has_risen(self, emulator, account, clock):
        account.fetch_credits()
        told = []
        account.warn_below(1, told.append)
        account.note_spent(Decimal("3.9"))
        assert told == []
        account.note_spent(Decimal("0.2"))
        account.note_spent(Decimal("0.2"))
        assert [one.balance_usd for one in told] == [Decimal("0.9")]
        emulator.account.key_limit_usd = Decimal(6)
        account.fetch_credits(refresh=True)
        account.note_spent(Decimal("5.1"))
        assert [one.balance_usd for one in told] == [Decimal("0.9"), Decimal("0.9")]

    def test_it_warns_at_the_first_answer(self, account):
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            account.warn_below("5.01")
            join_refresh()
        assert [one.category for one in seen] == [LowBalanceWarning]
        assert str(seen[0].message).startswith("$5 is left at OpenRouter (key limit)")

    def test_what_a_callback_raises_is_logged_and_fails_nothing(self, account, caplog):
        account.fetch_credits()
        account.warn_below(10, lambda _: 1 / 0)
        account.note_spent(Decimal(1))
        assert "ZeroDivisionError" in caplog.text

    def test_a_watch_can_be_ended(self, account):
        account.fetch_credits()
        told = []
        watch = account.warn_below(4, told.append)
        for _ in range(2):
            account.stop_watching(watch)
        account.note_spent(Decimal(3))
        assert told == []

    def test_a_watch_ends_with_its_account(self, emulator, clock):
        account = Account(emulator.api_key, emulator.base_url, clock=clock)
        account.fetch_credits()
        told = []
        Account(emulator.api_key, emulator.base_url, clock=clock).warn_below(4, told.append)
        account.note_spent(Decimal(3))
        assert told == []

    def test_while_it_watches_the_balance_is_renewed_as_money_is_spent(self, emulator, account, clock):
        told = []
        account.warn_below(1, told.append)
        join_refresh()
        emulator.account.key_limit_usd = Decimal("0.5")
        clock.now += 5 * MINUTES
        account.note_spent(Decimal("0.01"))
        join_refresh()
        assert [one.limit_usd for one in told] == [Decimal("0.5")]

    def test_an_unknown_balance_is_not_low(self):
        with OpenRouterEmulator() as emulator:
            account = Account(emulator.api_key, emulator.base_url)
            told = []
            account.warn_below(1000, told.append)
            join_refresh()
            account.note_spent(Decimal(10))
        assert told == []


class TestForecast:
    def test_it_runs_out_as_fast_as_it_was_spent(self, emulator, clock):
        account = Account(emulator.management_key, emulator.base_url, clock=clock)
        account.fetch_credits()
        clock.now += 10 * MINUTES
        account.note_spent(Decimal(4))
        assert account.burn_rate() == 24
        assert account.runs_out_at() == datetime(2026, 11, 25, 12, 10, tzinfo=UTC) + timedelta(hours=96 / 24)

    def test_before_anything_is_known_it_is_none(self, account, clock):
        assert account.burn_rate() is None
        clock.now += MINUTES
        assert account.burn_rate() == 0
        assert account.runs_out_at() is None

    def test_what_is_spent_by_others_counts(self, emulator, account, clock):
        account.fetch_credits()
        clock.now += 5 * MINUTES
        emulator.book.add(_spent_by_somebody(emulator, Decimal(2)))
        account.fetch_credits(refresh=True)
        assert account.burn_rate() == 24

    def test_a_limit_that_starts_anew_before_that_does_not_run_out(self, account, clock):
        account.fetch_credits()
        clock.now += 15 * MINUTES
        account.note_spent(Decimal("0.005"))
        assert account.burn_rate() == Decimal("0.02")
        assert account.runs_out_at() is None

    def test_what_has_run_out_has_run_out(self, account, clock):
        account.fetch_credits()
        clock.now += 15 * MINUTES
        account.note_spent(Decimal(6))
        assert account.runs_out_at() == datetime.fromtimestamp(clock.now, UTC)


class TestSecrets:
    def test_the_key_is_nowhere(self, emulator, monkeypatch):
        account = Account(SecretStr(emulator.api_key), emulator.base_url)
        account.fetch_credits()
        told = (
            f"{account!r} {account.fetch_credits()!r} {account.fetch_key()!r} {account.fetch_key().raw} {vars(account)}"
        )
        assert emulator.api_key not in told
        assert emulator.api_key.encode() not in pickle.dumps(account)

    def test_a_pickle_takes_its_key_from_the_environment(self, emulator, account, monkeypatch):
        with pytest.raises(ConfigurationError, match="OPENROUTER_API_KEY must be set"):
            pickle.loads(pickle.dumps(account)).fetch_credits()
        assert repr(pickle.loads(pickle.dumps(account)))
        monkeypatch.setenv("OPENROUTER_API_KEY", emulator.api_key)
        assert pickle.loads(pickle.dumps(account)).fetch_credits().balance_usd == 5

    def test_copies_are_the_same(self, account):
        assert copy.deepcopy(account) is account


def _spent_by_somebody(emulator, usd):
    from dataclasses import replace

    import httpx

    httpx.post(
        f"{emulator.base_url}/chat/completions",
        json={"model": "openai/gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}]},
        headers={"authorization": f"Bearer {emulator.api_key}"},
    ).raise_for_status()
    billed = emulator.book.entries[-1]
    return replace(billed, generation_id="gen-of-somebody", cost=usd - billed.cost)
