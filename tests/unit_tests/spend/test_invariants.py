"""Whatever happens in whatever order, a ledger says what follows from its entries, and admits what budgets allow."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from langchain_openrouter import Budget, BudgetExceededError, SpendLedger
from langchain_openrouter.spend.nano import usd_from_nano
from langchain_openrouter.spend.verdict import NeedsHold
from langchain_openrouter.spend.windows import from_micros
from tests.unit_tests.spend.attempts import attempt, settled
from tests.unit_tests.spend.model_of_ledger import Model

USD = Decimal
SHM = Path("/dev/shm")  # in memory, where there is such a thing
SCOPES = ("total", "user:ann", "user:*", "tag:x", "model:m1", "model:*")
WINDOWS = ("hour", "day", "week", "month", "lifetime")
MOMENTS = [
    datetime.fromisoformat(text).replace(tzinfo=UTC)
    for text in (
        "2026-11-29T23:59:59.999999",  # the last of a week,
        "2026-11-30T00:00:00",  # the first of one, and the last day of a month
        "2026-11-30T22:59:59.999999",
        "2026-11-30T23:00:00",
        "2026-12-01T00:00:00",
        "2026-12-31T23:30:00",  # a week of two years
        "2027-01-01T00:30:00",
        "1969-12-31T23:59:59",
    )
]
"""Clocks step back and forth between these."""

names = st.sampled_from("ab")
limits = st.sampled_from(["1", "0.05", "0.03", "0.02", "0.01", "0.000000001", "0"]).map(USD)
amounts = st.sampled_from(["0.01", "0.004", "0.000000001", "0.03", "0"]).map(USD)
no_amounts = st.sampled_from([None, USD("NaN"), USD("Infinity"), USD("-0.01"), USD("1e30")])
generations = st.one_of(st.none(), st.integers(1, 9).map("gen-{}".format))
attempts = st.fixed_dictionaries(
    {
        "hold_usd": st.one_of(amounts, amounts.filter(bool), st.none()),
        "held_at": st.sampled_from(MOMENTS),
        "user": st.sampled_from([None, "ann", "bob"]),
        "tags": st.sampled_from([(), ("x",), ("x", "y")]),
        "requested_model": st.sampled_from(["m1", "m2"]),
    }
)
told = st.tuples(st.sampled_from(["reserve", "settle", "release", "lose"]), amounts, generations)


def submit(ledger, entry, what, cost, generation):
    match what:
        case "reserve":
            return ledger.reserve(entry)
        case "settle":
            return ledger.settle(settled(entry, cost, generation_id=generation))
        case "release":
            return ledger.release(entry.id, "never sent")
        case "lose":
            return ledger.mark_unknown(entry.id, "not seen")


def expect(model, owner, entry, what, cost, generation):
    match what:
        case "reserve":
            return model.reserve(entry, owner)
        case "settle":
            return model.settle(entry, cost, generation)
        case "release":
            return model.release(entry)
        case "lose":
            return model.lose(entry)


class Ledgers(RuleBasedStateMachine):
    """Two ledgers of one file, as two processes have them."""

    entries = Bundle("entries")
    blocks = Bundle("blocks")

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="spend-", dir=SHM if SHM.is_dir() else None))
        self.path = self.folder / "spend.db"
        self.ledgers = {name: SpendLedger(self.path) for name in "ab"}
        self.raw = sqlite3.connect(self.path, isolation_level=None)
        self.model = Model()
        self.open_blocks = []

    def teardown(self):
        try:
            for one in self.model.booked.values():
                self.check_entry(one)
        finally:
            self.raw.close()
            for ledger in self.ledgers.values():
                ledger.close()
            shutil.rmtree(self.folder)

    @initialize(
        target=entries,
        budgets=st.lists(st.tuples(st.sampled_from(SCOPES), limits, st.sampled_from(WINDOWS)), min_size=1, max_size=4),
        attempts=st.lists(attempts, min_size=3, max_size=3),
    )
    def begin(self, budgets, attempts):
        for budget in budgets:
            self.set_budget("a", *budget)
        return multiple(*(self.reserve("ab"[number % 2], values) for number, values in enumerate(attempts)))

    @rule(name=names, scope=st.sampled_from(SCOPES), limit=limits, window=st.sampled_from(WINDOWS))
    def set_budget(self, name, scope, limit, window):
        self.ledgers[name].set_budget(Budget(scope, limit, window))
        self.model.budgets[scope, window] = limit

    @rule(name=names, scope=st.sampled_from(SCOPES), window=st.sampled_from(WINDOWS))
    def remove_budget(self, name, scope, window):
        was_there = self.model.budgets.pop((scope, window), None) is not None
        assert self.ledgers[name].remove_budget(scope, window) is was_there

    @rule(target=blocks, limit=limits)
    def open_block(self, limit):
        block = self.ledgers["a"].budget(limit).__enter__()
        self.open_blocks.append(block)
        self.model.budgets[block.scope, "lifetime"] = limit
        return block

    @rule(block=consumes(blocks))
    def close_block(self, block):
        block.__exit__(None, None, None)
        self.open_blocks.remove(block)
        del self.model.budgets[block.scope, "lifetime"]
        assert (block.spent_usd, block.held_usd) == self.model.counted(block.scope)

    @rule(target=entries, name=names, values=attempts)
    def reserve(self, name, values):
        entry = attempt(**values, spans=tuple(block.id for block in self.open_blocks))
        self.check_verdict(self.ledgers[name].reserve(entry).result(), self.model.reserve(entry, name))
        return entry

    @rule(name=names, entry=entries)
    def reserve_again(self, name, entry):
        self.check_verdict(self.ledgers[name].reserve(entry).result(), self.model.reserve(entry, name))

    @rule(name=names, entry=entries, generation=generations.filter(bool))
    def bind(self, name, entry, generation):
        self.ledgers[name].bind(entry.id, generation).result()
        self.model.bind(entry, generation)

    @rule(name=names, entry=entries, cost=amounts, generation=generations)
    def settle(self, name, entry, cost, generation):
        end = settled(entry, cost, generation_id=generation)
        assert self.ledgers[name].settle(end).result() is self.model.settle(entry, cost, generation)
        self.check_entry(self.model.booked[entry.id])

    @rule(name=names, entry=entries, cost=no_amounts, generation=generations)
    def settle_with_what_is_no_cost(self, name, entry, cost, generation):
        end = settled(entry, generation_id=generation)._replace(charged_usd=cost)
        assert self.ledgers[name].settle(end).result() is self.model.settle(entry, None, generation) is False
        self.check_entry(self.model.booked[entry.id])

    @rule(name=names, entry=entries)
    def release(self, name, entry):
        assert self.ledgers[name].release(entry.id, "never sent").result() is self.model.release(entry)

    @rule(name=names, entry=entries)
    def lose(self, name, entry):
        assert self.ledgers[name].mark_unknown(entry.id, "not seen").result() is self.model.lose(entry)

    @rule(name=names, burst=st.lists(st.tuples(entries, told), min_size=2, max_size=8))
    def at_once(self, name, burst):
        """What comes in while the disk is busy shares a transaction; the answers are as if it had come one by one."""
        ledger = self.ledgers[name]
        with ledger._store.writer.busy:
            answers = [submit(ledger, entry, *what) for entry, what in burst]
        for answer, (entry, what) in zip(answers, burst, strict=True):
            self.check_verdict(answer.result(), expect(self.model, name, entry, *what))

    @rule()
    def reopen(self):
        self.ledgers["b"].close()
        self.ledgers["b"] = SpendLedger(self.path)
        self.model.close("b")

    @invariant()
    def counters_are_what_the_entries_say(self):
        for scope, window, start, spent, held in self.raw.execute(
            "SELECT scope, period, start, spent_nano, held_nano FROM spend_counter"
        ):
            at = None if window == "lifetime" else from_micros(start)
            assert (usd_from_nano(spent), usd_from_nano(held)) == self.model.counted(scope, window, at)
        assert self.ledgers["a"].verify().differences == ()

    @invariant()
    def totals_are_what_the_entries_say(self):
        assert self.ledgers["b"].total() == self.model.counted("total")[0]
        for one in self.ledgers["b"].budgets():
            if one.budget.window == "lifetime" and not one.scope.endswith("*"):
                assert (one.spent_usd, one.held_usd) == self.model.counted(one.scope)
        for block in self.open_blocks:
            assert (block.spent_usd, block.held_usd) == self.model.counted(block.scope)

    def check_verdict(self, verdict, expected):
        if isinstance(expected, list):
            assert isinstance(verdict, BudgetExceededError)
            stands = verdict.scope, verdict.window, verdict.limit_usd, verdict.spent_usd, verdict.held_usd
            assert stands in expected
        elif expected == "needs a hold":
            assert isinstance(verdict, NeedsHold)
        else:
            assert verdict is expected

    def check_entry(self, booked):
        found = self.ledgers["b"].entry(booked.entry.id)
        assert found.state == booked.state
        assert (found.charged_usd or 0) == booked.cost
        assert found.generation_id == booked.generation
        assert (found.held_at, found.attribution) == (booked.entry.held_at, booked.entry.attribution)


TestLedgers = Ledgers.TestCase
TestLedgers.settings = settings(
    max_examples=int(os.environ.get("LEDGER_EXAMPLES", "40")),
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
