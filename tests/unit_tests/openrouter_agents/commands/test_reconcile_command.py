"""`openrouter-agent reconcile`: the emulator's records settle what models left open."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from langchain_openrouter import Attribution, Entry, EntryState, SpendLedger
from langchain_openrouter._http import lookup
from langchain_openrouter.emulator import Failure, GenerationRules


def test_an_aborted_stream_gets_its_true_cost(program, book, emulator):
    book("ann", aborted=1)
    document = program.json("reconcile")
    billed = emulator.book.entries[-1].cost
    assert (document["settled"], Decimal(document["settled_usd"])) == (1, billed)
    assert (document["still_unknown"], document["error"], document["drift"]) == (0, None, None)
    assert Decimal(program.json("spend")["total_usd"]) == emulator.book.total
    assert "0 settled ($0), 0 still unknown" in program("reconcile").stdout


def test_drift_after_reconciling_there_is_none(program, book, emulator):
    book("ann", aborted=1)
    document = program.json("reconcile", "--drift")
    drift = document["drift"]
    assert drift["is_even"] is True
    today = drift["windows"][0]
    assert Decimal(today["openrouter_usd"]) == Decimal(today["ledger_usd"]) == emulator.book.total
    assert (today["attempts"], today["difference_usd"], today["reasons"]) == (2, "0", [])
    assert "difference $0" in program("reconcile", "--drift").stdout


def test_drift_of_what_the_ledger_has_not_seen(program, book, emulator, model):
    book("ann")
    model().invoke("hi")
    drift = program.json("reconcile", "--drift")["drift"]
    assert Decimal(drift["windows"][0]["difference_usd"]) == emulator.book.entries[-1].cost
    assert "the key is used elsewhere" in program("reconcile", "--drift").stdout


@pytest.mark.parametrize("all_keys", [False, True])
def test_attempts_of_other_keys_are_given_up_if_one_says_so(program, tmp_path, all_keys):
    long_ago = datetime.now(UTC) - timedelta(hours=30)
    with SpendLedger(tmp_path / "spend.db") as ledger:
        entry = Entry(
            id="e1",
            call_id="c1",
            attempt=1,
            state=EntryState.UNKNOWN,
            kind="chat",
            requested_model="a/b",
            held_at=long_ago,
            hold_usd=Decimal("0.25"),
            attribution=Attribution(key_hash="0123456789abcdef"),
        )
        ledger.settle(entry).result()
    document = program.json("reconcile", *(["--all-keys"] if all_keys else []))
    assert (document["unverified"], document["still_unknown"]) == ((1, 0) if all_keys else (0, 1))
    assert document["unverified_usd"] == ("0.25" if all_keys else "0")


def test_a_failure_is_told_beside_what_was_found_out(program, book, emulator):
    book(aborted=1)
    emulator.faults.add("/generation", Failure(500, "down"), Failure(500, "down"))
    done = program("reconcile", "--drift", "--json")
    assert done.exit_code == 1
    document = json.loads(done.stdout)
    assert (document["settled"], document["still_unknown"], document["drift"]) == (0, 1, None)
    assert "down" in document["error"]
    assert done.stderr == f"{document['error']}\n"
    assert "Stopped asking" in program("reconcile").stdout
    assert program.json("reconcile")["settled"] == 1


def test_it_waits_for_the_record_as_long_as_one_says(program, book, emulator, monkeypatch):
    """The record comes with the second look of each run, which is not after a second here."""
    book(aborted=1)
    emulator.generations.rules = GenerationRules(unseen_looks=2)
    assert program.json("reconcile")["still_unknown"] == 1
    monkeypatch.setattr(lookup, "FIRST_DELAY", 0.001)
    assert program.json("reconcile", "--wait", "60")["settled"] == 1


def test_a_wait_below_zero_is_none(program, book):
    book("ann")
    assert program("reconcile", "--wait", "-1").exit_code == 2


def test_without_a_key_it_says_what_to_set(program, book, monkeypatch):
    book("ann")
    monkeypatch.delenv("OPENROUTER_API_KEY")
    assert "OPENROUTER_API_KEY" in program.refused("reconcile", code=2)


def test_a_process_prints_json_and_nothing_else(program, book, emulator):
    book("ann", aborted=1)
    done = program.process("reconcile", "--drift", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert Decimal(document["settled_usd"]) == emulator.book.entries[-1].cost
    assert document["drift"]["is_even"] is True
