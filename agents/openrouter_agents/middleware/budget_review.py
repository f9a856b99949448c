"""Asks a human for more money, in the form in which LangChain asks for the approval of tool calls."""

from __future__ import annotations

import logging
from decimal import Decimal
from typing import Any, Final

from langgraph.types import interrupt

from langchain_openrouter import Budget, BudgetExceededError
from openrouter_agents.costs import format_usd
from openrouter_agents.middleware.refusals import Refusal, describe_refusal

_LOG = logging.getLogger(__name__)
_LOG.addHandler(logging.NullHandler())

ACTION: Final = "raise_budget"
"""What a human is asked to approve."""


def ask_for_more(refusal: Refusal) -> Decimal | None:
    """Interrupt the run with a question, and read the answer when it is resumed.

    The question is a `HITLRequest` with one action, `raise_budget`, whose argument `usd` says by how much. The answer
    is `{"decisions": [...]}` with `{"type": "approve"}`, `{"type": "reject"}`, or `{"type": "edit", "edited_action":
    {"name": "raise_budget", "args": {"usd": "0.10"}}}`.

    Returns:
        USD that are granted, on top of what is left. `None`: none.
    """
    proposed = _proposed(refusal)
    answer = interrupt(
        {
            "action_requests": [
                {"name": ACTION, "args": {"usd": str(proposed)}, "description": _question(refusal, proposed)}
            ],
            "review_configs": [{"action_name": ACTION, "allowed_decisions": ["approve", "edit", "reject"]}],
        }
    )
    return _granted(answer, proposed)


def _proposed(refusal: Refusal) -> Decimal:
    if isinstance(refusal, BudgetExceededError):
        return max(refusal.limit_usd, refusal.needed_usd)
    return Decimal(0)


def _question(refusal: Refusal, proposed: Decimal) -> str:
    more = f"go on with {format_usd(proposed)} more" if proposed else "try again, once there is money"
    return f"{describe_refusal(refusal)} Approve to {more}."


def _granted(answer: Any, proposed: Decimal) -> Decimal | None:  # noqa: ANN401 - whatever the run was resumed with
    try:
        (decision,) = answer["decisions"]
        kind = decision["type"]
        if kind == "approve":
            return proposed
        if kind == "edit":
            return Budget("total", decision["edited_action"]["args"]["usd"]).limit_usd
    except (KeyError, TypeError, ValueError):
        kind = None
    if kind != "reject":
        _LOG.warning("No money is granted: what the run was resumed with is no decision about %s.", ACTION)
    return None
