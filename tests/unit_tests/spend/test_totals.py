"""Totals: whatever is asked for, they say what one gets by going through the entries."""

from __future__ import annotations

import io
import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from rich.console import Console

from langchain_openrouter import ConfigurationError, SpendLedger
from langchain_openrouter.spend.entry import CostSource
from langchain_openrouter.spend.rollup import PART
from langchain_openrouter.usage import Usage
from tests.unit_tests.spend.attempts import attempt, settled, spend

USD = Decimal
NOW = datetime.now(UTC)
DAYS = 70
KEYS = {
    "model": lambda entry: [entry.model or entry.requested_model],
    "provider": lambda entry: [entry.provider],
    "user": lambda entry: [entry.attribution.user],
    "thread": lambda entry: [entry.attribution.thread_id],
    "node": lambda entry: [entry.attribution.node],
    "tag": lambda entry: entry.attribution.tags or [None],
    "key": lambda entry: [entry.attribution.key_hash],
    "kind": lambda entry: [entry.kind],
    "hour": lambda entry: [entry.held_at.replace(minute=0, second=0, microsecond=0)],
    "day": lambda entry: [entry.held_at.date()],
    "month": lambda entry: [f"{entry.held_at:%Y-%m}"],
}
ASKED = [
    (),
    *((name,) for name in KEYS),
    ("model", "user"),
    ("user", "node"),
    ("tag", "model"),
    ("tag", "user"),
    ("day", "model"),
    ("hour", "model"),
    ("month", "provider", "key"),
    ("thread", "user"),
]
RANGES = [(None, None), ("7d", None), ("40d", "3d"), ("20m", None), (NOW - timedelta(days=33), NOW)]


def fill(ledger, count, seed):
    """Book attempts of all kinds, at random times of the last weeks."""
    chance = random.Random(seed)
    futures = []
    for number in range(count):
        entry = attempt(
            user=chance.choice(["ann", "bob", None]),
            thread_id=chance.choice(["t1", "t2", None]),
            node=chance.choice(["agent", "tools", None]),
            tags=tuple(chance.sample(["x", "y", "z"], chance.randrange(3))),
            key_hash=chance.choice(["k1", "k2"]),
            kind=chance.choice(["chat", "embeddings"]),
            requested_model=chance.choice(["m1", "m2"]),
            held_at=NOW - timedelta(seconds=chance.randrange(DAYS * 86400)),
            hold_usd=USD(chance.randrange(10**6)) / 10**9,
        )
        futures.append(ledger.reserve(entry))
        if number % 10 == 0:
            continue
        if number % 10 == 1:
            futures.append(ledger.mark_unknown(entry.id, "cut"))
        elif number % 10 == 2:
            futures.append(ledger.release(entry.id, "refused"))
        else:
            usage = Usage(chance.randrange(1000), chance.randrange(100), 0)
            source = chance.choice([CostSource.RESPONSE, CostSource.HOLD])
            model, provider = chance.choice(["m1", "m3"]), chance.choice(["p", "q"])
            cost = USD(chance.randrange(10**9)) / 10**9
            end = settled(entry, cost, usage=usage, source=source, model=model, provider=provider)
            futures.append(ledger.settle(end))
    for future in futures:
        future.result()


def by_hand(ledger, by, since, until):
    sums = defaultdict(lambda: [USD(0), USD(0), 0, 0, 0, 0, 0, 0])
    for entry in ledger.entries(since=since, until=until):
        groups = [()]
        for name in by:
            groups = [(*group, key) for group in groups for key in KEYS[name](entry)]
        is_open = entry.state in ("held", "unknown")
        usage = entry.usage or Usage(0, 0, 0)
        addends = [
            entry.charged_usd or 0,
            entry.hold_usd if is_open else 0,
            1,
            usage.input_tokens,
            usage.output_tokens,
            entry.state == "held",
            entry.state == "unknown",
            entry.source is CostSource.HOLD,
        ]
        for group in groups:
            sums[group] = [one + other for one, other in zip(sums[group], addends, strict=True)]
    return dict(sums)


def asked(ledger, by, since, until):
    return {
        tuple(row.by[name] for name in by): [
            row.cost_usd,
            row.held_usd,
            row.attempts,
            row.input_tokens,
            row.output_tokens,
            row.under_way,
            row.unknown,
            row.unverified,
        ]
        for row in ledger.total(since, until, by=by)
    }


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def filled(request, tmp_path_factory):
    """A ledger of which part has been added up, and part has not."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('spend') / 'spend.db'}"
    else:
        url = f"{request.getfixturevalue('postgres')}&options=-csearch_path%3Dtotals"
        import psycopg

        with psycopg.connect(request.getfixturevalue("postgres"), autocommit=True) as connection:
            connection.execute("CREATE SCHEMA totals")
    with SpendLedger(url) as ledger:
        fill(ledger, PART * 2, seed=1)
        ledger.verify()
        yield ledger


def rolled(ledger):
    with ledger._store.readers.reading() as connection:
        ((count,),) = connection.fetch("SELECT count(*) FROM spend_entry WHERE rolled = 1")
    return count


@pytest.mark.parametrize("by", ASKED, ids=",".join)
def test_totals_are_what_the_entries_add_up_to(filled, by):
    for since, until in RANGES:
        assert asked(filled, by, since, until) == by_hand(filled, by, since, until)


def test_a_total_without_groups_is_an_amount(filled):
    for since, until in RANGES:
        expected = by_hand(filled, (), since, until)
        assert filled.total(since, until) == (expected[()][0] if expected else 0)


def test_part_of_it_has_been_added_up_before(filled):
    for _ in range(2):
        # adding up comes before the next request
        filled.release("nothing", "").result()
    assert rolled(filled) > 0
    assert rolled(filled) % PART == 0
    assert filled.verify().is_ok


def test_more_spending_is_added_to_what_was_added_up(file_url):
    with SpendLedger(file_url) as ledger:
        for seed in range(3):
            fill(ledger, PART, seed)
            for by in ((), ("user",), ("hour",), ("tag",)):
                assert asked(ledger, by, None, None) == by_hand(ledger, by, None, None)
        assert ledger.verify().is_ok


def test_rows_come_the_dearest_first_or_in_the_order_of_time(ledger):
    for user, cost, days in (("ann", "0.1", 0), ("bob", "0.3", 1), (None, "0.2", 1)):
        spend(ledger, cost, user=user, held_at=NOW - timedelta(days=days))
    assert [row.by["user"] for row in ledger.total(by="user")] == ["bob", None, "ann"]
    yesterday, today = (NOW - timedelta(days=1)).date(), NOW.date()
    table = ledger.total(by="day, user")
    assert table.by == ("day", "user")
    assert [(row.by["day"], row.cost_usd) for row in table] == [
        (yesterday, USD("0.3")),
        (yesterday, USD("0.2")),
        (today, USD("0.1")),
    ]
    assert table.to_dicts()[0]["user"] == "bob"
    assert len(table) == 3
    assert table[-1].cost_usd == USD("0.1")


def test_tables_show_themselves(ledger):
    spend(ledger, "0.25", user="<ann>[red]")
    ledger.reserve(attempt(user="bob")).result()
    table = ledger.total(by="user")
    assert repr(table).splitlines() == [
        "user        cost, USD  attempts  tokens in  tokens out  held, USD  under way",
        "<ann>[red]       0.25         1        100          20          0          0",
        "bob                 0         1          0           0       0.01          1",
    ]
    html = table._repr_html_()
    assert "&lt;ann&gt;" in html
    assert "<ann>" not in html
    console = Console(file=io.StringIO(), width=200)
    console.print(table)
    assert "<ann>[red]" in console.file.getvalue()
    assert (
        repr(ledger.total("1m", by=())).splitlines()[0].split()
        == "cost, USD attempts tokens in tokens out held, USD under way".split()
    )


def test_a_table_says_of_which_time_it_is(ledger):
    table = ledger.total("2026-03-05", "2026-03-06T12:00", by="user")
    assert (table.since, table.until) == (datetime(2026, 3, 5, tzinfo=UTC), datetime(2026, 3, 6, 12, tzinfo=UTC))
    assert (ledger.total(by="user").since, ledger.total(by="user").until) == (None, None)


def test_a_narrow_terminal_folds_names_and_no_numbers(ledger):
    spend(
        ledger, "0.123456789", user="a-name-that-is-longer-than-there-is-room-for", model="acme/a-long-name-of-a-model"
    )
    console = Console(file=io.StringIO(), width=60)
    console.print(ledger.total(by="model,user"))
    shown = console.file.getvalue()
    assert "0.123456789" in shown
    assert "a-long-name-of-a-model" not in shown
    assert max(map(len, shown.splitlines())) <= 60


def test_nothing_was_spent(ledger):
    assert ledger.total() == 0
    assert str(ledger.total()) == "0"
    assert list(ledger.total(by="user")) == []
    assert ledger.total(by=("user",)).to_dicts() == []


def test_times_can_be_said_in_many_ways(ledger):
    spend(ledger, "0.5", held_at=datetime(2026, 3, 5, 12, tzinfo=UTC))
    naive = datetime(2026, 3, 5, 12)  # noqa: DTZ001 - which counts as UTC
    for since in ("2026-03-05", date(2026, 3, 5), naive, "2026-03-05T14:00+02:00", "9000d", "900w"):
        assert ledger.total(since) == USD("0.5")
    for since in ("2026-03-06", "2026-03-05T12:00:00.000001", timedelta(minutes=1)):
        assert ledger.total(since) == 0
    assert ledger.total(until="2026-03-05T12:00") == 0


@pytest.mark.parametrize("since", ["yesterday", "5y", "-3d", 7, "", object()])
def test_a_time_that_is_none(ledger, since):
    with pytest.raises(ConfigurationError, match="A time is"):
        ledger.total(since)


@pytest.mark.parametrize("since", ["99999999999d", "3000000d", timedelta.max])
def test_a_time_before_all_times(ledger, since):
    with pytest.raises(ConfigurationError, match="There was no time"):
        ledger.total(since)


def test_what_cannot_be_asked_for(ledger):
    with pytest.raises(ConfigurationError, match="not by 'colour'"):
        ledger.total(by="colour")
