"""Requests are kept within the model's window."""

from __future__ import annotations

import json

import pytest
from agent_talk import call, results
from langchain.agents.middleware import ClearToolUsesEdit, ContextEditingMiddleware

from langchain_openrouter import ModelCatalogue
from langchain_openrouter.emulator import Answer
from openrouter_agents.middleware.context_window import DEFAULT_WINDOW, FitContext, context_window

SMALL = "openai/gpt-3.5-turbo"


def read(page: int) -> str:
    """Read a page."""
    return f"{page}: " + "words " * 2000


def reading(*pages: int) -> Answer:
    return Answer(tool_calls=[call("read", page=page) for page in pages])


@pytest.fixture
def window(emulator) -> int:
    """The window of a small model, which is known from now on."""
    info = ModelCatalogue(emulator.base_url).fetch().get(SMALL)
    return info.max_prompt_tokens or info.context_length


def sent(request) -> list[bool]:
    """Which results were sent, of all that there are."""
    return [len(one["content"]) > 1000 for one in request.json["messages"] if one["role"] == "tool"]


def test_old_results_are_left_out_before_the_window_is_full(emulator, play, agent, run, window):
    pages = range(1, 10)
    play(*map(reading, pages), Answer("Read."))
    messages = run(agent(model=SMALL, tools=[read]))
    assert messages[-1].text == "Read."
    assert all(len(message.text) > 1000 for message in results(messages))
    assert sent(emulator.requests[-1]) == [False] * 6 + [True] * 3
    assert all(len(json.dumps(request.json)) / 4 < window for request in emulator.requests)


def test_what_has_not_been_read_yet_is_never_left_out(emulator, play, agent, run, window):
    play(reading(1), reading(2, 3, 4, 5, 6), Answer("Read."))
    run(agent(model=SMALL, tools=[read]))
    assert sent(emulator.requests[-1]) == [False] + [True] * 5


def test_the_smallest_window_of_the_fallbacks_counts(emulator, model, window):
    assert context_window(model(model="openai/gpt-5-mini")) > window
    assert context_window(model(model="openai/gpt-5-mini", models=[SMALL])) == window


def test_a_window_that_is_not_known_is_taken_for_the_default(emulator, play, agent, run, model):
    def read_long(page: int) -> str:
        """Read a long page."""
        return f"{page}: " + "words " * 12_000

    assert context_window(model()) is None
    fitting = int(DEFAULT_WINDOW * 0.7 / 18_000)
    play(*[Answer(tool_calls=[call("read_long", page=page)]) for page in range(fitting + 1)], Answer("Read."))
    run(agent(tools=[read_long]))
    assert sent(emulator.requests[-2]) == [True] * fitting
    assert sent(emulator.requests[-1]) == [False] + [True] * 4


def test_ones_own_editing_replaces_it(emulator, play, agent, run):
    play(reading(1), reading(2), Answer("Read."))
    edit = ContextEditingMiddleware(edits=[ClearToolUsesEdit(trigger=10, keep=0)])
    run(agent(tools=[read], middleware=[edit]))
    assert sent(emulator.requests[-1]) == [False, False]
    play(reading(1), reading(2), Answer("Read."))
    run(agent(tools=[read], middleware=[FitContext(default_window=10)]))
    assert sent(emulator.requests[-1]) == [False, True]
