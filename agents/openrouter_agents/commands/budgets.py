"""`openrouter-agent budgets`: limits that calls are held to before they are sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from openrouter_agents.commands.json_output import JsonOption, print_json
from openrouter_agents.commands.ledger_option import LedgerOption, open_ledger
from openrouter_agents.session import session

if TYPE_CHECKING:
    from rich.table import Table

    from langchain_openrouter import BudgetStatus

budgets = typer.Typer(
    help="Show, set and remove budgets, which hold for all that use the ledger.", no_args_is_help=True
)

ScopeArgument = Annotated[
    str,
    typer.Argument(help="total, or model:, user:, thread:, tag:, node: or key: with a name, or * for each its own."),
]
WindowOption = Annotated[str, typer.Option(help="hour, day, week, month or lifetime, in UTC.")]


@budgets.command("list")
def list_budgets(ledger: LedgerOption = None, *, as_json: JsonOption = False) -> None:
    """Show all budgets as they stand now."""
    with session(), open_ledger(ledger) as books:
        _show(books.budgets(), books.url, as_json=as_json)


@budgets.command("set")
def set_budget(
    scope: ScopeArgument,
    limit_usd: Annotated[str, typer.Argument(help="USD, such as 0.50; 0 lets through only what is free.")],
    window: WindowOption = "lifetime",
    ledger: LedgerOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Set a budget, or set it anew. It counts what has been spent in its window already."""
    with session():
        from langchain_openrouter import Budget

        budget = Budget(scope, limit_usd, window)
        with open_ledger(ledger, create=True) as books:
            books.set_budget(budget)
            _show([status for status in books.budgets() if status.budget == budget], books.url, as_json=as_json)


@budgets.command("remove")
def remove_budget(
    scope: ScopeArgument, window: WindowOption = "lifetime", ledger: LedgerOption = None, *, as_json: JsonOption = False
) -> None:
    """Remove a budget. What was spent stays in the ledger."""
    with session(), open_ledger(ledger) as books:
        from langchain_openrouter import ConfigurationError

        if not books.remove_budget(scope, window):
            known = ", ".join(dict.fromkeys(_name(status) for status in books.budgets())) or "there are none"
            raise ConfigurationError(f"There is no budget {scope} ({window}) in {books.url}. Budgets: {known}.")
        if as_json:
            print_json({"ledger": books.url, "removed": {"scope": scope, "window": window}})
        else:
            typer.echo(f"Removed the budget {scope} ({window}).")


def _show(statuses: Iterable[BudgetStatus], url: str, *, as_json: bool) -> None:
    shown = list(statuses)
    if as_json:
        print_json({"ledger": url, "budgets": [_document(status) for status in shown]})
        return
    from openrouter_agents.console import make_table_console

    console = make_table_console()
    if shown:
        console.print(_table(shown))
    else:
        console.print("There are no budgets: openrouter-agent budgets set total 5 --window day")
    console.print(f"Ledger: {url}", style="dim", soft_wrap=True)


def _name(status: BudgetStatus) -> str:
    return f"{status.budget.scope} ({status.budget.window})"


def _table(statuses: Iterable[BudgetStatus]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from openrouter_agents.costs import format_usd

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("scope", overflow="fold")
    table.add_column("window", no_wrap=True)
    for name in ("limit", "spent", "held", "remaining"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("resets at, UTC")
    for status in statuses:
        amounts = (status.budget.limit_usd, status.spent_usd, status.held_usd, status.remaining_usd)
        table.add_row(
            Text(status.scope),
            status.budget.window,
            *map(format_usd, amounts),
            "never" if status.resets_at is None else f"{status.resets_at:%Y-%m-%d %H:%M}",
            style="" if status.remaining_usd else "red",
        )
    return table


def _document(status: BudgetStatus) -> dict[str, object]:
    return {
        "scope": status.scope,
        "budget": status.budget.scope,
        "window": status.budget.window,
        "limit_usd": status.budget.limit_usd,
        "spent_usd": status.spent_usd,
        "held_usd": status.held_usd,
        "remaining_usd": status.remaining_usd,
        "resets_at": status.resets_at,
    }
