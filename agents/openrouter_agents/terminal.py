"""What a person sees while an agent works: its text as it comes, its tool calls, their results, and the answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from langchain_core.messages import AIMessage, ToolMessage
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markdown import Markdown
from rich.padding import Padding
from rich.rule import Rule
from rich.spinner import Spinner
from rich.text import Text

from openrouter_agents.costs import Spend, format_usd
from openrouter_agents.plot_files import PlotFiles
from openrouter_agents.tool_views import view_call, view_result

_CALL_INDENT = 2
_RESULT_INDENT = 4


class Terminal:
    """Shows the steps of an agent; a `Watcher`.

    On a terminal the text that the model is writing stands at the bottom and grows; what is done scrolls above it. In a
    pipe only what is done is written.

    Args:
        console: Where to write.
        plots: Where plots are saved.
    """

    def __init__(self, console: Console, plots: PlotFiles) -> None:
        self.console = console
        self._plots = plots
        self._text = ""
        self._open_calls = 0
        self._live: Live | None = None

    @contextmanager
    def working(self) -> Iterator[None]:
        """Show that something is going on until the end of the block."""
        self._text = ""
        self._open_calls = 0
        with Live(
            console=self.console, get_renderable=self._doing, transient=True, vertical_overflow="ellipsis"
        ) as self._live:
            yield
        self._live = None

    def show_question(self, question: str, position: str = "") -> None:
        """Open the part of a question; `position` is such as `1/4`."""
        self.console.print()
        self.console.print(Rule(Text(position, style="dim"), align="left", style="dim"))
        self.console.print(Text(question, style="bold"))

    def show_spend(self, spend: Spend) -> None:
        """Say what an answer used."""
        calls = f"{_count(spend.model_calls, 'model call')}, {_count(spend.tool_calls, 'tool call')}"
        tokens = f"{spend.input_tokens:,} + {spend.output_tokens:,} tokens"
        self.console.print()
        self._print(Text(f"{calls}, {tokens}, {format_usd(spend.cost)}", style="dim"), _CALL_INDENT)

    def on_text(self, delta: str) -> None:
        """Let the text at the bottom grow."""
        self._text += delta
        if self._live is not None:
            self._live.update(self._doing())

    def on_answer(self, message: AIMessage) -> None:
        """Write a message that is whole: an answer as Markdown, tool calls one by one."""
        self._text = ""
        self._open_calls = len(message.tool_calls)
        if message.text.strip():
            self.console.print()
            self._print(Markdown(message.text), _CALL_INDENT)
        if message.tool_calls:
            self.console.print()
        for call in message.tool_calls:
            head, *code = view_call(call)
            self._print(head, _CALL_INDENT)
            self._print(Group(*code), _RESULT_INDENT)

    def on_tool_result(self, message: ToolMessage) -> None:
        """Write a result, and where its plots are."""
        self._open_calls -= 1
        failed = message.status == "error"
        self._print(
            Text(f"← {message.name}{' failed' if failed else ''}", style="red" if failed else "cyan"), _CALL_INDENT
        )
        for line in view_result(message):
            self._print(line, _RESULT_INDENT)
        for path in self._plots.save(message):
            self._print(Text(f"plot saved: {path}", style="green"), _RESULT_INDENT)

    def _print(self, what: RenderableType, indent: int) -> None:
        self.console.print(Padding(what, (0, 0, 0, indent), expand=False))

    def _doing(self) -> RenderableType:
        if self._text:
            return Padding(Markdown(self._text), (0, 0, 0, _CALL_INDENT))
        return Spinner("dots", Text("running tools" if self._open_calls > 0 else "thinking", style="dim"), style="dim")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
