"""`openrouter-agent budgets`, and what models do that are held to them."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal

import pytest

from langchain_openrouter import BudgetExceededError, SpendLedger


def test_set_list_and_remove(program):
    assert program.json("budgets", "set", "total", "5", "--window", "day")["budgets"][0]["limit_usd"] == "5"
    program.json("budgets", "set", "user:*", "0.50")
    (each, total) = sorted(program.json("budgets", "list")["budgets"], key=lambda budget: budget["limit_usd"])
    assert (each["scope"], each["window"], each["resets_at"]) == ("user:*", "lifetime", None)
    assert (total["scope"], total["remaining_usd"]) == ("total", "5")
    assert datetime.fromisoformat(total["resets_at"]).utcoffset().total_seconds() == 0
    assert program("budgets", "remove", "total", "--window", "day").stdout == "Removed the budget total (day).\n"
    assert [budget["scope"] for budget in program.json("budgets", "list")["budgets"]] == ["user:*"]
    assert program.json("budgets", "remove", "user:*")["removed"] == {"scope": "user:*", "window": "lifetime"}
    assert "There are no budgets" in program("budgets", "list").stdout


def test_setting_anew_replaces(program):
    program("budgets", "set", "total", "5")
    program("budgets", "set", "total", "0.000000001")
    (budget,) = program.json("budgets", "list")["budgets"]
    assert budget["limit_usd"] == "0.000000001"


def test_what_is_spent_is_shown_and_models_are_held_to_it(program, book):
    program("budgets", "set", "user:*", "100")
    (billed,) = book("ann")
    (budget,) = program.json("budgets", "list")["budgets"]
    assert (budget["scope"], budget["budget"]) == ("user:ann", "user:*")
    assert Decimal(budget["spent_usd"]) == billed
    assert Decimal(budget["remaining_usd"]) == 100 - billed
    program("budgets", "set", "user:ann", "0.000001")
    with pytest.raises(BudgetExceededError):
        book("ann")
    done = program("budgets", "list")
    assert "user:ann" in done.stdout
    assert "$0.000001" in done.stdout


def test_the_table_has_what_is_held_and_folds_no_number(program, book, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    program("budgets", "set", "total", "100", "--window", "month")
    book("ann", aborted=1)
    (budget,) = program.json("budgets", "list")["budgets"]
    assert Decimal(budget["held_usd"]) > 0
    table = program("budgets", "list").stdout
    for amount in ("spent_usd", "held_usd", "remaining_usd"):
        assert f"${budget[amount]} " in table
    assert f"{budget['resets_at'][:10]} 00:00" in table


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("set", "everybody", "5"), "A scope is total"),
        (("set", "total", "five"), "limit_usd is a number of USD"),
        (("set", "total", "5", "--window", "year"), "A window is hour"),
        (("remove", "total", "--window", "year"), "A window is hour"),
    ],
)
def test_wrong_arguments_are_one_line(program, book, arguments, said):
    book("ann")
    assert said in program.refused("budgets", *arguments)


def test_removing_what_is_not_there_says_what_is(program):
    program("budgets", "set", "total", "5", "--window", "day")
    assert "Budgets: total (day)." in program.refused("budgets", "remove", "total")


def test_set_makes_the_ledger_and_list_does_not(program, tmp_path):
    assert "There is no ledger" in program.refused("budgets", "list")
    assert "There is no ledger" in program.refused("budgets", "remove", "total")
    program.json("budgets", "set", "total", "5", "--ledger", "new.db")
    with SpendLedger(tmp_path / "new.db") as ledger:
        assert [status.budget.limit_usd for status in ledger.budgets()] == [5]


def test_a_refused_budget_makes_no_ledger(program, tmp_path):
    program.refused("budgets", "set", "everybody", "5")
    assert not (tmp_path / "spend.db").exists()


def test_markup_in_a_name_is_text(program):
    assert "user:[red]eve" in program("budgets", "set", "user:[red]eve", "5").stdout


def test_a_process_prints_json_and_nothing_else(program):
    for arguments in (("set", "total", "5"), ("list",), ("remove", "total")):
        done = program.process("budgets", *arguments, "--json")
        assert (done.returncode, done.stderr) == (0, "")
        assert "ledger" in json.loads(done.stdout)
