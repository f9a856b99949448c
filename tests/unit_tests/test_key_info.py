"""What OpenRouter says of a key, and which of it counts against which limit."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_openrouter.key_info import parse_key
from tests.wire.recorded import MISSING, TRAFFIC, load_exchange

WINDOWS = {"usage": 40, "usage_daily": 1, "usage_weekly": 5, "usage_monthly": 25.5}
WIRE = {"label": "sk-or-v1-au7...890", "limit": 100, "limit_remaining": 74.5, "limit_reset": "monthly", **WINDOWS}
NOW = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)  # a Wednesday


@pytest.mark.parametrize(("reset", "used"), [("daily", 1), ("weekly", 5), ("monthly", Decimal("25.5")), (None, 40)])
def test_a_limit_is_measured_by_the_usage_of_its_own_window(reset, used):
    limit = parse_key({**WIRE, "limit_reset": reset}).limit
    assert limit.used_usd == used
    assert limit.reset == reset


def test_a_window_that_nobody_knows_is_not_guessed():
    limit = parse_key({**WIRE, "limit_reset": "hourly", "limit_remaining": None}).limit
    assert (limit.used_usd, limit.remaining_usd) == (None, None)
    assert limit.resets_at(NOW) is None


def test_own_provider_keys_count_where_the_limit_says_so():
    wire = {**WIRE, "include_byok_in_limit": True, "byok_usage_monthly": 10, "byok_usage": 99}
    assert parse_key(wire).limit.used_usd == Decimal("35.5")


def test_what_remains_is_worked_out_where_it_is_not_said():
    assert parse_key({**WIRE, "limit_remaining": None}).limit.remaining_usd == Decimal("74.5")


def test_without_a_limit():
    assert parse_key({**WIRE, "limit": None}).limit is None


def test_a_budget_that_refuses_first_binds():
    budget = {
        "scope": "workspace",
        "limit_usd": 10,
        "spend_usd": 12.5,
        "remaining_usd": -2.5,
        "reset_interval": "daily",
    }
    key = parse_key({**WIRE, "effective_budget": budget})
    assert key.binding_limit.remaining_usd == Decimal("-2.5")
    assert key.binding_limit.scope == "workspace"
    assert key.limit.scope == "key_limit"


@pytest.mark.parametrize(
    ("reset", "at"),
    [("daily", datetime(2026, 11, 26, tzinfo=UTC)), ("weekly", datetime(2026, 11, 30, tzinfo=UTC)), (None, None)],
)
def test_when_a_limit_starts_anew(reset, at):
    assert parse_key({**WIRE, "limit_reset": reset}).limit.resets_at(NOW) == at


@given(st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds
def test_a_month_ends_at_the_first_of_the_next(now):
    end = parse_key(WIRE).limit.resets_at(now)
    assert (end.day, end.hour, end.minute) == (1, 0, 0)
    assert end > now
    assert (end.year * 12 + end.month) - (now.year * 12 + now.month) == 1


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("sk-or-v1-au7...890", "...890"),
        ("my laptop", "my laptop"),
        (None, None),
        ("sk-or-v1-" + "a" * 64, "sk-or-...aaaa"),
    ],
)
def test_a_label_gives_no_key_away(label, shown):
    assert parse_key({**WIRE, "label": label}).label == shown


def test_the_facts():
    key = parse_key(
        {
            **WIRE,
            "is_free_tier": True,
            "is_provisioning_key": True,
            "expires_at": "2027-12-31T23:59:59Z",
            "free_model_daily_requests": {"limit": 50, "used": 3, "remaining": 47},
            "new": {"field": 1},
        }
    )
    assert (key.is_free_tier, key.is_management_key) == (True, True)
    assert key.expires_at == datetime(2027, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert (key.free_requests_per_day, key.free_requests_left) == (50, 47)
    assert key.raw["new"] == {"field": 1}


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda c: st.dictionaries(st.text(), c)))
def test_anything_can_be_read(wire):
    fields = ("limit", "usage", "usage_daily", "effective_budget", "label", "expires_at", "free_model_daily_requests")
    parse_key(wire)
    parse_key(dict.fromkeys(fields, wire))


@pytest.mark.skipif(not TRAFFIC.exists(), reason=MISSING)
def test_a_recorded_key():
    key = parse_key(json.loads(load_exchange("pyor-key-0")["response"]["body_text"])["data"])
    assert (key.label, key.limit, key.is_free_tier, key.is_management_key) == ("...5bf", None, False, False)
    assert key.usage.monthly_usd == 0
