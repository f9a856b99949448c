"""`openrouter-agent`: the agent in a terminal, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openrouter_agents.commands.budgets import budgets
from openrouter_agents.commands.credits import show_credits
from openrouter_agents.commands.index import bring_up_to_date, index_files
from openrouter_agents.commands.models import show_models
from openrouter_agents.commands.reconcile import reconcile
from openrouter_agents.commands.sandbox import sandboxes
from openrouter_agents.commands.spend import show_spend
from openrouter_agents.session import session

if TYPE_CHECKING:
    from openrouter_agents.terminal import Terminal
    from openrouter_agents.venue import Venue

# Nothing heavy is imported up here: `--help` and a missing key need not wait for LangChain.

app = typer.Typer(
    help="A LangGraph agent on OpenRouter, with a calculator, web search and a code interpreter; and what it costs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

ModelOption = Annotated[str, typer.Option("--model", "-m", help="Id of a model on OpenRouter.")]
OutputOption = Annotated[Path, typer.Option("--output-dir", "-o", help="Where plots are saved.", file_okay=False)]

_MODEL = "openai/gpt-5-mini"
_OUTPUT = Path("demo-output")


@app.command("ask")
def ask_command(
    question: Annotated[str, typer.Argument(help="What to ask.")],
    model: ModelOption = _MODEL,
    *,
    live: Annotated[
        bool | None,
        typer.Option("--live/--offline", help="Ask OpenRouter or the emulator (default: live where there is a key)."),
    ] = None,
    documents: Annotated[
        list[Path] | None,
        typer.Option(
            "--documents", "-d", metavar="PATH", help="Search this folder or file instead of the web; may be repeated."
        ),
    ] = None,
    output_dir: OutputOption = _OUTPUT,
) -> None:
    """Ask one question."""
    with _ready(model, output_dir, live=live) as (venue, terminal):
        from openrouter_agents.asking import ask

        terminal.console.print(
            f"Live: {model} on OpenRouter" if venue.is_live else "Offline: the emulator answers, not a language model",
            style="dim",
        )
        own = bring_up_to_date(documents) if documents else None
        with terminal.working():
            asked = ask(venue.make_agent(own), question, terminal)
        terminal.show_spend(asked.spend)


@app.command("demo")
def demo_command(
    model: ModelOption = _MODEL,
    *,
    live: Annotated[bool, typer.Option("--live/--offline", help="Ask OpenRouter or the emulator.")] = False,
    output_dir: OutputOption = _OUTPUT,
) -> None:
    """Ask questions of every kind, show each step, and what it cost."""
    with _ready(model, output_dir, live=live) as (venue, terminal):
        from openrouter_agents.demo import run_demo

        if not run_demo(venue, terminal):
            raise typer.Exit(1)


app.command("index")(index_files)
app.command("credits")(show_credits)
app.command("models")(show_models)
app.command("spend")(show_spend)
app.add_typer(budgets, name="budgets")
app.command("reconcile")(reconcile)
app.add_typer(sandboxes, name="sandbox")


@contextmanager
def _ready(model: str, output_dir: Path, *, live: bool | None) -> Iterator[tuple[Venue, Terminal]]:
    """Open the venue and the terminal."""
    from openrouter_agents.venue import choose_live, open_venue

    with session():
        is_live = choose_live(live)
        from openrouter_agents.console import make_console
        from openrouter_agents.plot_files import PlotFiles
        from openrouter_agents.terminal import Terminal

        with open_venue(model, live=is_live) as venue:
            yield venue, Terminal(make_console(), PlotFiles(output_dir))
