"""Attempts to book."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from langchain_openrouter.spend.entry import Attribution, CostSource, Entry, EntryState
from langchain_openrouter.spend.ulid import new_ulid
from langchain_openrouter.usage import Usage

HOLD, COST = Decimal("0.01"), Decimal("0.00123")


def held(
    at: datetime | None = None, model: str = "openai/gpt-5-mini", user: str = "alice", tags: tuple[str, ...] = ()
) -> Entry:
    """An attempt that is about to be sent, now if `at` does not say when."""
    return Entry(
        id=new_ulid(),
        call_id=new_ulid(),
        attempt=1,
        state=EntryState.HELD,
        kind="chat",
        requested_model=model,
        held_at=at or datetime.now(UTC),
        attribution=Attribution(run_id=new_ulid(), user=user, thread_id="thread", tags=tags, key_hash="0" * 16),
        base_url="https://openrouter.ai/api/v1",
        hold_usd=HOLD,
    )


def settled(entry: Entry) -> Entry:
    """The attempt as its answer says it came to be."""
    return entry._replace(
        state=EntryState.SETTLED,
        charged_usd=COST,
        source=CostSource.RESPONSE,
        generation_id=f"gen-{entry.id}",
        model=entry.requested_model,
        provider="OpenAI",
        usage=Usage(input_tokens=1_000, output_tokens=200, total_tokens=1_200, cost=COST),
        settled_at=datetime.now(UTC),
    )
