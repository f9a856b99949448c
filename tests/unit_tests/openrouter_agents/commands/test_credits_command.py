"""`openrouter-agent credits`, against the emulator over HTTP."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from langchain_openrouter.emulator import Failure, Verbatim


def activity(*days):
    """A page of `/activity`: USD by days ago."""
    today = datetime.now(UTC).date()
    rows = [{"date": f"{today - timedelta(days=ago)}", "model": "a/b", "usage": usd} for ago, usd in days]
    return Verbatim(200, [json.dumps({"data": rows}).encode()])


def test_a_key_is_told_of_its_limit(program, serve):
    serve(key_limit_usd="5", key_limit_reset="weekly")
    done = program("credits")
    assert done.exit_code == 0, done.output
    for said in ("$5 (key limit)", "weekly", "key, today", "key, this week", "key, this month", "20 requests a minute"):
        assert said in done.stdout
    assert "Less than" not in done.stdout
    document = program.json("credits")
    assert (document["kind"], document["balance_usd"], document["is_low"]) == ("key limit", "5", False)
    assert (document["limit_reset"], document["source"]) == ("weekly", "/key")
    resets_at = datetime.fromisoformat(document["resets_at"])
    assert (resets_at.weekday(), resets_at.hour) == (0, 0)
    assert resets_at > datetime.fromisoformat(document["as_of"])


def test_a_management_key_is_told_of_the_account_and_how_long_it_lasts(program, serve):
    emulator = serve("management", credits_usd="16.8")
    pages = [activity((1, 10.0), (7, 6.8), (8, 1000.0))] * 2
    emulator.faults.add("/activity", *pages)
    done = program("credits")
    assert "$16.8 (account)" in done.stdout
    assert "$0.1 an hour in the last 7 days; at that, it lasts until" in done.stdout
    document = program.json("credits")
    assert (document["kind"], document["balance_usd"], document["source"]) == ("account", "16.8", "/credits")
    assert document["usd_per_hour"] == "0.1"
    ends_at = datetime.fromisoformat(document["as_of"]) + timedelta(days=7)
    assert datetime.fromisoformat(document["runs_out_at"]) == ends_at


def test_without_activity_the_pace_is_not_known(program, serve):
    serve("management").faults.add("/activity", *[Failure(500, "down")] * 3)
    document = program.json("credits")
    assert document["usd_per_hour"] is None
    assert document["runs_out_at"] is None


@pytest.mark.parametrize("key", ["api", "management"])
def test_less_than_a_dollar_is_warned_of(program, serve, key):
    serve(key, credits_usd="0.99", key_limit_usd="0.5")
    assert "Less than $1 is left: " in program("credits").stdout
    assert program.json("credits")["is_low"] is True


def test_a_key_without_a_limit_has_no_balance(program, serve):
    serve()
    document = program.json("credits")
    assert (document["kind"], document["balance_usd"], document["is_low"]) == ("unlimited", None, False)
    assert "no limit" in program("credits").stdout


def test_the_free_tier_is_told(program, serve):
    serve(credits_usd=0)
    assert "free tier" in program("credits").stdout
    document = program.json("credits")
    assert (document["is_free_tier"], document["free_requests_per_day"]) == (True, 50)


def test_what_was_spent_is_there_to_the_last_digit(program, serve, book, emulator):
    book("ann", "bob")
    document = program.json("credits")
    assert Decimal(document["usage"]["weekly_usd"]) == emulator.book.total > 0
    assert Decimal(document["usage"]["daily_usd"]) == emulator.book.total


def test_without_a_key_it_says_what_to_set(program, monkeypatch):
    monkeypatch.delenv("OPENROUTER_API_KEY")
    assert "OPENROUTER_API_KEY" in program.refused("credits", code=2)
    assert "OPENROUTER_API_KEY" in program.refused("credits", "--json", code=2)


def test_a_wrong_key_is_one_line_that_does_not_have_it(program, monkeypatch):
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-or-v1-wrong")
    said = program.refused("credits")
    assert "401" in said
    assert "wrong" not in said


def test_a_process_prints_json_and_nothing_else(program):
    done = program.process("credits", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["kind"] == "unlimited"
