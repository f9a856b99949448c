"""Budgets, windows, ids and URLs: what they take and what they refuse."""

from __future__ import annotations

import pickle
import traceback
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_openrouter import Budget, ConfigurationError, LedgerError, SpendLedger
from langchain_openrouter.spend.address import normal_url
from langchain_openrouter.spend.names import LONGEST, stored_name
from langchain_openrouter.spend.nano import LARGEST, nano_from_usd, usd_from_nano
from langchain_openrouter.spend.ulid import new_ulid
from langchain_openrouter.spend.windows import Window, from_micros, to_micros, window_end, window_start

TIMES = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis asks for that


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("5", "5"),
        (5, "5"),
        (0.1, "0.1"),
        ("0.000000001", "0.000000001"),
        (Decimal("1e3"), "1000"),
        ("-0", "0"),
        (0, "0"),
    ],
)
def test_limits(limit, expected):
    assert Budget("total", limit).limit_usd == Decimal(expected)
    assert not Budget("total", limit).limit_usd.is_signed()


@pytest.mark.parametrize(
    "limit", ["", "five", "5 USD", "NaN", float("inf"), "-Infinity", -1, "-0.01", True, None, "1e-10", "1e10", [5]]
)
def test_limits_that_are_none(limit):
    with pytest.raises(ConfigurationError):
        Budget("total", limit)


@pytest.mark.parametrize(
    "scope", ["total", "user:alice", "model:a/b:free", "tag:*", "thread:x:y", "node:n", "key:0123"]
)
def test_scopes(scope):
    assert Budget(scope, 1).scope == scope


@pytest.mark.parametrize("scope", ["", "alice", "user", "user:", "span:x", "Total", "total:x", "provider:x", None, 5])
def test_scopes_that_are_none(scope):
    with pytest.raises(ConfigurationError, match="A scope is"):
        Budget(scope, 1)


@pytest.mark.parametrize("scope", ["user:team:*", "tag:batch*", "model:openai/*"])
def test_a_part_of_a_name_is_no_pattern(scope):
    with pytest.raises(ConfigurationError, match=r"there is only \w+:\*"):
        Budget(scope, 1)


def test_windows_that_are_none():
    assert Budget("total", 1, "day").window is Window.DAY
    for window in ("year", "", None, 7):
        with pytest.raises(ConfigurationError, match="A window is hour, day, week, month, lifetime"):
            Budget("total", 1, window)


def test_budgets_are_values():
    budget = Budget("user:*", "0.5", "day")
    assert budget == Budget(scope="user:*", limit_usd=0.5, window="day")
    assert pickle.loads(pickle.dumps(budget)) == budget
    assert len({budget, Budget("user:*", "0.50", "day")}) == 1
    with pytest.raises(AttributeError):
        budget.limit_usd = Decimal(9)


@given(TIMES, st.sampled_from(Window))
def test_a_window_holds_its_moment(time, window):
    at = to_micros(time)
    start = window_start(window, at)
    end = window_end(window, start)
    assert from_micros(at) == time
    assert window_start(window, start) == start
    assert start <= at
    if end is not None:
        assert at < end
        assert window_start(window, end) == end
        assert window_start(window, end - 1) == start
    begins = from_micros(start)
    assert begins.minute == begins.second == begins.microsecond == 0
    if window is Window.WEEK:
        assert (begins.weekday(), begins.hour) == (0, 0)
    if window is Window.MONTH:
        assert (begins.day, begins.month, begins.year) == (1, time.month, time.year)


@given(st.integers(-LARGEST, LARGEST))
def test_amounts_keep_every_digit_whatever_the_precision(nano):
    with localcontext() as context:
        context.prec = 3
        assert nano_from_usd(usd_from_nano(nano)) == nano


@given(st.text(), st.text())
def test_names_stay_apart_and_short(one, other):
    for name in (one, one * 200):
        kept = stored_name(name)
        assert len(kept.encode()) <= LONGEST
        assert "\0" not in kept
        assert stored_name(kept) == kept
    if one != other and one.isprintable() and other.isprintable():
        assert stored_name(one * 200) != stored_name(other * 200) or one * 200 == other * 200


def test_ids_are_in_the_order_they_were_made():
    ids = [new_ulid() for _ in range(10_000)]
    assert ids == sorted(set(ids))
    assert {len(one) for one in ids} == {26}
    now = datetime.now(UTC)
    seconds = int.from_bytes(_decoded(ids[-1])[:6], "big") / 1000
    assert abs(datetime.fromtimestamp(seconds, UTC) - now) < timedelta(minutes=5)


def _decoded(ulid):
    value = 0
    for letter in ulid:
        value = value * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(letter)
    return value.to_bytes(16, "big")


def test_where_ledgers_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    here = f"sqlite:///{tmp_path}"
    assert normal_url("sqlite:///spend.db") == f"{here}/spend.db"
    assert normal_url("sqlite:///a/spend.db") == f"{here}/a/spend.db"
    assert normal_url("sqlite:///~/spend.db") == f"{here}/spend.db"
    assert normal_url(f"{here}/spend.db") == f"{here}/spend.db"
    assert normal_url(tmp_path / "x.db") == f"{here}/x.db"
    assert normal_url(None).endswith("/langchain-openrouter-agents/spend.db")
    assert normal_url("postgres://a@b/c") == normal_url("postgresql+psycopg://a@b/c") == "postgresql://a@b/c"
    with SpendLedger() as ledger:
        assert ledger.url == normal_url(None)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann@h1:1,h2/db?host=/run",
        "postgresql://[::1]:5432/db",
        "postgresql:///db?application_name=a@b",
        "postgresql://ann:a%40b@%2Frun/db",
        "postgresql://h" + ",h" * 5000,
    ],
)
def test_servers_can_be_named_in_many_ways(url):
    assert normal_url(url) == url


@pytest.mark.parametrize("url", ["", "mysql://a/b", "sqlite:/spend.db", "sqlite:///a.db?mode=ro", "sqlite://a"])
def test_urls_that_are_none(url):
    with pytest.raises(ConfigurationError, match="The URL of a ledger is"):
        SpendLedger(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:geheim@127.0.0.1:1/db?sslmode=require",
        "postgresql://ann:ge%3Aheim@127.0.0.1:1/db",
        "postgresql://127.0.0.1:1/db?user=ann&password=geheim",
        "postgresql:///db?sslpassword=geheim&host=/run",
        "mysql://ann:geheim@127.0.0.1:1/db",
        "postgresql:/ann:geheim@127.0.0.1:1/db",
        "host=127.0.0.1 port=1 user=ann password=geheim",
        "postgresql://ann:ge/heim@127.0.0.1:1/db",
        "postgresql://ann:1/heim@127.0.0.1:1/db",
        "postgresql://ann:ge@heim@127.0.0.1:1/db",
        "postgresql://ann:ge%heim@127.0.0.1:1/db",
        "postgresql://ann:ge?heim@127.0.0.1:1/db",
        "postgresql://ann:ge#heim@127.0.0.1:1/db",
    ],
)
def test_passwords_are_told_to_nobody(url):
    with pytest.raises((LedgerError, ConfigurationError)) as raised:
        SpendLedger(url)
    assert "heim" not in "".join(traceback.format_exception(raised.value))
