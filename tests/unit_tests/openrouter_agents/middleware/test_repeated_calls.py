"""An agent that turns in circles is told, and then stopped."""

from __future__ import annotations

from itertools import count

from agent_talk import call

from langchain_openrouter.emulator import Answer
from openrouter_agents import sum_spend

AGAIN = Answer(tool_calls=[call("calculator", expression="1+1")])


def test_the_same_call_with_the_same_result_ends_the_run(emulator, play, agent, run):
    play(*[AGAIN] * 9)
    messages = run(agent())
    assert sum_spend(messages).model_calls == 5
    assert messages[-1].text.startswith(
        "I stopped, because I was turning in circles: calculator has been called 5 times"
    )
    assert messages[-1].additional_kwargs == {"stopped_by": "repeated_calls"}
    systems = [request.json["messages"][0]["content"] for request in emulator.requests]
    assert ["do something else" in one for one in systems] == [False, False, False, True, False]
    assert [request.json.get("tool_choice") for request in emulator.requests] == [None] * 4 + ["none"]


def test_a_model_that_listens_goes_on(play, agent, run):
    play(AGAIN, AGAIN, AGAIN, Answer(tool_calls=[call("calculator", expression="6*7")]), AGAIN, Answer("42"))
    assert run(agent())[-1].text == "42"


def test_a_call_whose_result_changes_is_no_circle(play, agent, run):
    numbers = count()

    def poll() -> str:
        """How far is it?"""
        return str(next(numbers))

    play(*[Answer(tool_calls=[call("poll")])] * 8, Answer("There."))
    assert run(agent(tools=[poll]))[-1].text == "There."


def test_calls_of_earlier_questions_do_not_count(play, agent, run):
    play(*[AGAIN, Answer("2")] * 7)
    messages = []
    for _ in range(7):
        messages = run(agent(), {"messages": [*messages, ("human", "What is 1+1?")]})
    assert messages[-1].text == "2"
