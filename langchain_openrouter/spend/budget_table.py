"""Budgets in the database, and how they stand."""

from __future__ import annotations

from collections.abc import Iterator

from langchain_openrouter.spend.budget import Budget, BudgetStatus
from langchain_openrouter.spend.database import Connection
from langchain_openrouter.spend.journal import count_entries, counter_key
from langchain_openrouter.spend.limits import Limits
from langchain_openrouter.spend.nano import nano_from_usd, usd_from_nano
from langchain_openrouter.spend.windows import Window, from_micros, window_end, window_start

_PUT = (
    "INSERT INTO spend_budget (scope, period, limit_nano, owner) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (scope, period) DO UPDATE SET limit_nano = excluded.limit_nano"
)


def set_budget(connection: Connection, budget: Budget) -> None:
    """Set a budget, or set it anew."""
    connection.run(_PUT, (budget.scope, budget.window.value, nano_from_usd(budget.limit_usd), None))
    _changed(connection, budget)


def remove_budget(connection: Connection, budget: Budget) -> bool:
    """Remove the budget of that scope and window; whether there was one."""
    found = connection.run(
        "DELETE FROM spend_budget WHERE scope = ? AND period = ?", (budget.scope, budget.window.value)
    )
    if found:
        _changed(connection, budget)
    return bool(found)


def open_block(connection: Connection, scope: str, limit_nano: int, owner_id: str) -> None:
    """Set the budget of a `with ledger.budget(...)` block."""
    connection.run(_PUT, (scope, Window.LIFETIME.value, limit_nano, owner_id))


def forget_block(connection: Connection, scope: str) -> None:
    """Remove the budget of a block, whose entries stay."""
    connection.run("DELETE FROM spend_budget WHERE scope = ?", (scope,))
    connection.run("DELETE FROM spend_counter WHERE id = ?", (counter_key(scope, Window.LIFETIME, 0),))


def read_counter(connection: Connection, scope: str, window: Window, start: int) -> tuple[int, int]:
    """What a scope has spent and holds in a window, in nano-USD, whether or not anybody counts it."""
    found = connection.fetch(
        "SELECT spent_nano, held_nano FROM spend_counter WHERE id = ?", (counter_key(scope, window, start),)
    )
    return found[0] if found else count_entries(connection, scope, window, start)


def list_statuses(connection: Connection, now: int) -> Iterator[BudgetStatus]:
    """How all budgets stand in their current windows, in the order of scopes."""
    rows = connection.fetch(
        "SELECT scope, period, limit_nano FROM spend_budget WHERE owner IS NULL ORDER BY scope, period"
    )
    limits = Limits.of((scope, period, nano) for scope, period, nano in rows)
    for scope, period, nano in rows:
        budget = Budget(scope, usd_from_nano(nano), period)
        start = window_start(budget.window, now)
        if budget.pattern_kind is None:
            yield _status(budget, scope, *read_counter(connection, scope, budget.window, start), start)
        else:
            yield from _pattern_statuses(connection, budget, limits, start)


def _pattern_statuses(connection: Connection, budget: Budget, limits: Limits, start: int) -> Iterator[BudgetStatus]:
    kind = f"{budget.pattern_kind}:"
    names = [
        (scope, spent, held)
        for scope, spent, held in connection.fetch(
            "SELECT scope, spent_nano, held_nano FROM spend_counter "
            "WHERE period = ? AND scope >= ? AND scope < ? AND start = ? ORDER BY scope",
            (budget.window.value, kind, f"{kind[:-1]};", start),
        )
        if budget.window not in limits.named.get(scope, {})
    ]
    for scope, spent, held in names or [(budget.scope, 0, 0)]:
        yield _status(budget, scope, spent, held, start)


def _status(budget: Budget, scope: str, spent: int, held: int, start: int) -> BudgetStatus:
    end = window_end(budget.window, start)
    return BudgetStatus(
        budget=budget,
        scope=scope,
        spent_usd=usd_from_nano(spent),
        held_usd=usd_from_nano(held),
        resets_at=None if end is None else from_micros(end),
    )


def _changed(connection: Connection, budget: Budget) -> None:
    """Let all processes read the budgets anew, and the counters of this one be made anew of the entries.

    Counters of scopes that had no budget meanwhile have not been kept.
    """
    connection.run("UPDATE spend_meta SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE name = 'budgets'")
    if budget.pattern_kind is None:
        connection.run("DELETE FROM spend_counter WHERE period = ? AND scope = ?", (budget.window.value, budget.scope))
    else:
        kind = budget.pattern_kind
        connection.run(
            "DELETE FROM spend_counter WHERE period = ? AND scope >= ? AND scope < ?",
            (budget.window.value, f"{kind}:", f"{kind};"),
        )
