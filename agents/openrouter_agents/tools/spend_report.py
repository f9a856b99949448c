"""What a conversation has cost, and what is left for it: nothing of other users, and no keys."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal, NotRequired, TypeAlias

from typing_extensions import TypedDict

from langchain_openrouter import Budget, ConfigurationError, EntryState
from openrouter_agents.tool_ledger import RUN_BLOCK

if TYPE_CHECKING:
    from langchain_openrouter import BudgetStatus, Entry, SpendLedger
    from langchain_openrouter.spend.spans import SpanBudget

Division: TypeAlias = Literal["model", "node", "tool"]
"""What costs can be divided by."""

_TOOL_TAG: Final = "tool:"
_UNDER_WAY: Final = frozenset({EntryState.HELD, EntryState.UNKNOWN})
_SHARED: Final = "There are budgets that are shared with other users; what is left of those is not told here."
_NO_BUDGET: Final = "No budget is set for this conversation, so that no limit on what it may cost is known here."


class Costs(TypedDict):
    """What some calls cost. Amounts are USD as strings of all their digits, so that none is rounded."""

    cost_usd: str
    model_calls: int
    """Attempts to call a model, those that failed among them."""
    input_tokens: int
    output_tokens: int
    calls_of_unknown_cost: int
    """Calls among them that are under way, or whose end nobody saw; `cost_usd` is without them."""


class Left(TypedDict):
    """How a budget stands."""

    budget: str
    """Whose it is, and for how long: `user, per day`; `this question` is what the agent may spend on each."""
    limit_usd: str
    spent_usd: str
    remaining_usd: str
    """What new calls may spend; calls under way have been taken off."""
    resets_at: str | None
    """When its window is over, in UTC; `None` for one of a lifetime."""


class SpendAnswer(TypedDict):
    """What the tool tells, as JSON."""

    conversation: Costs
    by: NotRequired[dict[str, Costs]]
    """The conversation's costs, divided."""
    user: NotRequired[Costs]
    """What this user has spent, in all conversations."""
    left: list[Left]
    """The budgets that hold for this conversation."""
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Asker:
    """For whom it is asked. `None` is not known."""

    thread: str | None
    user: str | None

    def owns(self, entry: "Entry") -> bool:
        """Whether an attempt was made in this conversation, for this user."""
        made_for = Asker(entry.attribution.thread_id, entry.attribution.user)
        return made_for.as_kept == self.as_kept

    @property
    def as_kept(self) -> "Asker":
        """With names as ledgers keep them, which shorten long ones."""
        return Asker(_stored("thread", self.thread), _stored("user", self.user))


def make_costs(cost: Decimal, calls: int, input_tokens: int, output_tokens: int, unknown: int = 0) -> Costs:
    """Costs, with the amount in full."""
    return Costs(
        cost_usd=f"{cost:f}",
        model_calls=calls,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        calls_of_unknown_cost=unknown,
    )


def add_up(entries: Sequence["Entry"]) -> Costs:
    """What some attempts cost together."""
    usages = [entry.usage for entry in entries if entry.usage is not None]
    return make_costs(
        sum((entry.charged_usd or Decimal(0) for entry in entries), Decimal(0)),
        sum(entry.kind != "adjustment" for entry in entries),
        sum(usage.input_tokens for usage in usages),
        sum(usage.output_tokens for usage in usages),
        sum(entry.charged_usd is None and entry.state in _UNDER_WAY for entry in entries),
    )


def divide(entries: Sequence["Entry"], by: Division) -> dict[str, Costs]:
    """What attempts cost by model, node of the graph, or tool that asked a model."""
    parts: dict[str, list[Entry]] = {}
    for entry in entries:
        parts.setdefault(_name(entry, by), []).append(entry)
    return {name: add_up(part) for name, part in parts.items()}


def user_costs(ledger: "SpendLedger", user: str) -> Costs:
    """What a user has spent in all.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    for row in ledger.total(by="user"):
        if row.by["user"] == _stored("user", user):
            unknown = row.unknown + row.under_way
            return make_costs(row.cost_usd, row.attempts, row.input_tokens, row.output_tokens, unknown)
    return make_costs(Decimal(0), 0, 0, 0)


def budgets_left(ledger: "SpendLedger", asker: Asker) -> tuple[list[Left], list[str]]:
    """How the budgets stand that are the asker's own, and what to know of others.

    Where users are told apart, a budget that several share would tell what the others spent.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    statuses = ledger.budgets()
    own = [
        *(_left_of_run(block) for block in ledger.active_blocks() if block.name == RUN_BLOCK),
        *_own("thread", asker.thread, statuses),
        *_own("user", asker.user, statuses),
    ]
    shared = [status for status in statuses if not status.budget.scope.startswith(("thread:", "user:"))]
    if asker.user is not None:
        return own, [_SHARED] if shared else [] if own else [_NO_BUDGET]
    left = [*own, *(_left(_kind(status.scope), status) for status in shared)]
    return left, [] if left else [_NO_BUDGET]


def _left_of_run(block: "SpanBudget") -> Left:
    return Left(
        budget="this question",
        limit_usd=f"{block.limit_usd:f}",
        spent_usd=f"{block.spent_usd:f}",
        remaining_usd=f"{block.remaining_usd:f}",
        resets_at=None,
    )


def _own(kind: str, name: str | None, statuses: Sequence["BudgetStatus"]) -> Iterator[Left]:
    """The budgets of one user or thread; of a pattern, where nothing has been spent of it, all is left."""
    if name is None:
        return
    scope = f"{kind}:{_stored(kind, name)}"
    own = [status for status in statuses if status.scope == scope]
    yield from (_left(kind, status) for status in own)
    windows = {status.budget.window for status in own}
    patterns = {status.budget for status in statuses if status.budget.pattern_kind == kind}
    unspent = [budget for budget in patterns if budget.window not in windows]
    for budget in sorted(unspent, key=lambda each: each.window):
        yield Left(
            budget=_label(kind, budget),
            limit_usd=f"{budget.limit_usd:f}",
            spent_usd="0",
            remaining_usd=f"{budget.limit_usd:f}",
            resets_at=None,
        )


def _left(kind: str, status: "BudgetStatus") -> Left:
    return Left(
        budget=_label(kind, status.budget),
        limit_usd=f"{status.budget.limit_usd:f}",
        spent_usd=f"{status.spent_usd:f}",
        remaining_usd=f"{status.remaining_usd:f}",
        resets_at=status.resets_at.isoformat() if status.resets_at else None,
    )


def _label(kind: str, budget: Budget) -> str:
    return kind if budget.window == "lifetime" else f"{kind}, per {budget.window}"


def _kind(scope: str) -> str:
    """What a shared budget is called: without the digest of a key."""
    return "key" if scope.startswith("key:") else scope


def _stored(kind: str, name: str | None) -> str | None:
    """The name as the ledger keeps it, which shortens long ones."""
    if name is None:
        return None
    try:
        return Budget(f"{kind}:{name}", 0).scope.partition(":")[2]
    except ConfigurationError:  # a name that no budget can have
        return name


def _name(entry: "Entry", by: Division) -> str:
    if by == "model":
        return entry.model or entry.requested_model or "unknown"
    if by == "node":
        return entry.attribution.node or "none"
    tools = _tools(entry.attribution.tags)
    return next(tools, "none: the agent itself")


def _tools(tags: Iterable[str]) -> Iterator[str]:
    return (tag.removeprefix(_TOOL_TAG) for tag in tags if tag.startswith(_TOOL_TAG))
