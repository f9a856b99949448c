"""How tool calls and their results look in a terminal: short, with tables kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from langchain_core.messages import ToolCall, ToolMessage
from rich.console import RenderableType
from rich.syntax import Syntax
from rich.text import Text

from openrouter_agents.tools.search.answer import SearchAnswer, read_answer

MAX_LINES = 14
"""Lines of a result that are shown."""

MAX_CHARACTERS = 400
"""Characters of a line that are shown."""

_MAX_RESULTS = 3
_PLOT_LINE = "[plot "


def view_call(call: ToolCall) -> Iterator[RenderableType]:
    """Show a call: its tool with a single argument beside it, or with code below it."""
    arguments = dict(call["args"])
    code = arguments.pop("code", None)
    head = Text.assemble(("→ ", "bold cyan"), (call["name"], "bold cyan"))
    if shown := _arguments(arguments):
        head.append("  " + shown)
    yield head
    if isinstance(code, str):
        yield Syntax(code.strip("\n"), "python", theme="ansi_dark", background_color="default", word_wrap=True)


def view_result(message: ToolMessage) -> Iterator[RenderableType]:
    """Show a result: search results as a list, everything else as its first lines."""
    if message.status == "error":
        yield from _view_lines(message.text, "red")
        return
    found = read_answer(message)
    if found is None:
        yield from _view_lines(message.text, "")
    else:
        yield from _view_search(found)


def _arguments(arguments: Mapping[str, object]) -> str:
    if len(arguments) == 1:
        (only,) = arguments.values()
        if isinstance(only, str):
            return shorten(only, MAX_CHARACTERS)
    return shorten(json.dumps(arguments, ensure_ascii=False), MAX_CHARACTERS) if arguments else ""


def _view_search(found: SearchAnswer) -> Iterator[RenderableType]:
    results = found["results"]
    for result in results[:_MAX_RESULTS]:
        yield _line(f"[{result['id']}] {result['title']}  ", " ".join(result["snippet"].split()))
    hidden = len(results) - _MAX_RESULTS
    yield Text(f"{hidden} more from {found['provider']}" if hidden > 0 else f"from {found['provider']}", style="dim")
    for warning in found["warnings"]:
        yield _line("", warning)


def _line(text: str, dim: str) -> Text:
    return Text.assemble(text, (dim, "dim"), no_wrap=True, overflow="ellipsis")


def _view_lines(text: str, style: str) -> Iterator[RenderableType]:
    # Plots are shown by the files that they are saved to.
    lines = [line for line in text.rstrip().split("\n") if not line.startswith(_PLOT_LINE)]
    # Only a table must not be wrapped: its columns would fall apart.
    is_table = len(lines) > 1
    for line in lines[:MAX_LINES]:
        yield Text(
            shorten(line, MAX_CHARACTERS), style=style, no_wrap=is_table, overflow="ellipsis" if is_table else None
        )
    if len(lines) > MAX_LINES:
        yield Text(f"... {len(lines) - MAX_LINES} more lines", style="dim")


def shorten(text: str, limit: int) -> str:
    """Cut a text to its first characters, with dots for the rest."""
    return text if len(text) <= limit else f"{text[: limit - 3].rstrip()}..."
