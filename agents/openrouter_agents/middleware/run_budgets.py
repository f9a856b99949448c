"""What each run of an agent may spend: a block of the ledger for each, for as long as the run lasts."""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextvars import copy_context
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from openrouter_agents.tool_ledger import RUN_BLOCK

if TYPE_CHECKING:
    from langchain_openrouter import SpendLedger
    from langchain_openrouter.spend.spans import SpanBudget

MOST_RUNS: Final = 10_000
"""Runs that are remembered. Those that failed, or wait for a human, are never heard of again, or late."""


class RunBudgets:
    """The open blocks by run. A run that is resumed in this process goes on in its own, elsewhere in a new one.

    Args:
        ledger: Whose blocks they are.
        limit_usd: USD that each run may spend.
    """

    def __init__(self, ledger: SpendLedger, limit_usd: Decimal) -> None:
        self.limit_usd = limit_usd
        self._ledger = ledger
        self._guard = threading.Lock()
        self._blocks: OrderedDict[str, SpanBudget] = OrderedDict()

    def find(self, run: str) -> SpanBudget | None:
        """The block of a run, where it has one."""
        with self._guard:
            return self._blocks.get(run)

    def open(self, run: str) -> SpanBudget:
        """The block of a run, opened where it has none. It writes to the ledger."""
        with self._guard:
            block = self._blocks.get(run)
            if block is None:
                block = self._put(run, self.limit_usd)
            self._blocks.move_to_end(run)
            surplus = [self._blocks.popitem(last=False)[1] for _ in range(len(self._blocks) - MOST_RUNS)]
        for old in surplus:
            _end(old)
        return block

    def extend(self, run: str, more_usd: Decimal) -> None:
        """Let a run spend more from here on."""
        self.close(run)
        with self._guard:
            self._put(run, more_usd)

    def close(self, run: str) -> None:
        """End the block of a run, if it has one."""
        with self._guard:
            block = self._blocks.pop(run, None)
        if block is not None:
            _end(block)

    def _put(self, run: str, limit_usd: Decimal) -> SpanBudget:
        block = self._blocks[run] = self._ledger.budget(limit_usd, RUN_BLOCK)
        # in a context of its own: whoever asks the agent, and other runs, are not inside the block
        copy_context().run(block.__enter__)
        return block


def _end(block: SpanBudget) -> None:
    copy_context().run(block.__exit__, None, None, None)
