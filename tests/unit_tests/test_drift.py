"""A ledger beside what OpenRouter says that its key has spent."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from langchain_openrouter import Account
from langchain_openrouter.drift import afetch_drift, fetch_drift
from langchain_openrouter.emulator import Verbatim
from langchain_openrouter.spend.entry import Attribution, CostSource, EntryState
from tests.unit_tests.memory_books import unknown_entry

ENTRY = {"state": EntryState.SETTLED, "source": CostSource.RESPONSE}


class Ledger:
    """Entries in memory."""

    def __init__(self):
        self.kept = []

    def entries(self, *, since):
        return iter([entry for entry in self.kept if entry.held_at >= since])

    def adjust(self, scope, amount_usd, reason):
        kind, _, key = scope.partition(":")
        assert kind == "key"
        facts = {"charged_usd": amount_usd, "source": CostSource.RESPONSE, "reason": reason, "kind": "adjustment"}
        self.kept.append(
            self.kept[0]._replace(attribution=Attribution(key_hash=key), held_at=datetime.now(UTC), **facts)
        )


@pytest.fixture
def account(emulator):
    return Account(emulator.api_key, emulator.base_url)


@pytest.fixture(params=["fetch_drift", "afetch_drift"])
def compare(request):
    """Compare in both ways: `compare(ledger, account, **options)`."""
    if request.param == "fetch_drift":
        return fetch_drift
    return lambda *arguments, **options: asyncio.run(afetch_drift(*arguments, **options))


@pytest.fixture
def ledger():
    return Ledger()


@pytest.fixture
def call(emulator, account, model, ledger):
    """Make a call that is billed and booked: `call(**facts)` changes what is booked of it."""

    def make(**facts):
        model().invoke("hello")
        billed = emulator.book.entries[-1]
        own = Attribution(key_hash=account.key_hash)
        defaults = {**ENTRY, "charged_usd": billed.cost, "attribution": own}
        ledger.kept.append(unknown_entry(emulator, billed.generation_id, **{**defaults, **facts}))
        return billed

    return make


def today(found):
    return found.windows[0]


def test_books_that_agree(compare, ledger, account, call):
    for _ in range(3):
        call()
    found = compare(ledger, account)
    assert found.is_even
    assert [window.window for window in found.windows] == ["daily", "weekly", "monthly"]
    assert {window.ledger_usd for window in found.windows} == {window.openrouter_usd for window in found.windows}
    assert (today(found).attempts, today(found).reasons) == (3, ())
    assert compare(ledger, account, book=True).why_not_booked == "the ledger and OpenRouter agree"
    assert len(ledger.kept) == 3


def test_a_key_that_is_used_elsewhere(compare, ledger, account, call, model, emulator):
    call()
    model().invoke("hello")
    found = compare(ledger, account)
    assert today(found).difference_usd == emulator.book.entries[-1].cost
    assert today(found).reasons == ("the key is used elsewhere, without this ledger",)
    assert "difference +$" in str(found)


def test_attempts_whose_cost_is_open_are_named_and_nothing_is_booked(compare, ledger, account, call):
    call(state=EntryState.UNKNOWN, charged_usd=None)
    call(state=EntryState.HELD, charged_usd=None)
    found = compare(ledger, account, book=True)
    assert today(found).reasons[:2] == ("1 attempts of unknown cost (up to $0.01): reconcile", "1 attempts under way")
    assert found.why_not_booked == "the cost of 2 attempts of today is open: reconcile first"
    assert found.booked_usd is None
    assert len(ledger.kept) == 2


def test_holds_that_were_booked_may_be_too_much(compare, ledger, account, call):
    billed = call(charged_usd=Decimal("0.01"), source=CostSource.HOLD)
    found = compare(ledger, account)
    assert today(found).difference_usd == billed.cost - Decimal("0.01")
    assert today(found).reasons[0] == "1 attempts booked at their hold ($0.01) cost less"


def test_a_difference_is_booked_as_an_entry_of_its_own_and_only_if_asked(
    compare, ledger, account, call, model, emulator
):
    call()
    model().invoke("hello")
    cost = emulator.book.entries[-1].cost
    before = list(ledger.kept)
    assert compare(ledger, account).booked_usd is None
    assert ledger.kept == before
    assert compare(ledger, account, book=True).booked_usd == cost
    assert ledger.kept[:1] == before
    assert (ledger.kept[1].kind, ledger.kept[1].charged_usd) == ("adjustment", cost)
    assert compare(ledger, account).is_even


def test_entries_of_other_keys_and_addresses_do_not_count(compare, ledger, account, call, emulator):
    call()
    ledger.kept.append(ledger.kept[0]._replace(attribution=Attribution(key_hash="another")))
    ledger.kept.append(ledger.kept[0]._replace(base_url="https://openrouter.ai/api/v1"))
    ledger.kept.append(ledger.kept[0]._replace(state=EntryState.RELEASED, charged_usd=None, source=None))
    assert compare(ledger, account).is_even


def test_each_window_has_its_own_entries(compare, ledger, account, call):
    call()
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday
    one = ledger.kept[0]._replace(charged_usd=Decimal(1))
    ledger.kept = [one._replace(held_at=now - timedelta(days=days)) for days in (0, 1, 2, 3, 24, 25)]
    found = compare(ledger, account, clock=now.timestamp)
    assert [window.ledger_usd for window in found.windows] == [1, 3, 5]
    assert [window.since.day for window in found.windows] == [25, 23, 1]


def test_a_week_may_begin_in_the_month_before(compare, ledger, account, call):
    call()
    now = datetime(2026, 12, 1, 12, tzinfo=UTC)  # a Tuesday
    ledger.kept = [ledger.kept[0]._replace(charged_usd=Decimal(1), held_at=now - timedelta(days=1))]
    assert [window.ledger_usd for window in compare(ledger, account, clock=now.timestamp).windows] == [0, 1, 0]


def test_dust_of_floats_is_no_difference(compare, ledger, account, call, emulator):
    call(charged_usd=Decimal("0.3"))
    usage = dict.fromkeys(("usage_daily", "usage_weekly", "usage_monthly"), 0.1 + 0.2)
    emulator.faults.add("/key", Verbatim(200, [str({"data": usage}).replace("'", '"').encode()]))
    assert compare(ledger, account).is_even


def test_what_openrouter_does_not_say_is_not_known(compare, ledger, account, call, emulator):
    call()
    emulator.faults.add("/key", Verbatim(200, [b'{"data": {}}']))
    found = compare(ledger, account, book=True)
    assert today(found).difference_usd is None
    assert found.why_not_booked == "OpenRouter does not say what the key spent today"
    assert not found.is_even
    assert "OpenRouter does not say" in str(found)


def test_tables(ledger, account, call):
    call()
    found = fetch_drift(ledger, account)
    assert '<th style="text-align:left">this week</th>' in found._repr_html_()
    assert found.__rich__().row_count == 4
