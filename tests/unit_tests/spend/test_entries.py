"""Choosing entries, and writing them to files."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from langchain_openrouter import ConfigurationError, LedgerError
from langchain_openrouter.spend.selection import PAGE
from tests.unit_tests.spend.attempts import attempt, settled, spend

NOW = datetime.now(UTC)


@pytest.fixture
def entries(ledger):
    """Six entries, the oldest first."""
    made = []
    for hours, values in (
        (6, {"user": "ann", "tags": ("a",)}),
        (5, {"user": "bob", "tags": ("a", "b"), "thread_id": "t1"}),
        (4, {"user": "ann", "node": "agent", "tags": ("b",)}),
        (3, {"key_hash": "k1", "kind": "embeddings", "requested_model": "m2"}),
    ):
        made.append(spend(ledger, "0.01", held_at=NOW - timedelta(hours=hours), **values))
    held, lost = (attempt(user="ann", held_at=NOW - timedelta(hours=hours)) for hours in (2, 1))
    for entry in (held, lost):
        ledger.reserve(entry).result()
    ledger.mark_unknown(lost.id, "cut").result()
    return [*made, held, lost]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [0, 1, 2, 3, 4, 5]),
        ({"newest_first": True}, [5, 4, 3, 2, 1, 0]),
        ({"limit": 2}, [0, 1]),
        ({"limit": 2, "newest_first": True}, [5, 4]),
        ({"limit": 0}, []),
        ({"state": "settled"}, [0, 1, 2, 3]),
        ({"state": "held"}, [4]),
        ({"state": "unknown"}, [5]),
        ({"state": "released"}, []),
        ({"user": "ann"}, [0, 2, 4, 5]),
        ({"user": "ann", "newest_first": True, "limit": 3}, [5, 4, 2]),
        ({"thread": "t1"}, [1]),
        ({"node": "agent"}, [2]),
        ({"tag": "a"}, [0, 1]),
        ({"tag": "b", "newest_first": True}, [2, 1]),
        ({"tag": "b", "user": "ann"}, [2]),
        ({"tag": "a", "span": "nothing"}, []),
        ({"key": "k1"}, [3]),
        ({"kind": "embeddings"}, [3]),
        ({"model": "m2"}, [3]),
        ({"provider": "OpenAI", "model": "openai/gpt-5-mini"}, [0, 1, 2]),
        ({"since": "270m"}, [2, 3, 4, 5]),
        ({"since": "270m", "until": "90m"}, [2, 3, 4]),
        ({"until": NOW - timedelta(hours=6)}, []),
        ({"user": None}, [0, 1, 2, 3, 4, 5]),
    ],
)
def test_entries_are_chosen(ledger, entries, filters, expected):
    assert [one.id for one in ledger.entries(**filters)] == [entries[number].id for number in expected]


@pytest.mark.parametrize(
    "filters", [{"state": "lost"}, {"colour": "red"}, {"user": 7}, {"since": "soon"}, {"limit": -1}]
)
def test_a_choice_that_is_none(ledger, filters):
    with pytest.raises(ConfigurationError):
        ledger.entries(**filters)


@pytest.mark.parametrize("newest_first", [False, True])
def test_pages_leave_nothing_out_and_repeat_nothing(ledger, newest_first):
    """Entries of one moment, which more than a page has."""
    made = [attempt(held_at=NOW, tags=("x",)) for _ in range(PAGE * 2)]
    for future in [ledger.reserve(entry) for entry in made]:
        future.result()
    ids = sorted((one.id for one in made), reverse=newest_first)
    for filters in ({}, {"tag": "x"}, {"state": "held"}):
        assert [one.id for one in ledger.entries(newest_first=newest_first, **filters)] == ids
    assert len(list(ledger.entries(limit=PAGE + 1))) == PAGE + 1


def test_unknown_entries_can_be_settled_while_they_are_gone_through(ledger):
    made = [attempt() for _ in range(PAGE + 10)]
    for entry in made:
        ledger.reserve(entry)
        ledger.mark_unknown(entry.id, "cut")
    ledger.release("nothing", "").result()
    for entry in ledger.unknown():
        assert ledger.settle(settled(entry)).result() is True
    assert list(ledger.unknown()) == []
    assert ledger.total() == Decimal("0.004") * len(made)


def test_csv(ledger, entries, tmp_path):
    assert ledger.export(tmp_path / "spend.csv") == 6
    with (tmp_path / "spend.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == [one.id for one in entries]
    assert rows[1]["tags"] == '["a", "b"]'
    assert rows[1]["charged_usd"] == "0.01"
    assert rows[5]["charged_usd"] == ""
    assert datetime.fromisoformat(rows[0]["held_at"]) == entries[0].held_at
    assert ledger.export(str(tmp_path / "spend.csv"), user="bob") == 1


def test_json_lines(ledger, entries, tmp_path):
    spend(ledger, "0.000000001", user="Ünal\n", held_at=NOW)
    assert ledger.export(tmp_path / "spend.jsonl") == 7
    rows = [json.loads(line) for line in (tmp_path / "spend.jsonl").read_text("utf-8").splitlines()]
    assert rows[1]["tags"] == ["a", "b"]
    assert (rows[6]["charged_usd"], rows[6]["user"]) == ("0.000000001", "Ünal\n")


def test_parquet(ledger, entries, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    assert ledger.export(tmp_path / "spend.parquet") == 6
    rows = parquet.read_table(tmp_path / "spend.parquet").to_pylist()
    assert [row["id"] for row in rows] == [one.id for one in entries]
    assert rows[0]["charged_usd"] == Decimal("0.01")
    assert rows[0]["held_at"] == entries[0].held_at
    assert rows[1]["tags"] == ["a", "b"]


def test_parquet_without_pyarrow(ledger, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(ConfigurationError, match="pip install pyarrow"):
        ledger.export(tmp_path / "spend.parquet")
    assert list(tmp_path.glob("*parquet*")) == []


def test_files_that_cannot_be_written(ledger, tmp_path):
    with pytest.raises(ConfigurationError, match=r"\.csv, \.jsonl, \.parquet, not '.xlsx'"):
        ledger.export(tmp_path / "spend.xlsx")
    with pytest.raises(LedgerError, match="cannot be written"):
        ledger.export(tmp_path / "nowhere" / "spend.csv")
