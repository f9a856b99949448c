"""Attempts as clients tell of them: held first, then each change under the same id."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from langchain_openrouter import Attribution, CostSource, Entry, EntryState, Usage

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def held(number, *, run_id=None, attempt=1, by=None, **fields):
    """An attempt that is about to be sent."""
    return Entry(
        id=f"01K{number:023d}",
        call_id=f"call-{number}",
        attempt=attempt,
        state=EntryState.HELD,
        kind="chat",
        requested_model="openai/gpt-5-mini",
        held_at=NOON,
        attribution=by or Attribution(run_id=run_id),
        **fields,
    )


def bound(entry, generation_id):
    """The attempt, after the header of its answer."""
    return entry._replace(generation_id=generation_id)


def settled(entry, usd="0.001", *, tokens=(10, 5), upstream=None, is_byok=False, **fields):
    """The attempt, after its answer said what it cost."""
    usage = Usage(*tokens, sum(tokens), cost=Decimal(usd))
    known = {"model": "openai/gpt-5-mini", "provider": "OpenAI", "settled_at": NOON, **fields}
    return entry._replace(
        state=EntryState.SETTLED,
        charged_usd=Decimal(usd),
        upstream_usd=upstream,
        is_byok=is_byok,
        source=CostSource.RESPONSE,
        usage=usage,
        **known,
    )


def released(entry):
    """The attempt, refused without a charge."""
    return entry._replace(
        state=EntryState.RELEASED,
        charged_usd=Decimal(0),
        source=CostSource.REFUSAL,
        reason="refused with status 429",
        settled_at=NOON,
    )


def lost(entry):
    """The attempt, whose end nobody saw."""
    return entry._replace(state=EntryState.UNKNOWN, reason="GeneratorExit", settled_at=NOON)
