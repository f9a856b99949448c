"""`openrouter-agent spend`, of a ledger that models booked in while they talked to the emulator."""

from __future__ import annotations

import csv
import json
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from langchain_openrouter import Attribution, CostSource, Entry, EntryState, SpendLedger


@pytest.fixture
def spread(program, tmp_path):
    """A ledger of attempts at given times: `spread((timedelta, model, usd), ...)`."""

    def make(*attempts):
        with SpendLedger(tmp_path / "spend.db") as ledger:
            for number, (ago, model, usd) in enumerate(attempts):
                at = datetime.now(UTC) - ago
                entry = Entry(
                    id=f"e{number}",
                    call_id=f"c{number}",
                    attempt=1,
                    state=EntryState.SETTLED,
                    kind="chat",
                    requested_model=model,
                    held_at=at,
                    settled_at=at,
                    charged_usd=Decimal(usd),
                    source=CostSource.RESPONSE,
                    attribution=Attribution(user="_$x$"),
                )
                ledger.settle(entry).result()

    return make


def test_by_model_and_user_to_the_last_digit(program, book):
    mini = book("ann", "bob", "ann")
    claude = book("ann", model="anthropic/claude-sonnet-4.5")
    document = program.json("spend", "--by", "model,user")
    assert Decimal(document["total_usd"]) == sum(mini + claude) > 0
    rows = {(row["model"], row["user"]): Decimal(row["cost_usd"]) for row in document["rows"]}
    assert rows == {
        ("openai/gpt-5-mini", "ann"): mini[0] + mini[2],
        ("openai/gpt-5-mini", "bob"): mini[1],
        ("anthropic/claude-sonnet-4.5", "ann"): claude[0],
    }
    done = program("spend", "--by", "model,user")
    assert done.exit_code == 0, done.output
    assert f"${sum(mini + claude).normalize():f} in 4 attempts" in done.stdout
    assert "spend.db" in done.stdout


def test_without_by_it_is_by_model(program, book):
    book("ann")
    assert program.json("spend")["by"] == ["model"]
    assert "openai/gpt-5-mini" in program("spend").stdout


def test_a_range_of_time(program, spread):
    spread((timedelta(days=10), "a/b", "1"), (timedelta(days=3), "a/b", "2"), (timedelta(hours=1), "a/b", "4"))
    assert program.json("spend", "--since", "7d")["total_usd"] == "6"
    document = program.json("spend", "--since", "7d", "--until", "1d")
    assert document["total_usd"] == "2"
    since, until = (datetime.fromisoformat(document[end]) for end in ("since", "until"))
    assert until - since == timedelta(days=6)
    assert f"$2 in 1 attempt, since {since:%Y-%m-%d}" in program("spend", "--since", "7d", "--until", "1d").stdout
    empty = program("spend", "--until", "20d")
    assert "Nothing was spent, until" in empty.stdout
    assert program.json("spend", "--until", "20d")["rows"] == []


def test_what_is_not_known_is_said(program, book):
    book("ann", aborted=1)
    assert "1 of unknown cost" in program("spend").stdout
    assert program.json("spend")["unknown"] == 1


def test_export(program, book, tmp_path):
    billed = book("ann", "bob")
    document = program.json("spend", "--export", "spend.csv")
    assert document["export"] == {"file": "spend.csv", "entries": 2}
    rows = list(csv.DictReader((tmp_path / "spend.csv").read_text().splitlines()))
    assert [Decimal(row["charged_usd"]) for row in rows] == billed
    assert "2 attempts written: spend.jsonl" in program("spend", "--export", "spend.jsonl").stdout
    assert ".parquet" in program.refused("spend", "--export", "spend.xlsx")


@pytest.mark.parametrize(
    ("oldest", "bars"),
    [(timedelta(hours=30), "hour"), (timedelta(days=20), "day"), (timedelta(days=300), "month")],
)
def test_a_plot_has_bars_that_fit_the_range(program, spread, oldest, bars):
    names = [f"maker/model-{number}" for number in range(9)]
    spread(*((oldest * number / 9, name, "0.5") for number, name in enumerate(names, 1)))
    done = program("spend", "--plot", "spend.svg")
    assert done.exit_code == 0, done.output
    assert "plot saved: spend.svg" in done.stdout
    # matplotlib writes what is written as comments beside the glyphs
    drawn = Path("spend.svg").read_text()
    assert f"Spent per {bars}, by model: $4.5" in drawn
    assert "maker/model-0  $0.5" in drawn
    assert "3 others  $1.5" in drawn
    assert drawn.count("maker/") == 6


def test_corrections_hang_below_the_axis(program, spread, tmp_path):
    spread((timedelta(hours=1), "a/b", "1"))
    with SpendLedger(tmp_path / "spend.db") as ledger:
        ledger.adjust("total", "-3", "a refund")
    assert program("spend", "--plot", "spend.svg").exit_code == 0
    drawn = Path("spend.svg").read_text()
    for said in ("by model: -$2", "a/b  $1", "none  -$3", "<!-- -$3 -->"):
        assert said in drawn


def test_a_plot_is_a_png(program, book):
    book("ann")
    document = program.json("spend", "--plot", "spend.png")
    assert document["plot"] == "spend.png"
    assert Path("spend.png").read_bytes().startswith(b"\x89PNG")


def test_names_are_drawn_as_they_are(program, spread):
    """A dollar sign starts no formula, an underscore hides no name."""
    spread((timedelta(hours=1), "a/b", "1"))
    assert program("spend", "--by", "user", "--plot", "spend.svg").exit_code == 0
    assert "_$x$  $1" in Path("spend.svg").read_text()


def test_a_plot_of_nothing_and_one_that_is_not_stacked(program, spread):
    spread((timedelta(hours=1), "a/b", "1"))
    assert program("spend", "--since", "1m", "--plot", "nothing.svg").exit_code == 0
    assert "Spent per hour, by model: $0" in Path("nothing.svg").read_text()
    assert program("spend", "--by", "day", "--plot", "all.svg").exit_code == 0
    assert "Spent per day" not in Path("all.svg").read_text()
    assert "Spent per hour: $1" in Path("all.svg").read_text()


def test_a_plot_that_cannot_be(program, spread, monkeypatch):
    spread((timedelta(hours=1), "a/b", "1"))
    assert "cannot be saved as spend.xyz" in program.refused("spend", "--plot", "spend.xyz")
    assert "No such file" in program.refused("spend", "--plot", "nowhere/spend.png")
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert "pip install" in program.refused("spend", "--plot", "spend.png")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--by", "colour"], "not by 'colour'"),
        (["--since", "soon"], "not 'soon'"),
        (["--ledger", "a://b"], "not 'a://b'"),
    ],
)
def test_wrong_options_are_one_line(program, book, options, said):
    book("ann")
    assert said in program.refused("spend", *options)


def test_a_ledger_that_is_not_there_is_not_made(program, tmp_path):
    assert "There is no ledger" in program.refused("spend", "--ledger", "mistyped.db")
    assert not (tmp_path / "mistyped.db").exists()


def test_the_ledger_is_the_options_then_the_environments_then_the_default(program, book, monkeypatch, tmp_path):
    book("ann")
    (tmp_path / "spend.db").rename(tmp_path / "moved.db")
    assert program.json("spend", "--ledger", "sqlite:///moved.db")["ledger"] == f"sqlite:///{tmp_path}/moved.db"
    monkeypatch.delenv("OPENROUTER_LEDGER")
    (tmp_path / ".env").write_text("OPENROUTER_LEDGER=moved.db")
    assert program.json("spend")["attempts"] == 1
    monkeypatch.delenv("OPENROUTER_LEDGER")
    (tmp_path / ".env").unlink()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert str(tmp_path) in program.refused("spend")


def test_a_process_prints_json_and_nothing_else(program, book):
    billed = book("ann", aborted=1)
    done = program.process("spend", "--json", "--plot", "spend.png", "--export", "spend.parquet")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert Decimal(document["total_usd"]) == sum(billed)
    assert document["export"]["entries"] == 2
