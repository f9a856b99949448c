"""Processes that are killed at any moment: what they were told is booked is booked, and what they held goes on holding.

`LEDGER_KILLS=200 pytest tests/unit_tests/spend/test_kills.py` kills that many instead of a few.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import sqlite3
import time
from collections import Counter
from decimal import Decimal

import pytest

from langchain_openrouter import Budget, SpendLedger

USD = Decimal
KILLS = int(os.environ.get("LEDGER_KILLS", "5"))
COSTS = {"settled": USD("0.004"), "released": USD(0), "unknown": None}
NURSERY = """
    # forks, so that only the first process has to import all this; it has no ledger of its own
    import os, random
    from contextlib import suppress
    from concurrent.futures import ThreadPoolExecutor
    from langchain_openrouter import SpendLedger
    from tests.unit_tests.spend.attempts import attempt, settled
    with suppress(ImportError):
        import psycopg

    def say(what, entry):
        # in one call, which is whole whenever this process is killed
        os.write(1, f"{entry.id} {what}\\n".encode())

    def end(ledger, entry):
        match random.randrange(5):
            case 0:
                return
            case 1:
                ledger.release(entry.id, "never sent").result()
                say("released", entry)
            case 2:
                ledger.mark_unknown(entry.id, "not seen").result()
                say("unknown", entry)
            case _:
                ledger.settle(settled(entry, "0.004")).result()
                say("settled", entry)

    def work(ledger):
        while os.getppid() == nursery:
            entry = attempt(user="ann", tags=("night",))
            if ledger.reserve(entry).result() is None:
                say("held", entry)
                end(ledger, entry)

    nursery = os.getpid()
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            os.write(1, f"{os.getpid()} begun\\n".encode())
            ledger = SpendLedger(sys.argv[1])
            with ThreadPoolExecutor(8) as threads:
                list(threads.map(work, [ledger] * 8))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        os.write(1, f"{os.waitstatus_to_exitcode(status)} dead\\n".encode())
"""


def run_and_kill(nursery, patience):
    """Let a process work until it has told `patience` times, and kill it; what it was told to be booked."""
    nursery.stdin.write("\n")
    nursery.stdin.flush()
    lines = (line.split() for line in nursery.stdout)
    pid, what = next(lines)
    assert what == "begun"
    told = dict(itertools.islice(lines, patience))
    time.sleep(random.uniform(0, 0.02))
    os.kill(int(pid), signal.SIGKILL)
    for name, what in lines:
        if what == "dead":
            assert int(name) == -signal.SIGKILL
            break
        told[name] = what
    return told


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no forks")
def test_nothing_that_was_told_is_lost(url, program):
    with SpendLedger(url) as ledger:
        ledger.set_budget(Budget("total", 1000, "month"))
        ledger.set_budget(Budget("tag:*", 1000))
    states, nursery = Counter(), program(NURSERY, url)
    # those of whom nothing is awaited die while they open the ledger
    for patience in itertools.islice(itertools.cycle([100, 0, 1, 400, 10, 0]), KILLS):
        told = run_and_kill(nursery, patience)
        with SpendLedger(url) as ledger:
            booked = {entry_id: ledger.entry(entry_id) for entry_id in told}
            assert list(ledger.entries(state="held")) == []
            assert ledger.verify().differences == ()
        for entry_id, what in told.items():
            # nobody was told of an end that was booked just before the process died
            ends = {what} if what != "held" else set(COSTS)
            assert booked[entry_id].state in ends
            assert booked[entry_id].charged_usd == COSTS[booked[entry_id].state]
            states[what, booked[entry_id].state] += 1
    print(f"{KILLS} kills, {states.total()} entries: {dict(states)}")  # noqa: T201 - for whoever has asked for many
    with SpendLedger(url) as ledger:
        (month,) = [one for one in ledger.budgets() if one.scope == "total"]
        entries = list(ledger.entries())
        assert month.spent_usd == sum(one.charged_usd or 0 for one in entries)
        assert month.held_usd == sum(one.hold_usd for one in entries if one.state == "unknown")
        assert {one.reason for one in entries if one.state == "unknown"} <= {"not seen", "its process ended"}
    if url.startswith("sqlite"):
        raw = sqlite3.connect(url.removeprefix("sqlite:///"))
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        raw.close()
