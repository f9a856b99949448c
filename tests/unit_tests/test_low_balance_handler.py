"""A handler warns when the money runs low, and never holds up a call."""

from __future__ import annotations

import gc
import threading
import warnings
import weakref
from decimal import Decimal

import httpx
import pytest

from langchain_openrouter import (
    Account,
    Attribution,
    ChatOpenRouter,
    ConfigurationError,
    LowBalanceWarning,
    OpenRouterCreditsCallbackHandler,
)
from langchain_openrouter._tracking import balance
from langchain_openrouter.emulator import Failure, OpenRouterEmulator
from tests.unit_tests.attempts import held, settled

SPENT = settled(held(1, by=Attribution(key_hash="0123456789abcdef")))


@pytest.fixture
def emulator():
    with OpenRouterEmulator(key_limit_usd="0.50") as running:
        yield running


@pytest.fixture
def client(emulator):
    return ChatOpenRouter(model="openai/gpt-4o-mini", api_key=emulator.api_key, base_url=emulator.base_url)


@pytest.fixture
def elsewhere(monkeypatch):
    """Take the emulator for a server on another machine."""
    monkeypatch.setattr(balance, "is_local", lambda _: False)


@pytest.fixture
def heard():
    """Warnings, of whatever thread."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        yield seen
        join_background()


def join_background():
    """Wait until what is asked in the background has been answered."""
    for thread in threading.enumerate():
        if thread.name == "openrouter-flight":
            thread.join(10)


def looks(emulator):
    return [request for request in emulator.requests if request.path.endswith("/key")]


@pytest.mark.usefixtures("elsewhere")
def test_it_warns_and_tells_once(emulator, client, heard):
    told = []
    handler = OpenRouterCreditsCallbackHandler(1, told.append)
    for number in range(5):
        handler.on_attempt(held(number), client)
        handler.on_attempt(settled(held(number)), client)
        join_background()
    assert [left.balance_usd for left in told] == [Decimal("0.50")]
    assert [warning.category for warning in heard] == [LowBalanceWarning]
    assert len(looks(emulator)) == 1


@pytest.mark.usefixtures("elsewhere")
def test_it_tells_while_the_call_that_spent_goes_on(emulator, client, heard):
    """Even where the balance is known before, and what is told makes a call of its own."""
    Account(emulator.api_key, emulator.base_url).fetch_credits()
    told = []

    def call_again(left):
        told.append(left)
        handler.on_attempt(SPENT, client)

    handler = OpenRouterCreditsCallbackHandler(1, call_again)
    handler.on_attempt(SPENT, client)
    assert len(told) == 1


@pytest.mark.usefixtures("elsewhere")
def test_it_counts_down_between_two_answers(emulator, client, heard):
    told = []
    handler = OpenRouterCreditsCallbackHandler("0.25", told.append)
    handler.on_attempt(SPENT, client)
    join_background()
    assert told == []
    Account(emulator.api_key, emulator.base_url).note_spent(Decimal("0.30"))
    assert [left.balance_usd for left in told] == [Decimal("0.20")]


@pytest.mark.usefixtures("elsewhere")
def test_warnings_that_are_errors_fail_no_call(client):
    told = []
    handler = OpenRouterCreditsCallbackHandler(1, told.append)
    handler.on_attempt(SPENT, client)
    join_background()
    assert len(told) == 1
    assert handler.requests == 1


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("path", ["/key", "/credits"])
def test_a_balance_that_cannot_be_had_fails_no_call(path, emulator, client, heard):
    emulator.faults.add(path, Failure(500, "down"))
    handler = OpenRouterCreditsCallbackHandler()
    handler.on_attempt(SPENT, client)
    join_background()
    assert handler.total_cost == Decimal("0.001")


@pytest.mark.usefixtures("elsewhere")
def test_before_anything_is_spent_nothing_is_asked(emulator, client):
    OpenRouterCreditsCallbackHandler().on_attempt(held(1), client)
    join_background()
    assert not looks(emulator)


@pytest.mark.usefixtures("elsewhere")
def test_no_threshold_asks_nothing(emulator, client):
    OpenRouterCreditsCallbackHandler(low_balance_usd=None).on_attempt(SPENT, client)
    join_background()
    assert not looks(emulator)


@pytest.mark.usefixtures("elsewhere")
def test_a_model_with_its_own_http_client_is_not_asked_for(emulator):
    with httpx.Client() as own:
        client = ChatOpenRouter(model="m", api_key=emulator.api_key, base_url=emulator.base_url, client=own)
        OpenRouterCreditsCallbackHandler().on_attempt(SPENT, client)
        join_background()
    assert not looks(emulator)


def test_a_server_on_this_machine_is_not_asked(emulator, client):
    OpenRouterCreditsCallbackHandler().on_attempt(SPENT, client)
    join_background()
    assert not looks(emulator)


def test_an_account_that_is_given_is_asked_wherever_it_is(emulator, heard):
    told = []
    account = Account(emulator.api_key, emulator.base_url)
    handler = OpenRouterCreditsCallbackHandler(1, told.append, account)
    join_background()
    assert [left.balance_usd for left in told] == [Decimal("0.50")]
    assert handler.requests == 0


@pytest.mark.usefixtures("heard")
def test_an_account_that_is_shared_does_not_hold_the_handlers(emulator):
    account = Account(emulator.api_key, emulator.base_url)
    handlers = [OpenRouterCreditsCallbackHandler(1, account=account) for _ in range(50)]
    join_background()
    gone = [weakref.ref(handler) for handler in handlers]
    del handlers
    gc.collect()
    assert [one() for one in gone] == [None] * 50
    assert account._watches == []


@pytest.mark.parametrize("threshold", ["much", "NaN", float("inf")])
def test_a_threshold_is_a_number(threshold):
    with pytest.raises(ConfigurationError, match="finite number"):
        OpenRouterCreditsCallbackHandler(threshold)
