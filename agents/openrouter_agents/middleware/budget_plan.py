"""From the options of an agent to a model that is booked, and the middleware that keeps it to its budget."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias, get_args

from langchain_openrouter import Budget, ChatOpenRouter, ConfigurationError
from openrouter_agents.middleware.budget import AgentBudgetPolicy, KeepToBudget
from openrouter_agents.middleware.run_budgets import RunBudgets

if TYPE_CHECKING:
    from langchain_openrouter import SpendLedger

AgentBudget: TypeAlias = Budget | Decimal | float | str
"""A budget of the ledger, or USD that each run may spend."""

DEFAULT_MAX_TOKENS: Final = 8_192
"""Tokens of an answer of an agent with a budget, where nothing else is said and no policy shortens it.

A step is held at what it may cost at most: the longest answers of some models alone would cost a dollar.
"""

_OF_THE_MODEL: Final = {"clamp", "next_model"}
"""What the model does by itself."""


def plan_budget(
    model: ChatOpenRouter, budget: AgentBudget | None, policy: AgentBudgetPolicy | None
) -> tuple[ChatOpenRouter, list[KeepToBudget]]:
    """Have a model booked where there is a budget.

    Args:
        model: The agent's model. Its ledger is used where it has one.
        budget: What may be spent; `None`: what the budgets of the model's ledger say, if it has one.
        policy: What is done when there is no money. `None`: the model's own `budget_policy`, or `"clamp"`, where
            anything is booked, else nothing. What an answer of full length may cost is a multiple of what it will, so
            that a budget of cents would end a run before it has begun: with any other policy, answers of a model
            without `max_tokens` have at most `DEFAULT_MAX_TOKENS`.

    Returns:
        The model to use, and the middleware; none where there is nothing to keep to.

    Raises:
        ConfigurationError: The budget or the policy is none, or the policy needs what is not there.
        LedgerError: The ledger cannot be written.
    """
    _check(policy, model)
    ledger: SpendLedger | None = model.ledger
    if ledger is None and budget is not None:
        ledger = _new_ledger(budget)
    if ledger is None and policy is None:
        return model, []
    policy = policy or ("clamp" if model.budget_policy == "raise" else model.budget_policy)
    changes: dict[str, object] = {"ledger": ledger}
    if policy in _OF_THE_MODEL:
        changes["budget_policy"] = policy
    if _needs_shorter_answers(model, budget, policy):
        changes["max_tokens"] = DEFAULT_MAX_TOKENS
    return model.model_copy(update=changes), [KeepToBudget(policy, ledger, _set_up(budget, ledger))]


def _needs_shorter_answers(model: ChatOpenRouter, budget: AgentBudget | None, policy: AgentBudgetPolicy) -> bool:
    """Whether the longest answer of the model alone might be refused, and nobody says how long it may be."""
    unsaid = model.max_tokens is None and model.max_completion_tokens is None
    return budget is not None and policy != "clamp" and unsaid


def _set_up(budget: AgentBudget | None, ledger: SpendLedger | None) -> RunBudgets | None:
    """Set a budget in the ledger, or make what keeps each run to its own."""
    if budget is None or ledger is None:
        return None
    if isinstance(budget, Budget):
        ledger.set_budget(budget)
        return None
    return RunBudgets(ledger, ledger.budget(budget).limit_usd)


def _new_ledger(budget: AgentBudget) -> SpendLedger:
    from langchain_openrouter import SpendLedger

    # What one run spends is forgotten with it; a budget of days and users has to outlive this process.
    return SpendLedger() if isinstance(budget, Budget) else SpendLedger("sqlite://")


def _check(policy: AgentBudgetPolicy | None, model: ChatOpenRouter) -> None:
    if policy is not None and policy not in get_args(AgentBudgetPolicy):
        known = ", ".join(map(repr, get_args(AgentBudgetPolicy)))
        raise ConfigurationError(f"`budget_policy` is one of {known}, not {policy!r}.")
    if policy == "next_model" and not model.models:
        raise ConfigurationError('`budget_policy="next_model"` needs `fallbacks`: cheaper models to go on with.')
