"""`openrouter-agent index`: files of one's own, to be searched."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openrouter_agents.commands.json_output import JsonOption, print_json
from openrouter_agents.session import session

if TYPE_CHECKING:
    from openrouter_agents.tools.documents.contracts import IndexProgress, IndexReport, SkippedFile
    from openrouter_agents.tools.search import DocumentSearch

_SHOWN = 3
"""Files that are named of those that were skipped for the same reason."""


def index_files(
    paths: Annotated[list[Path], typer.Argument(help="Folders and files to index together.", metavar="PATH...")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Index files of your own, for `ask --documents`. The next time, only what has changed is read."""
    with session():
        report = bring_up_to_date(paths).report
        if as_json:
            print_json(_document(report))
            return
        from openrouter_agents.console import make_console

        console = make_console()
        for line in _lines(report):
            console.print(line, markup=False, soft_wrap=True)


def bring_up_to_date(paths: Sequence[Path]) -> DocumentSearch:
    """Index files, and show on standard error how far it is, where people look on."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from openrouter_agents.tools import index_documents

    # What it finds odd in a file stands in the report, where it keeps the file from being read.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    columns = (TextColumn("indexing"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)

        def show(how_far: IndexProgress) -> None:
            progress.update(task, completed=how_far.done, total=how_far.total)

        return index_documents(paths, on_progress=show)


def _document(report: IndexReport) -> dict[str, object]:
    skipped = [{"path": file.path, "reason": file.reason} for file in report.skipped]
    return {"documents": report.documents, "read": report.read, "removed": report.removed, "skipped": skipped}


def _lines(report: IndexReport) -> Iterator[str]:
    yield f"Documents in the index: {report.documents:,} ({report.read:,} read now, {report.removed:,} removed)."
    for reason, files in _by_reason(report.skipped).items():
        more = f" and {len(files) - _SHOWN:,} more" if len(files) > _SHOWN else ""
        yield f"Skipped {', '.join(files[:_SHOWN])}{more}: {reason}"


def _by_reason(skipped: Iterable[SkippedFile]) -> dict[str, list[str]]:
    files: dict[str, list[str]] = {}
    for file in skipped:
        files.setdefault(file.reason, []).append(file.path)
    return files
