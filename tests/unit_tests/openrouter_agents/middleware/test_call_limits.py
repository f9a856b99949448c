"""Runs end, within their bounds and with an answer."""

from __future__ import annotations

import pytest
from agent_talk import call, results
from langchain.agents.middleware import ModelCallLimitMiddleware, ToolCallLimitMiddleware
from langchain.agents.structured_output import ToolStrategy
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.errors import GraphRecursionError
from langgraph.types import Command
from pydantic import BaseModel

from langchain_openrouter import ConfigurationError
from langchain_openrouter.emulator import Answer
from openrouter_agents import sum_spend

CALL = Answer(tool_calls=[call("calculator", expression="1+1")])


def count(to: int) -> str:
    """Count."""
    return "".join(map(str, range(to)))


def counting(*numbers: int) -> Answer:
    return Answer(tool_calls=[call("count", to=number) for number in numbers])


def test_the_last_model_call_of_a_run_is_made_without_tools(emulator, play, agent, run):
    play(counting(1), counting(2), Answer("As far as I came: 01."))
    messages = run(agent(tools=[count], max_model_calls=3))
    assert messages[-1].text == "As far as I came: 01."
    choices = [request.json.get("tool_choice") for request in emulator.requests]
    assert choices == [None, None, "none"]
    assert "3 times" in emulator.requests[-1].json["messages"][0]["content"]
    assert emulator.requests[-1].json["tools"] == emulator.requests[0].json["tools"]


def test_a_model_that_calls_tools_all_the_same_is_stopped(play, agent, run):
    play(*[counting(number) for number in range(9)])
    messages = run(agent(tools=[count], max_model_calls=2))
    assert sum_spend(messages).model_calls == 2
    assert messages[-1].text.startswith("I stopped, because a run may ask the model 2 times")
    assert messages[-1].additional_kwargs == {"stopped_by": "model_calls"}


def test_the_last_call_of_a_structured_answer_has_no_other_tool(emulator, play, agent):
    class Result(BaseModel):
        number: int

    play(CALL, Answer(tool_calls=[call("Result", number=2)]))
    made = agent(response_format=ToolStrategy(Result), max_model_calls=2)
    assert made.invoke({"messages": [("human", "?")]})["structured_response"] == Result(number=2)
    assert [tool["function"]["name"] for tool in emulator.requests[-1].json["tools"]] == ["Result"]


def test_calls_of_a_tool_are_bounded(play, agent, run):
    play(counting(1, 2, 3), Answer(tool_calls=[call("calculator", expression="6*7")]), Answer("Done."))
    messages = run(agent(tools=[count, "calculator"], tool_call_limits={"count": 2}))
    assert [message.status for message in results(messages)].count("success") == 3
    (refused,) = [message.text for message in results(messages) if message.status == "error"]
    assert "count may be called 2 times in a run" in refused
    assert messages[-1].text == "Done."


def test_calls_of_all_tools_are_bounded(play, agent, run):
    play(counting(1, 2, 3), counting(4), Answer("Done."))
    messages = run(agent(tools=[count], max_tool_calls=2))
    assert [message.status for message in results(messages)].count("success") == 2
    assert messages[-1].text == "Done."


def test_limits_are_those_of_each_run_also_when_it_is_resumed(play, agent, run):
    one = Answer(tool_calls=[call("count", to=2)])
    play(*[one, one, Answer("Done.")] * 2)
    options = {"human_in_the_loop": ["count"], "checkpointer": InMemorySaver(), "tool_call_limits": {"count": 1}}
    made = agent(tools=[count], **options)
    config = {"configurable": {"thread_id": "1"}}
    for _ in range(2):
        run(made, **config)
        run(made, Command(resume={"decisions": [{"type": "approve"}]}), **config)
        messages = run(made, Command(resume={"decisions": [{"type": "approve"}]}), **config)
    assert [message.status for message in results(messages)] == ["success", "error"] * 2
    assert messages[-1].text == "Done."


def test_a_limit_of_langchains_own_replaces_it(play, agent, run):
    play(counting(1, 2, 3), Answer("Done."))
    messages = run(agent(tools=[count], max_tool_calls=1, middleware=[ToolCallLimitMiddleware(run_limit=2)]))
    assert [message.status for message in results(messages)].count("success") == 2


def test_limits_add_no_steps_that_a_checkpointer_would_write(play, agent):
    play(counting(1), Answer("Done."))
    made = agent(tools=[count], checkpointer=InMemorySaver(), tool_call_limits={"count": 1})
    config = {"configurable": {"thread_id": "1"}}
    made.invoke({"messages": [("human", "?")]}, config)
    assert [state.next for state in made.get_state_history(config)][::-1] == [
        ("__start__",),
        ("model",),
        ("tools",),
        ("model",),
        (),
    ]


def test_the_recursion_limit_is_reached_by_no_run_that_keeps_to_its_calls(play, agent):
    play(*[counting(number) for number in range(40)], Answer("Done."))
    made = agent(tools=[count], max_model_calls=40, budget="1")
    assert made.config["recursion_limit"] < 400
    assert sum_spend(made.invoke({"messages": [("human", "?")]})["messages"]).model_calls == 40


def test_the_recursion_limit_follows_a_limit_of_ones_own(play, agent):
    play(*[counting(number) for number in range(60)], Answer("Done."))
    messages = agent(tools=[count], max_tool_calls=99, middleware=[ModelCallLimitMiddleware(run_limit=60)]).invoke(
        {"messages": [("human", "?")]}
    )["messages"]
    assert sum_spend(messages).model_calls == 60


def test_a_recursion_limit_in_the_config_counts(play, agent):
    play(CALL, CALL)
    with pytest.raises(GraphRecursionError):
        agent().invoke({"messages": [("human", "?")]}, {"recursion_limit": 4})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"max_model_calls": 0}, "max_model_calls is a number of at least 1, not 0"),
        ({"max_tool_calls": 0}, "max_tool_calls"),
        ({"max_concurrency": 0}, "max_concurrency"),
        ({"tool_call_limits": {"calculator": 0}}, "tool_call_limits"),
        ({"tool_call_limits": {"calculater": 1}}, "Did you mean 'calculator'"),
    ],
)
def test_wrong_limits_are_refused(agent, wrong, said):
    with pytest.raises(ConfigurationError, match=said):
        agent(**wrong)
