"""`openrouter-agent reconcile`: what attempts cost whose end nobody saw; the ledger beside OpenRouter's books."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from openrouter_agents.commands.json_output import JsonOption, print_json
from openrouter_agents.commands.ledger_option import LedgerOption, open_ledger
from openrouter_agents.session import session

if TYPE_CHECKING:
    from langchain_openrouter import Account, Drift, Reconciliation, SpendLedger


def reconcile(
    ledger: LedgerOption = None,
    *,
    wait: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="Wait so long for the record of each attempt.")
    ] = 0,
    all_keys: Annotated[
        bool, typer.Option("--all-keys", help="Give up attempts of other keys too, such as those of a deleted one.")
    ] = False,
    drift: Annotated[
        bool, typer.Option("--drift", help="Then compare the ledger with OpenRouter, by day, week and month.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Ask OpenRouter what attempts cost whose end nobody saw, and book it.

    What has no record after a day is booked at its hold.
    """
    from openrouter_agents.venue import require_key

    with session():
        require_key()
        with open_ledger(ledger) as books:
            from langchain_openrouter import Account

            account = Account()
            report = _reconcile(books, account, wait=wait, all_keys=all_keys)
            apart = books.fetch_drift(account) if drift and report.error is None else None
            _show(books, report, apart, as_json=as_json)
        if report.error is not None:
            raise report.error


def _show(books: SpendLedger, report: Reconciliation, apart: Drift | None, *, as_json: bool) -> None:
    if as_json:
        print_json({"ledger": books.url, **_report(report), "drift": None if apart is None else _drift(apart)})
        return
    from openrouter_agents.console import make_table_console

    console = make_table_console()
    console.print(str(report), markup=False)
    if apart is not None:
        console.print(apart)
    console.print(f"Ledger: {books.url}", style="dim", soft_wrap=True)


def _reconcile(books: SpendLedger, account: Account, *, wait: float, all_keys: bool) -> Reconciliation:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("asking OpenRouter"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=sum(row.unknown for row in books.total(by=())))
        return books.reconcile(account, wait=wait, all_keys=all_keys, on_progress=lambda _: progress.advance(task))


def _report(report: Reconciliation) -> dict[str, object]:
    return {
        "settled": report.settled,
        "settled_usd": report.settled_usd,
        "unverified": report.unverified,
        "unverified_usd": report.unverified_usd,
        "still_unknown": report.still_unknown,
        "error": None if report.error is None else report.error.message,
    }


def _drift(apart: Drift) -> dict[str, object]:
    windows = [
        {**asdict(window), "difference_usd": window.difference_usd, "reasons": window.reasons}
        for window in apart.windows
    ]
    return {"as_of": apart.as_of, "key": apart.key.label, "is_even": apart.is_even, "windows": windows}
