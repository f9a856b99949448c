"""Budgets: how much of whose money may be spent in which window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from langchain_openrouter.errors import ConfigurationError
from langchain_openrouter.spend.names import stored_scope
from langchain_openrouter.spend.nano import nano_from_usd, parse_usd_amount, usd_from_nano
from langchain_openrouter.spend.windows import Window

TOTAL = "total"
KINDS = ("key", "model", "node", "tag", "thread", "user")
"""What a scope may be the name of."""


@dataclass(frozen=True, slots=True, init=False)
class Budget:
    """A limit that calls are held to before they are sent.

    ```python
    Budget("total", "5", "day")
    Budget("user:alice", "0.50", "day")
    Budget("user:*", "0.10", "day")  # each user their own, but for those who have a budget of that window
    ```

    Raises:
        ConfigurationError: The scope or the window is none, or the limit is no amount.
    """

    scope: str
    """`total`, or `model:`, `user:`, `thread:`, `tag:`, `node:` or `key:` with a name, or with `*` for each its own.

    A model is named as it is requested; a key is the first 16 hexadecimal digits of its SHA-256.
    """
    limit_usd: Decimal
    """USD; a number or a string of one, to a billionth. `0` lets through only what is free."""
    window: Window
    """`hour`, `day`, `week` (from Monday), `month` or `lifetime`, in UTC."""

    def __init__(self, scope: str, limit_usd: Decimal | float | str, window: str = Window.LIFETIME) -> None:
        object.__setattr__(self, "scope", check_scope(scope, pattern=True))
        object.__setattr__(self, "limit_usd", parse_limit(limit_usd))
        object.__setattr__(self, "window", check_window(window))

    @property
    def pattern_kind(self) -> str | None:
        """`user` of `user:*`; `None` where the budget is one name's."""
        return self.scope.removesuffix(":*") if self.scope.endswith(":*") else None


@dataclass(frozen=True, slots=True)
class BudgetStatus:
    """A budget as it stands in its current window."""

    budget: Budget
    scope: str
    """Whose: the budget's own scope, or for a pattern one of the names that it holds for."""
    spent_usd: Decimal
    held_usd: Decimal
    """USD that calls under way, and calls whose end was not seen, may still cost."""
    resets_at: datetime | None
    """When the window is over, in UTC; `None` for a lifetime."""

    @property
    def remaining_usd(self) -> Decimal:
        """USD for new calls; never negative."""
        return max(Decimal(0), self.budget.limit_usd - self.spent_usd - self.held_usd)


def parse_limit(limit: object) -> Decimal:
    """Read a limit in USD. Floats are taken by their shortest digits, as `0.1` for a tenth.

    Raises:
        ConfigurationError: It is no finite amount of at least 0, or finer than a billionth of a dollar.
    """
    amount = parse_usd_amount(limit)
    if amount is None or amount < 0:
        raise ConfigurationError(f'limit_usd is a number of USD, at least 0, such as "0.50", not {limit!r}.')
    if usd_from_nano(nano_from_usd(amount)) != amount:
        raise ConfigurationError(
            f"limit_usd={limit} is finer than a billionth of a dollar, which nothing is counted in."
        )
    return abs(amount)


def check_scope(scope: object, *, pattern: bool = False) -> str:
    """Make sure that something is a scope, and make it as stores keep it.

    Raises:
        ConfigurationError: It is none.
    """
    if scope == TOTAL:
        return TOTAL
    if isinstance(scope, str):
        kind, _, name = scope.partition(":")
        if pattern and name != "*" and name.endswith("*"):
            raise ConfigurationError(
                f"{scope!r} would stand for that one name: there is only {kind}:*, for each its own."
            )
        if kind in KINDS and name and (pattern or name != "*"):
            return stored_scope(scope)
    named = ", ".join(f"{kind}:NAME" for kind in KINDS)
    each = ", or one of these with * for each name its own" if pattern else ""
    raise ConfigurationError(f"A scope is {TOTAL}, {named}{each}, not {scope!r}.")


def check_window(window: object) -> Window:
    """Make sure that something is a window.

    Raises:
        ConfigurationError: It is none.
    """
    try:
        return Window(window)  # type: ignore[arg-type]  # whatever it is, the enum says whether it is one
    except ValueError:
        raise ConfigurationError(f"A window is {', '.join(Window)}, not {window!r}.") from None
