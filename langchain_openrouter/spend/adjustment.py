"""Corrections: entries that are no attempts."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from langchain_openrouter.errors import ConfigurationError
from langchain_openrouter.spend.budget import check_scope
from langchain_openrouter.spend.entry import Attribution, CostSource, Entry, EntryState
from langchain_openrouter.spend.nano import nano_from_usd, parse_usd_amount, usd_from_nano
from langchain_openrouter.spend.record import MOST_NANO
from langchain_openrouter.spend.ulid import new_ulid

KIND = "adjustment"


def adjustment(scope: str, amount_usd: Decimal | float | str, reason: str) -> Entry:
    """Make a correction that is booked to a scope, now.

    Raises:
        ConfigurationError: The scope or the amount is none, or there is no reason.
    """
    kind, _, name = check_scope(scope).partition(":")
    amount = parse_usd_amount(amount_usd)
    if amount is None:
        raise ConfigurationError(f"amount_usd is a number of USD, not {amount_usd!r}.")
    if abs(nano_from_usd(amount)) > MOST_NANO:
        raise ConfigurationError(f"A correction is of at most {usd_from_nano(MOST_NANO):,.0f} USD, not {amount}.")
    if not reason.strip():
        raise ConfigurationError("A correction needs a reason.")
    now, entry_id = datetime.now(UTC), new_ulid()
    return Entry(
        id=entry_id,
        call_id=entry_id,
        attempt=0,
        state=EntryState.SETTLED,
        kind=KIND,
        requested_model=name if kind == "model" else None,
        held_at=now,
        attribution=Attribution(
            user=name if kind == "user" else None,
            thread_id=name if kind == "thread" else None,
            node=name if kind == "node" else None,
            tags=(name,) if kind == "tag" else (),
            key_hash=name if kind == "key" else None,
        ),
        charged_usd=amount,
        source=CostSource.ADJUSTMENT,
        reason=reason,
        settled_at=now,
    )
