"""What a killed process left under way is found out by whoever goes on with its ledger."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading

from langchain_openrouter import Account, EntryState, SpendLedger
from langchain_openrouter.emulator import Answer
from langchain_openrouter.spend.entry import CostSource
from tests.waiting import wait_until

KILLED = """
    import os, signal, sys
    from langchain_openrouter import ChatOpenRouter, SpendLedger
    key, url, file = sys.argv[1:]
    chat = ChatOpenRouter(model="openai/gpt-4o-mini", api_key=key, base_url=url, ledger=SpendLedger(file))
    stream = chat.stream("hello")
    next(stream)
    chat.ledger.total()  # so that the name of the generation is on the disk
    os.kill(os.getpid(), signal.SIGKILL)
"""


def kill_one(emulator, path):
    command = [sys.executable, "-c", textwrap.dedent(KILLED), emulator.api_key, emulator.base_url, str(path)]
    assert subprocess.run(command, check=False, timeout=60).returncode < 0
    return emulator.book.wait_for(1)[0].cost


def test_a_ledger_that_is_opened_after_a_crash_finds_the_cost(emulator, play, tmp_path):
    play(Answer("It is a long story. " * 200))
    cost = kill_one(emulator, tmp_path / "spend.db")
    with SpendLedger(tmp_path / "spend.db") as ledger:
        ledger.reconcile(Account(emulator.api_key, emulator.base_url))
        (entry,) = ledger.entries()
        assert (entry.charged_usd, entry.source) == (cost, CostSource.GENERATION)


def test_a_ledger_that_was_open_all_the_time_does_too(emulator, play, tmp_path):
    play(Answer("It is a long story. " * 200))
    with SpendLedger(tmp_path / "spend.db") as ledger:
        cost = kill_one(emulator, tmp_path / "spend.db")
        ledger.reconcile(Account(emulator.api_key, emulator.base_url))
        assert ledger.total() == cost


def test_closing_a_ledger_ends_its_threads(model, tmp_path):
    with SpendLedger(tmp_path / "spend.db") as ledger:
        model(ledger=ledger).invoke("hello")
        assert any(thread.name == "openrouter-reconciler" for thread in threading.enumerate())
    wait_until(lambda: not any(thread.name.startswith("openrouter-rec") for thread in threading.enumerate()))


def test_a_model_finds_it_by_itself(emulator, play, model, tmp_path):
    play(Answer("It is a long story. " * 200), Answer("Hi!"))
    kill_one(emulator, tmp_path / "spend.db")
    with SpendLedger(tmp_path / "spend.db") as ledger:
        client = model(ledger=ledger)
        client.invoke("hello")
        wait_until(lambda: not list(ledger.unknown()))
        assert {entry.state for entry in ledger.entries()} == {EntryState.SETTLED}
        assert ledger.total() == emulator.book.total
