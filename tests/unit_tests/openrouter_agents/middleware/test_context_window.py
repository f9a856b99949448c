"""Requests are kept within the model's window."""

from __future__ import annotations

import json

import pytest
from agent_talk import call, results
from hypothesis import given
from hypothesis import strategies as st
from langchain.agents.middleware import ClearToolUsesEdit, ContextEditingMiddleware
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver

from langchain_openrouter import ContextLengthExceededError, ModelCatalogue
from langchain_openrouter.emulator import Answer
from openrouter_agents.middleware.context_window import DEFAULT_WINDOW, FitContext, context_window
from openrouter_agents.middleware.cut_results import cut_results
from openrouter_agents.middleware.old_turns import leave_out_old_turns

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


def test_what_has_not_been_read_yet_is_left_out_last(emulator, play, agent, run, window):
    play(reading(1), reading(2, 3, 4), Answer("Read."))
    run(agent(model=SMALL, tools=[read]))
    assert sent(emulator.requests[-1]) == [False] + [True] * 3


@pytest.mark.parametrize("in_blocks", [False, True])
def test_a_tool_that_floods_costs_the_others_nothing(emulator, play, agent, run, window, in_blocks):
    def flood(size: int) -> str | list:
        """Say very much."""
        text = f"Begin. {'words ' * size} End."
        return [{"type": "text", "text": text}] if in_blocks else text

    play(
        Answer(tool_calls=[call("flood", size=9), call("flood", size=200_000), call("flood", size=200_000)]),
        Answer("Read."),
    )
    messages = run(agent(model=SMALL, tools=[flood]))
    assert messages[-1].text == "Read."
    texts = [
        one["content"][0]["text"] if in_blocks else one["content"]
        for one in emulator.requests[-1].json["messages"]
        if one["role"] == "tool"
    ]
    assert "left out" not in texts[0]
    for text in texts:
        assert text.startswith("Begin.")
        assert text.endswith("End.")
    first, second = map(len, texts[1:])
    assert abs(first - second) < 100
    assert window / 2 < len(json.dumps(emulator.requests[-1].json)) / 4 < window
    assert len(results(messages)[1].text) > 1_000_000


def test_a_thread_goes_on_after_a_flood(emulator, play, agent, run, window):
    play(reading(*range(20)), Answer("Read."), Answer("Yes?"))
    made = agent(model=SMALL, tools=[read], checkpointer=InMemorySaver())
    config = {"configurable": {"thread_id": "1"}}
    run(made, **config)
    assert run(made, **config)[-1].text == "Yes?"


def test_a_long_talk_loses_its_oldest_turns_and_goes_on(emulator, play, agent, window):
    play(*(Answer(f"Answer {turn}.") for turn in range(20)))
    made = agent(model=SMALL, tools=[read], checkpointer=InMemorySaver())
    for turn in range(20):
        question = f"Question {turn}: " + "words " * 2000
        said = made.invoke({"messages": [("human", question)]}, {"configurable": {"thread_id": "1"}})["messages"]
    assert said[-1].text == "Answer 19."
    assert len(said) == 40
    talk = [one["content"] for one in emulator.requests[-1].json["messages"] if one["role"] != "system"]
    assert "The beginning of this conversation was left out" in talk[0]
    assert talk[1].startswith("Question 1")
    assert talk[-1].startswith("Question 19: ")
    assert window / 2 < len(json.dumps(emulator.requests[-1].json)) / 4 < window


def test_a_question_that_is_too_long_by_itself_is_refused_as_such(emulator, play, agent, run):
    with pytest.raises(ContextLengthExceededError):
        agent(model=SMALL, tools=[read]).invoke({"messages": [("human", "words " * 100_000)]})


@given(st.lists(st.tuples(st.integers(1, 100), st.integers(0, 3)), max_size=8), st.integers(0, 1000))
def test_as_few_turns_are_left_out_as_will_do(turns, room):
    messages = [
        message
        for length, answers in turns
        for message in (HumanMessage("q" * length), *(AIMessage("a" * length) for _ in range(answers)))
    ]

    def fits(rest):
        return sum(len(message.text) for message in rest if not message.text.startswith("[")) <= room

    kept = leave_out_old_turns(messages, fits)
    if fits(messages) or len(turns) <= 1:
        assert kept == messages
        return
    assert kept[0].text.startswith("[The beginning")
    assert kept[1:] == messages[len(messages) - len(kept) + 1 :]
    assert isinstance(kept[1], HumanMessage)
    assert fits(kept) or sum(isinstance(one, HumanMessage) for one in kept[1:]) == 1
    before = max(
        at for at, one in enumerate(messages[: len(messages) - len(kept) + 1]) if isinstance(one, HumanMessage)
    )
    assert not fits(messages[before:])


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
    run(agent(tools=[read], middleware=[FitContext(default_window=8000)]))
    assert sent(emulator.requests[-1]) == [False, True]


@given(st.lists(st.integers(0, 9_000), min_size=1, max_size=6), st.integers(-100, 5_000))
def test_results_share_what_room_there_is(lengths, tokens):
    messages = [HumanMessage("?"), *(ToolMessage("x" * length, tool_call_id=str(length)) for length in lengths)]
    first, *cut = cut_results(messages, len(lengths), tokens)
    assert first == messages[0]
    room = max(tokens * 3, 500 * len(lengths))
    assert sum(len(message.text) for message in cut) <= room + 100 * len(lengths)
    for length, message in zip(lengths, cut, strict=True):
        assert message.text.count("x") >= min(length, 500) - 2
        if length <= room // len(lengths):
            assert message.text == "x" * length
