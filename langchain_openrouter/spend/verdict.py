"""What a ledger says to an attempt that wants to be sent."""

from __future__ import annotations

from typing import TypeAlias

from langchain_openrouter.errors import BudgetExceededError


class NeedsHold:
    """A budget applies, and the entry does not say what it may cost at most. Nothing was booked."""


Verdict: TypeAlias = BudgetExceededError | NeedsHold | None
"""A refusal, the wish for a hold, or `None`: admitted."""
