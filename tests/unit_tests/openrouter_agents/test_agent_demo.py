"""The demo with scripted answers: what it shows, saves and adds up."""

from __future__ import annotations

import json
from decimal import Decimal
from io import StringIO

import pytest
from langchain_core.messages import AIMessage, ToolMessage
from rich.console import Console

from langchain_openrouter import RateLimitError
from langchain_openrouter.emulator import Answer, Book, Failure, ToolCall
from openrouter_agents.costs import Spend
from openrouter_agents.demo import agrees_with_book, run_demo
from openrouter_agents.plot_files import PlotFiles
from openrouter_agents.terminal import Terminal
from openrouter_agents.venue import Venue

_PNG = b"\x89PNG\r\n\x1a\n and so on"


def call(name: str, /, **arguments: object) -> ToolCall:
    return ToolCall(name, json.dumps(arguments))


@pytest.fixture
def screen(tmp_path):
    """A terminal of 80 columns without colours."""
    console = Console(file=StringIO(), width=80, highlight=False)
    return Terminal(console, PlotFiles(tmp_path / "plots"))


def seen(terminal: Terminal) -> str:
    text = terminal.console.file.getvalue()
    assert all(len(line) <= 80 for line in text.split("\n"))
    return text


@pytest.fixture
def venue(emulator, model):
    return Venue(model(max_retries=0), emulator.book)


def test_shows_each_step_and_a_bill_that_is_exact(play, venue, screen):
    play(
        Answer(
            "Let me see.",
            tool_calls=[call("calculator", expression="2**100"), call("web_search", query="capital of Mongolia")],
        ),
        Answer("It is **large**."),
        Answer("Hello."),
    )
    assert run_demo(venue, screen, ["A big number?", "And [now] this?"])
    text = seen(screen)
    steps = ["from a language model", "A big number?", "Let me see.", "→ calculator  2**100", "← calculator"]
    steps += ["It is large.", "2 model calls, 2 tool calls", "And [now] this?", "Hello.", "1 model call, 0 tool calls"]
    steps += ["Total", "Exact:"]
    at = [text.index(step) for step in steps]
    assert at == sorted(at)
    assert str(2**100) in text
    assert "(CIA World Factbook)" in text
    assert "offline-corpus" in text
    assert f"${venue.book.total.normalize():f}" in text


def test_a_wrong_bill_is_said_and_fails(emulator, play, screen, model):
    play(Answer("Hello."))
    assert not run_demo(Venue(model(), Book()), screen, ["Hi?"])
    assert "Wrong:" in seen(screen)


def test_the_book_is_compared_to_the_last_digit(screen, play, venue):
    play(Answer("Hello."))
    venue.model.invoke("Hi?")
    assert agrees_with_book(screen.console, Spend(cost=venue.book.total), venue.book)
    assert not agrees_with_book(screen.console, Spend(cost=venue.book.total + Decimal("1E-12")), venue.book)
    assert not agrees_with_book(screen.console, Spend(cost=None), venue.book)


def test_what_was_paid_before_a_failure_is_shown(play, venue, screen):
    play(Answer("Hello."), Failure(429, "slow down"))
    with pytest.raises(RateLimitError):
        run_demo(venue, screen, ["First?", "Second?"])
    assert f"${venue.book.total.normalize():f}" in seen(screen)


def test_live_says_who_is_paid(play, screen, model):
    play(Answer("Hello."))
    assert run_demo(Venue(model(), None), screen, ["Hi?"])
    assert "Live: openai/gpt-4o-mini" in seen(screen)
    assert "Exact:" not in seen(screen)


def test_saves_plots_and_says_where(screen, tmp_path):
    artifact = {"images": [_PNG, b"no picture", _PNG]}
    message = ToolMessage(
        "1\n[plot 1: 640x480 PNG, 9 kB]", artifact=artifact, tool_call_id="1", name="code_interpreter"
    )
    screen.on_tool_result(message)
    assert sorted(path.name for path in (tmp_path / "plots").iterdir()) == ["plot-1.png", "plot-2.png"]
    assert seen(screen).count("plot saved") == 2
    assert "[plot 1" not in seen(screen)


def test_code_is_shown_as_code_and_tables_are_not_wrapped(screen):
    code = "x = 1\nprint(x)"
    calls = [{"name": "code_interpreter", "args": {"code": code}, "id": "1"}]
    screen.on_answer(AIMessage("", tool_calls=calls))
    rows = [f"row{number} " + "x" * 100 for number in range(20)]
    screen.on_tool_result(ToolMessage("\n".join(rows), tool_call_id="1", name="code_interpreter"))
    text = seen(screen)
    assert "    x = 1\n    print(x)" in "\n".join(line.rstrip() for line in text.split("\n"))
    assert text.count("row") == 14
    assert "... 6 more lines" in text


def test_failures_of_tools_are_marked(screen):
    screen.on_tool_result(ToolMessage("Error: no.", tool_call_id="1", name="calculator", status="error"))
    assert "calculator failed" in seen(screen)
    assert "Error: no." in seen(screen)


@pytest.mark.parametrize("content", ["no JSON", "[]", '{"results": 1}', '{"results": [1, {}], "warnings": 2}'])
def test_odd_search_results_do_no_harm(screen, content):
    screen.on_tool_result(ToolMessage(content, tool_call_id="1", name="web_search"))
    assert seen(screen)


def test_on_a_terminal_the_text_grows_while_it_comes(play, venue, tmp_path):
    play(Answer("One two three four."))
    console = Console(file=StringIO(), width=80, height=24, force_terminal=True, color_system=None)
    terminal = Terminal(console, PlotFiles(tmp_path))
    with terminal.working():
        terminal.on_text("One ")
        terminal.on_text("two")
    terminal.on_answer(AIMessage("One two."))
    assert console.file.getvalue().count("One two") >= 2
