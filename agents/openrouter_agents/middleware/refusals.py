"""What there is no money for, in words for people."""

from __future__ import annotations

from typing import Final, TypeAlias

from langchain_openrouter import BudgetExceededError, InsufficientCreditsError
from openrouter_agents.costs import format_usd

Refusal: TypeAlias = BudgetExceededError | InsufficientCreditsError
"""Of the ledger, before anything was sent; or of OpenRouter."""

REFUSALS: Final = (BudgetExceededError, InsufficientCreditsError)

BLOCK: Final = "span:"
"""How the scope of a block of the ledger begins, which is set by code and not by a budget."""


def describe_refusal(refusal: Refusal) -> str:
    """Say whose budget it is, what is spent of it, and what the step may cost."""
    if not isinstance(refusal, BudgetExceededError):
        return "OpenRouter says that the account, or its key, has too little left."
    fitting = refusal.affordable_max_tokens
    short = "" if fitting is None else f", with an answer of up to {fitting} tokens less"
    whose = "of this run" if refusal.scope.startswith(BLOCK) else repr(refusal.scope)
    return (
        f"The budget {whose} is {format_usd(refusal.limit_usd)}, of which {format_usd(refusal.spent_usd)} are spent; "
        f"the step may cost up to {format_usd(refusal.needed_usd)}{short}."
    )
