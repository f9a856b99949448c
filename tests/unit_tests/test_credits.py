"""What is left, in words and tables, and what free models allow."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from rich.console import Console

from langchain_openrouter.credits import Credits, Purchases, parse_purchases
from langchain_openrouter.key_info import parse_key

NOW = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)
LIMIT = {"label": "sk-or-v1-au7...890", "limit": 10, "limit_remaining": 8.42, "limit_reset": "monthly", "usage": 99}


def key_credits(**wire):
    return Credits(NOW, parse_key({**LIMIT, **wire}))


@pytest.mark.parametrize(
    ("credits_now", "words"),
    [
        (key_credits(), "$8.42 left of $10 this month, the limit of key ...890"),
        (key_credits(limit=None), "no limit on key ...890, the account's balance is not known"),
        (
            key_credits(
                effective_budget={"scope": "member", "limit_usd": 3, "remaining_usd": 1, "reset_interval": None}
            ),
            "$1 left of $3, a budget",
        ),
        (Credits(NOW, purchases=Purchases(Decimal(10), Decimal("12.5"))), "-$2.5 left of $10"),
        (key_credits(limit_remaining=None, limit_reset="hourly"), "an unknown amount left of $10, the limit"),
    ],
)
def test_in_words(credits_now, words):
    assert words in repr(credits_now)
    assert "as of 2026-11-25 12:30:00 UTC" in repr(credits_now)


@pytest.mark.parametrize(
    ("credits_now", "requests"),
    [
        (Credits(NOW, purchases=Purchases(Decimal(10), Decimal(0))), 1000),
        (Credits(NOW, purchases=Purchases(Decimal("9.99"), Decimal(0))), 50),
        (key_credits(is_free_tier=True), 50),
        (key_credits(is_free_tier=False), None),
        (key_credits(free_model_daily_requests={"limit": 1234}), 1234),
    ],
)
def test_free_requests_a_day(credits_now, requests):
    assert credits_now.free_requests_per_day == requests
    assert credits_now.free_requests_per_minute == 20


def test_lifetime_usage_is_never_held_against_a_period():
    assert key_credits(usage_monthly=1.58).used_usd == Decimal("1.58")
    assert key_credits().used_usd is None


@pytest.mark.parametrize(
    ("credits_now", "pace"),
    [
        # a Wednesday, half past noon
        (key_credits(usage_monthly=588.5, usage_weekly=1), (1, "monthly")),
        (key_credits(limit_reset="daily", usage_daily=25, usage_weekly=1), (2, "daily")),
        (key_credits(limit=None, usage_daily=1, usage_weekly=30.25, usage_monthly=1), (Decimal("0.5"), "weekly")),
        (key_credits(limit_reset=None, usage_weekly=0), (0, "weekly")),
        (key_credits(limit=None, usage_monthly=588.5), (1, "monthly")),
        (key_credits(), None),
        (key_credits(limit_reset="hourly", usage_weekly=1), None),
        (Credits(NOW, parse_key({**LIMIT, "usage_weekly": 1}), Purchases(Decimal(10), Decimal(0))), None),
        (Credits(NOW.replace(hour=0, minute=59), parse_key({**LIMIT, "limit_reset": "daily", "usage_daily": 1})), None),
    ],
)
def test_the_pace_is_that_of_the_limits_own_window_so_far(credits_now, pace):
    assert credits_now.pace == pace


def test_it_runs_out_unless_it_starts_anew_before():
    in_a_day = NOW + timedelta(days=1)
    assert key_credits(limit_remaining=24).runs_out_at(Decimal(1), NOW) == in_a_day
    assert key_credits(limit_remaining=24, limit_reset="daily").runs_out_at(Decimal(1), NOW) is None
    assert key_credits(limit_remaining=-3).runs_out_at(Decimal(1), NOW) == NOW
    assert key_credits(limit=None).runs_out_at(Decimal(1), NOW) is None
    assert key_credits().runs_out_at(Decimal(0), NOW) is None
    assert key_credits().runs_out_at(None, NOW) is None
    assert key_credits(limit_reset=None).runs_out_at(Decimal("1e-30"), NOW) is None


@pytest.mark.parametrize("wire", [None, {}, {"total_credits": 1}, {"total_credits": "1", "total_usage": 0}])
def test_purchases_that_say_nothing(wire):
    assert parse_purchases(wire) is None


def test_tables_say_the_same_and_escape():
    credits_now = key_credits(label="<b>laptop</b>", usage_daily=0.5)
    html = credits_now._repr_html_()
    assert "<td>$8.42</td>" in html
    assert "&lt;b&gt;laptop" in html
    console = Console(file=io.StringIO(), width=200)
    console.print(credits_now)
    shown = console.file.getvalue()
    assert "$8.42" in shown
    assert "<b>laptop</b>" in shown
    assert "own provider keys" not in shown
