"""`openrouter-agent spend`: what the ledger says was spent, as a table, a plot or a file."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openrouter_agents.commands.json_output import JsonOption, print_json
from openrouter_agents.commands.ledger_option import LedgerOption, open_ledger
from openrouter_agents.session import session

if TYPE_CHECKING:
    from langchain_openrouter import SpendLedger, SpendRow, SpendTable

_TIMES = '"30m", "24h", "7d", "2w", a day or an ISO time in UTC'


def show_spend(
    by: Annotated[
        str,
        typer.Option(help="model, provider, user, thread, node, tag, key, kind, hour, day, month; some, with commas."),
    ] = "model",
    since: Annotated[str | None, typer.Option(help=f"From when: {_TIMES}.")] = None,
    until: Annotated[str | None, typer.Option(help="Until before when, in the same words.")] = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png", help="Plot it over time, stacked by the first of --by.", dir_okay=False),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write each attempt to a .csv, .jsonl or .parquet file.", dir_okay=False),
    ] = None,
    ledger: LedgerOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Show what was spent, by the ledger that models were given: `ChatOpenRouter(ledger=SpendLedger())`."""
    with session(), open_ledger(ledger) as books:
        table = books.total(since, until, by=by)
        total = next(iter(books.total(since, until, by=())), None)
        exported = None if export is None else books.export(export, since=since, until=until)
        if plot is not None:
            from openrouter_agents.commands.spend_plot import save_spend_plot
            from openrouter_agents.commands.spend_series import spend_over_time

            save_spend_plot(plot, spend_over_time(books, table.by[0], since, until))
        if as_json:
            print_json(_document(books, table, total, plot, export, exported))
            return
        _print(books, table, total)
        for name, path in ((f"{exported} attempts written", export), ("plot saved", plot)):
            if path is not None:
                typer.secho(f"{name}: {path}", fg=typer.colors.GREEN)


def _print(books: SpendLedger, table: SpendTable, total: SpendRow | None) -> None:
    from openrouter_agents.console import make_table_console

    console = make_table_console()
    if table:
        console.print(table)
    console.print(f"{_sentence(total)}{_range(table)}.", style="bold")
    console.print(f"Ledger: {books.url}", style="dim", soft_wrap=True)


def _sentence(total: SpendRow | None) -> str:
    from openrouter_agents.costs import format_usd

    if total is None:
        return "Nothing was spent"
    attempts = "1 attempt" if total.attempts == 1 else f"{total.attempts:,} attempts"
    unknown = f", {total.unknown:,} of unknown cost (reconcile)" if total.unknown else ""
    return f"{format_usd(total.cost_usd)} in {attempts}{unknown}"


def _range(table: SpendTable) -> str:
    words = {"since": table.since, "until": table.until}
    return "".join(f", {word} {moment:%Y-%m-%d %H:%M} UTC" for word, moment in words.items() if moment is not None)


def _document(
    books: SpendLedger,
    table: SpendTable,
    total: SpendRow | None,
    plot: Path | None,
    export: Path | None,
    exported: int | None,
) -> dict[str, object]:
    since: datetime | None = table.since
    return {
        "ledger": books.url,
        "since": since,
        "until": table.until,
        "total_usd": Decimal(0) if total is None else total.cost_usd,
        "attempts": 0 if total is None else total.attempts,
        "unknown": 0 if total is None else total.unknown,
        "by": table.by,
        "rows": table.to_dicts(),
        "plot": None if plot is None else str(plot),
        "export": None if export is None else {"file": str(export), "entries": exported},
    }
