"""What is done to entries and counters: the rules, with no database in sight.

All that a transaction changes is loaded before and written after, so that these rules are the same for every store.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from langchain_openrouter.errors import BudgetExceededError
from langchain_openrouter.spend.entry import CostSource, EntryState
from langchain_openrouter.spend.journal import Counter
from langchain_openrouter.spend.nano import LARGEST, usd_from_nano
from langchain_openrouter.spend.record import Record, copy_of
from langchain_openrouter.spend.verdict import NeedsHold, Verdict

_HELD, _SETTLED, _RELEASED, _UNKNOWN = (state.value for state in EntryState)
NO_COST = "its cost is not an amount of money"

_FACTS = "upstream_nano model provider is_byok input_tokens output_tokens usage server_tools".split()


class Limited(NamedTuple):
    """A counter, and the nano-USD that its budget allows."""

    counter: Counter
    limit: int


@dataclass(slots=True)
class Booking:
    """The changes of one transaction.

    Everything is checked before anything is changed, so that what is refused leaves no trace.
    """

    now: int
    """When what has no time of its own ended; microseconds since 1970."""
    entries: dict[str, Record]
    """By id; all that are asked for and are there."""
    holders: dict[str, str]
    """Ids of entries by generation id, of all generation ids that are asked for."""
    limited: dict[str, list[Limited]]
    """By id of the entry; nothing where no budget applies."""
    inserted: dict[str, Record] = field(default_factory=dict)
    changed: dict[str, Record] = field(default_factory=dict)
    touched: dict[str, Counter] = field(default_factory=dict)

    def reserve(self, record: Record, *, unbounded: bool = False) -> Verdict:
        """Admit an attempt under all budgets, or refuse it. The same attempt again is the same attempt.

        Args:
            record: The attempt, held.
            unbounded: Whether one that may cost any amount is admitted, as long as something is left.
        """
        if record.id in self.entries:
            return None
        for counter, limit in self._counters(record):
            if record.hold_nano is None and not unbounded:
                return NeedsHold()
            left = limit - counter.spent - counter.held
            if record.held_nano > left or (record.hold_nano is None and left <= 0):
                return _refusal(counter, limit, record.held_nano)
        self._hold(_as_announced(record))
        return None

    def bind(self, entry_id: str, generation_id: str) -> None:
        """Note a generation id. An entry that claims another one's is its duplicate, and cost nothing."""
        record = self.entries.get(entry_id)
        if record is None or not record.is_open:
            return
        if self._claim(record, generation_id):
            self._change(record)

    def settle(self, told: Record) -> bool:
        """Book what an attempt cost, in full, whatever was held; `True` if this has booked it.

        One that was never reserved is booked too: a charge must not go missing.
        """
        record = self.entries.get(told.id) or self._hold(_as_announced(told))
        if not record.is_open:
            return False
        if told.generation_id is not None and not self._claim(record, told.generation_id):
            return False
        _copy_outcome(told, record)
        charged = told.charged_nano
        if charged is None or self._overflows(record, charged):
            self._lose(record, NO_COST)
            return False
        record.source = told.source
        # why it was unknown does not matter any more
        record.reason = told.reason if told.source == CostSource.ADJUSTMENT else None
        self._end(record, _SETTLED, charged, told.settled_at)
        return True

    def release(self, entry_id: str, reason: str) -> bool:
        """Book that an attempt cost nothing; `True` if it was open."""
        record = self.entries.get(entry_id)
        if record is None or not record.is_open:
            return False
        self._release(record, reason)
        return True

    def lose(self, entry_id: str, reason: str) -> bool:
        """Book that nobody saw the end of an attempt, which goes on holding; `True` if it was held."""
        record = self.entries.get(entry_id)
        if record is None or record.state != _HELD:
            return False
        self._lose(record, reason)
        return True

    def _counters(self, record: Record) -> Sequence[Limited]:
        return self.limited.get(record.id, ())

    def _hold(self, record: Record) -> Record:
        for counter, _ in self._counters(record):
            counter.held += record.held_nano
            self.touched[counter.key] = counter
        self.entries[record.id] = self.inserted[record.id] = record
        return record

    def _claim(self, record: Record, generation_id: str) -> bool:
        """Whether the generation is this entry's. If it is another's, the entry is released."""
        holder = self.holders.setdefault(generation_id, record.id)
        if holder != record.id:
            self._release(record, f"duplicate of {holder}")
            return False
        if record.generation_id not in (None, generation_id):
            self.holders.pop(record.generation_id, None)
        record.generation_id = generation_id
        return True

    def _release(self, record: Record, reason: str) -> None:
        record.source, record.reason = CostSource.REFUSAL.value, reason
        self._end(record, _RELEASED, 0, None)

    def _lose(self, record: Record, reason: str) -> None:
        record.state, record.source, record.reason = _UNKNOWN, None, reason
        record.settled_at = self.now
        self._change(record)

    def _end(self, record: Record, state: str, charged: int, settled_at: int | None) -> None:
        for counter, _ in self._counters(record):
            counter.held -= record.held_nano
            counter.spent += charged
            self.touched[counter.key] = counter
        record.state, record.charged_nano = state, charged
        record.settled_at = self.now if settled_at is None else settled_at
        self._change(record)

    def _overflows(self, record: Record, charged: int) -> bool:
        return any(abs(counter.spent + charged) > LARGEST for counter, _ in self._counters(record))

    def _change(self, record: Record) -> None:
        if record.id not in self.inserted:
            self.changed[record.id] = record


def _as_announced(told: Record) -> Record:
    """An entry as it was before its end."""
    record = copy_of(told)
    record.state, record.charged_nano, record.source, record.generation_id = _HELD, None, None, None
    return record


def _copy_outcome(told: Record, record: Record) -> None:
    """Take over what an answer says of itself. What is known is not forgotten because the end does not repeat it."""
    for name in _FACTS:
        value = getattr(told, name)
        if value is not None:
            setattr(record, name, value)


def _refusal(counter: Counter, limit: int, hold: int) -> BudgetExceededError:
    return BudgetExceededError(
        scope=counter.scope,
        window=counter.window.value,
        limit_usd=usd_from_nano(limit),
        spent_usd=usd_from_nano(counter.spent),
        held_usd=usd_from_nano(counter.held),
        needed_usd=usd_from_nano(hold),
    )
