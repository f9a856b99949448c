"""`openrouter-agent`: the agent in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from openrouter_agents.terminal import Terminal
    from openrouter_agents.venue import Venue

# Nothing heavy is imported up here: `--help` and a missing key need not wait for LangChain.

_FAILED = 1
_NO_KEY = 2

app = typer.Typer(
    help="A LangGraph agent on OpenRouter, with a calculator, web search and a code interpreter.",
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
    output_dir: OutputOption = _OUTPUT,
) -> None:
    """Ask one question."""
    with _ready(model, output_dir, live=live) as (venue, terminal):
        from openrouter_agents.asking import ask

        terminal.console.print(
            f"Live: {model} on OpenRouter" if venue.is_live else "Offline: the emulator answers, not a language model",
            style="dim",
        )
        with terminal.working():
            asked = ask(venue.make_agent(), question, terminal)
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
            raise typer.Exit(_FAILED)


@contextmanager
def _ready(model: str, output_dir: Path, *, live: bool | None) -> Iterator[tuple[Venue, Terminal]]:
    """Open the venue and the terminal; turn what goes wrong into one line and an exit code."""
    from dotenv import find_dotenv, load_dotenv

    from openrouter_agents.venue import NoKeyError, choose_live, open_venue

    load_dotenv(find_dotenv(usecwd=True))
    try:
        is_live = choose_live(live)
    except NoKeyError as error:
        _fail(str(error), _NO_KEY)

    from langchain_openrouter import OpenRouterError, RequestError
    from openrouter_agents.plot_files import PlotFiles
    from openrouter_agents.terminal import Terminal, make_console
    from openrouter_agents.tools.sandbox import SandboxError

    try:
        with open_venue(model, live=is_live) as venue:
            yield venue, Terminal(make_console(), PlotFiles(output_dir))
    except (OpenRouterError, RequestError, SandboxError, OSError) as error:
        _fail(str(error), _FAILED)


def _fail(message: str, code: int) -> NoReturn:
    typer.secho(" ".join(message.split()), fg=typer.colors.RED, err=True)
    raise typer.Exit(code)
