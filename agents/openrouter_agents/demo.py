"""The demo: questions of every kind, each step shown, and the bill at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from openrouter_agents.asking import Asked, ask
from openrouter_agents.costs import Spend, decimal_places, format_usd
from openrouter_agents.terminal import Terminal
from openrouter_agents.tool_views import shorten
from openrouter_agents.venue import Venue

if TYPE_CHECKING:
    from langchain_openrouter.emulator import Book

QUESTIONS = (
    "What is 2**521 - 1, exactly?",
    "What is the capital of Mongolia, and how many people live there? Cite your source.",
    (
        "Monthly sales were Jan 120, Feb 135, Mar 128, Apr 160, May 172, Jun 169. "
        "Compute the change from month to month in percent, show a table and plot it."
    ),
    "What is 17**23, exactly, and what is the area of Iceland?",
)
"""An exact calculation, a search with citations, data with a plot, and two tools in one turn."""

_MAX_QUESTION = 60

_OFFLINE = """\
Offline: no key and no network are used. The answers come from a deterministic emulator (a scripted brain that picks \
tools by rules), not from a language model. The agent, its tools, the HTTP between them and the prices are real.
With OPENROUTER_API_KEY set, [bold]make demo LIVE=1[/bold] asks real models on OpenRouter."""

_LIVE = "Live: {model} on OpenRouter answers, and your account pays what the table at the end says."


def run_demo(venue: Venue, terminal: Terminal, questions: Sequence[str] = QUESTIONS) -> bool:
    """Ask all questions and show the bill.

    Args:
        venue: Who answers.
        terminal: Where to show it.
        questions: What to ask.

    Returns:
        Whether the bill is right: offline, its total must be the emulator's own to the last digit.

    Raises:
        OpenRouterError: A call to OpenRouter failed. What was asked before it is billed and shown.
    """
    console = terminal.console
    console.print(Panel(describe_venue(venue), border_style="dim"))
    agent = venue.make_agent()
    asked: list[Asked] = []
    try:
        for number, question in enumerate(questions, 1):
            terminal.show_question(question, f"{number}/{len(questions)}")
            with terminal.working():
                asked.append(ask(agent, question, terminal))
            terminal.show_spend(asked[-1].spend)
    finally:
        if asked:
            console.print()
            console.print(bill(asked))
    total = add_up(asked)
    return venue.book is None or agrees_with_book(console, total, venue.book)


def describe_venue(venue: Venue) -> str:
    """Say who answers, and what it costs."""
    return _LIVE.format(model=venue.model.model) if venue.is_live else _OFFLINE


def add_up(asked: Sequence[Asked]) -> Spend:
    """What all questions used together."""
    return sum((one.spend for one in asked), Spend())


def bill(asked: Sequence[Asked]) -> Table:
    """Make the table of what each question used."""
    spends = [one.spend for one in asked]
    places = max((decimal_places(spend.cost) for spend in spends if spend.cost is not None), default=0)
    table = Table(show_footer=True, header_style="bold", footer_style="bold", border_style="dim")
    table.add_column("Question", "Total")
    names = ("Model\ncalls", "Tool\ncalls", "Input\ntokens", "Output\ntokens", "USD")
    for name, footer in zip(names, _numbers(add_up(asked), places), strict=True):
        table.add_column(name, footer, justify="right", no_wrap=True)
    for one, spend in zip(asked, spends, strict=True):
        table.add_row(Text(shorten(one.question, _MAX_QUESTION)), *_numbers(spend, places))
    return table


def agrees_with_book(console: Console, total: Spend, book: Book) -> bool:
    """Hold the sum of what the messages said against what the emulator billed, digit for digit, and say so."""
    billed = book.total
    if total.cost == billed:
        console.print(
            f"[green]Exact:[/green] the emulator's own book says {format_usd(billed)} too, to the last digit."
        )
        return True
    console.print(
        f"[red]Wrong:[/red] the messages add up to {format_usd(total.cost)}, the emulator billed {format_usd(billed)}."
    )
    return False


def _numbers(spend: Spend, places: int) -> tuple[str, ...]:
    return (
        str(spend.model_calls),
        str(spend.tool_calls),
        f"{spend.input_tokens:,}",
        f"{spend.output_tokens:,}",
        format_usd(spend.cost, places),
    )
