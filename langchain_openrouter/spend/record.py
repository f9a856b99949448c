"""Entries as rows: what a store keeps of an attempt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from operator import attrgetter
from typing import Any

import orjson

from langchain_openrouter.errors import ConfigurationError
from langchain_openrouter.spend.entry import Attribution, CostSource, Entry, EntryState, scopes_of
from langchain_openrouter.spend.names import stored_name, stored_text
from langchain_openrouter.spend.nano import NANO, nano_from_usd, usd_from_nano
from langchain_openrouter.spend.windows import from_micros, to_micros
from langchain_openrouter.usage import Usage

_MOST_TOKENS = 10**12
"""A count above this is no count, and would let sums run over."""
MOST_NANO = 10**6 * NANO
"""A charge above a million dollars is no charge, and a few of them would let sums run over 64 bits."""
_LONGEST_REASON = 1000
_OPEN = frozenset({EntryState.HELD.value, EntryState.UNKNOWN.value})


@dataclass(slots=True)
class Record:
    """A row of the journal, column by column. Amounts are nano-USD, times microseconds since 1970, lists JSON."""

    id: str
    call_id: str
    attempt: int
    state: str
    kind: str
    requested_model: str | None
    models: str | None
    base_url: str | None
    held_at: int
    hold_nano: int | None
    charged_nano: int | None
    upstream_nano: int | None
    source: str | None
    generation_id: str | None
    model: str | None
    provider: str | None
    is_byok: int | None
    input_tokens: int | None
    output_tokens: int | None
    usage: str | None
    server_tools: str | None
    run_id: str | None
    parent_run_id: str | None
    user_id: str | None
    thread_id: str | None
    node: str | None
    tags: str | None
    key_hash: str | None
    spans: str | None
    reason: str | None
    settled_at: int | None
    owner: str | None

    @property
    def is_open(self) -> bool:
        """Whether it may still cost something."""
        return self.state in _OPEN

    @property
    def held_nano(self) -> int:
        """Nano-USD that it holds of its budgets."""
        return (self.hold_nano or 0) if self.is_open else 0

    def scopes(self) -> tuple[str, ...]:
        """What it is booked to; see `Entry.scopes`."""
        return scopes_of(self.requested_model, _attribution(self))

    def labels(self) -> list[str]:
        """The scopes of which it has several: its tags and blocks."""
        if self.tags is None and self.spans is None:
            return []
        return [scope for scope in self.scopes() if scope.startswith(("tag:", "span:"))]


COLUMNS = tuple(one.name for one in fields(Record))
row_of = attrgetter(*COLUMNS)
"""The columns of a record, in the order of `COLUMNS`."""

booked_to = attrgetter("requested_model", "user_id", "thread_id", "node", "key_hash", "tags", "spans")
"""The columns that the scopes of a record are made of."""

OUTCOME = (
    "state charged_nano upstream_nano source generation_id model provider is_byok input_tokens output_tokens usage "
    "server_tools reason settled_at"
).split()
"""The columns that change."""
outcome_of = attrgetter(*OUTCOME, "id")


def copy_of(record: Record) -> Record:
    """A copy, to be changed while the record stays as it is."""
    return Record(*row_of(record))


def record_of(entry: Entry, owner: str | None) -> Record:
    """Make a row of an entry. A charge that is none (missing, negative, not finite) is left out.

    Raises:
        ConfigurationError: The hold is no amount.
    """
    by, usage = entry.attribution, entry.usage
    return Record(
        id=stored_text(entry.id),
        call_id=stored_text(entry.call_id),
        attempt=entry.attempt,
        state=entry.state.value,
        kind=stored_text(entry.kind),
        requested_model=_name(entry.requested_model),
        models=_json(entry.models),
        base_url=_text(entry.base_url),
        held_at=to_micros(entry.held_at),
        hold_nano=_hold(entry.hold_usd),
        charged_nano=charge_nano(entry),
        upstream_nano=_amount(entry.upstream_usd),
        source=None if entry.source is None else entry.source.value,
        generation_id=_name(entry.generation_id),
        model=_name(entry.model),
        provider=_name(entry.provider),
        is_byok=None if entry.is_byok is None else int(entry.is_byok),
        input_tokens=None if usage is None else _count(usage.input_tokens),
        output_tokens=None if usage is None else _count(usage.output_tokens),
        usage=None if usage is None else _usage_json(usage),
        server_tools=_json(entry.server_tools),
        run_id=_text(by.run_id),
        parent_run_id=_text(by.parent_run_id),
        user_id=_name(by.user),
        thread_id=_name(by.thread_id),
        node=_name(by.node),
        tags=_json([stored_name(tag) for tag in by.tags]),
        key_hash=_name(by.key_hash),
        spans=_json(by.spans),
        reason=None if entry.reason is None else stored_text(entry.reason)[:_LONGEST_REASON],
        settled_at=None if entry.settled_at is None else to_micros(entry.settled_at),
        owner=owner,
    )


def entry_of(record: Record) -> Entry:
    """Make an entry of a row."""
    return Entry(
        id=record.id,
        call_id=record.call_id,
        attempt=record.attempt,
        state=EntryState(record.state),
        kind=record.kind,
        requested_model=record.requested_model,
        held_at=from_micros(record.held_at),
        attribution=_attribution(record),
        models=_strings(record.models),
        base_url=record.base_url,
        hold_usd=_usd(record.hold_nano),
        charged_usd=_usd(record.charged_nano),
        upstream_usd=_usd(record.upstream_nano),
        source=None if record.source is None else CostSource(record.source),
        generation_id=record.generation_id,
        model=record.model,
        provider=record.provider,
        is_byok=None if record.is_byok is None else bool(record.is_byok),
        usage=None if record.usage is None else _parse_usage(record.usage),
        server_tools={} if record.server_tools is None else json.loads(record.server_tools),
        reason=record.reason,
        settled_at=None if record.settled_at is None else from_micros(record.settled_at),
    )


def charge_nano(entry: Entry) -> int | None:
    """Nano-USD that an entry says it cost; `None` where that is no amount. Only adjustments may be negative."""
    return _amount(entry.charged_usd, negative=entry.source is CostSource.ADJUSTMENT)


def _attribution(record: Record) -> Attribution:
    return Attribution(
        run_id=record.run_id,
        parent_run_id=record.parent_run_id,
        user=record.user_id,
        thread_id=record.thread_id,
        node=record.node,
        tags=_strings(record.tags),
        key_hash=record.key_hash,
        spans=_strings(record.spans),
    )


def _hold(amount: Decimal | None) -> int | None:
    if amount is None:
        return None
    nano = nano_from_usd(amount, up=True)
    if nano < 0:
        raise ConfigurationError(f"A hold is at least 0 USD, not {amount}.")
    return nano


def _amount(amount: Decimal | None, *, negative: bool = False) -> int | None:
    if amount is None or not amount.is_finite() or (amount < 0 and not negative):
        return None
    return nano_from_usd(amount) if abs(amount) * NANO <= MOST_NANO else None


def _usd(nano: int | None) -> Decimal | None:
    return None if nano is None else usd_from_nano(nano)


def _name(text: str | None) -> str | None:
    return stored_name(text) if text else None


def _text(text: str | None) -> str | None:
    return None if text is None else stored_text(text)


def _count(tokens: int) -> int | None:
    return tokens if 0 <= tokens <= _MOST_TOKENS else None


def _json(value: Mapping[str, Any] | tuple[str, ...] | list[str]) -> str | None:
    return _dumped(value) if value else None


def _dumped(value: object) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        # it takes no integers of more than 64 bits, and no lone surrogates
        return json.dumps(value)


def _strings(text: str | None) -> tuple[str, ...]:
    return () if text is None else tuple(json.loads(text))


def _usage_json(usage: Usage) -> str:
    return _dumped(
        {
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "total_tokens": usage.total_tokens,
            "input_details": usage.input_details,
            "output_details": usage.output_details,
            "cost": None if usage.cost is None else str(usage.cost),
            "upstream_cost": None if usage.upstream_cost is None else str(usage.upstream_cost),
            "is_byok": usage.is_byok,
        }
    )


def _parse_usage(text: str) -> Usage:
    kept = json.loads(text)
    for amount in ("cost", "upstream_cost"):
        kept[amount] = None if kept[amount] is None else Decimal(kept[amount])
    return Usage(**kept)
