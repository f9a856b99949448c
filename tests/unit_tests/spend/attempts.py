"""Attempts to book."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from langchain_openrouter.spend.entry import Attribution, CostSource, Entry, EntryState
from langchain_openrouter.spend.ulid import new_ulid
from langchain_openrouter.usage import Usage

_ATTRIBUTION = set(Attribution._fields)


def attempt(**values):
    """An attempt that is about to be sent; `user="alice"` and its like are its attribution."""
    by = Attribution(**{name: values.pop(name) for name in list(values) if name in _ATTRIBUTION})
    held = {
        "id": new_ulid(),
        "call_id": new_ulid(),
        "attempt": 1,
        "state": EntryState.HELD,
        "kind": "chat",
        "requested_model": "openai/gpt-5-mini",
        "held_at": datetime.now(UTC),
        "attribution": by,
        "hold_usd": Decimal("0.01"),
    }
    return Entry(**{**held, **values})


def settled(entry, cost="0.004", **values):
    """The attempt as its answer says it came to be."""
    end = {
        "state": EntryState.SETTLED,
        "charged_usd": None if cost is None else Decimal(cost),
        "source": CostSource.RESPONSE,
        "generation_id": f"gen-{entry.id}",
        "model": entry.requested_model,
        "provider": "OpenAI",
        "usage": Usage(input_tokens=100, output_tokens=20, total_tokens=120),
    }
    return entry._replace(**{**end, **values})


def spend(ledger, cost="0.004", **values):
    """Book an attempt from its beginning to its end."""
    entry = attempt(hold_usd=values.pop("hold_usd", Decimal(0)), **values)
    assert ledger.reserve(entry).result() is None
    assert ledger.settle(settled(entry, cost)).result()
    return entry
