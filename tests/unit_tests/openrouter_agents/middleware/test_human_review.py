"""People approve, edit and reject the calls that they want to see."""

from __future__ import annotations

import pytest
from agent_talk import call, results
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from langchain_openrouter import ConfigurationError
from langchain_openrouter.emulator import Answer

THREAD = {"configurable": {"thread_id": "1"}}


@pytest.mark.parametrize(
    ("decision", "given"),
    [
        ({"type": "approve"}, "2"),
        ({"type": "edit", "edited_action": {"name": "calculator", "args": {"expression": "6*7"}}}, "42"),
        ({"type": "reject", "message": "Not today."}, "Not today."),
    ],
)
def test_a_call_waits_for_a_decision(play, agent, run, decision, given):
    play(Answer(tool_calls=[call("calculator", expression="1+1")]), Answer("Done."))
    made = agent(human_in_the_loop=["calculator"], checkpointer=InMemorySaver())
    assert results(run(made, **THREAD)) == []
    assert made.get_state(THREAD).next
    messages = run(made, Command(resume={"decisions": [decision]}), **THREAD)
    assert given in results(messages)[0].text
    assert messages[-1].text == "Done."


def test_what_nobody_asked_to_see_runs_at_once(play, agent, run):
    play(Answer(tool_calls=[call("calculator", expression="1+1")]), Answer("2"))
    made = agent(tools=["calculator", "web_search"], human_in_the_loop=["web_search"], checkpointer=InMemorySaver())
    assert run(made, **THREAD)[-1].text == "2"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"human_in_the_loop": ["calculator"]}, "checkpointer"),
        ({"human_in_the_loop": ["calculator"], "checkpointer": False}, "checkpointer"),
        ({"human_in_the_loop": "calculator", "checkpointer": InMemorySaver()}, "such as \\['calculator'\\]"),
        ({"human_in_the_loop": ["calculater"], "checkpointer": InMemorySaver()}, "Did you mean 'calculator'"),
        ({"human_in_the_loop": {"calculator": {}}, "checkpointer": InMemorySaver()}, "allowed_decisions"),
    ],
)
def test_wrong_settings_are_refused(agent, wrong, said):
    with pytest.raises(ConfigurationError, match=said):
        agent(**wrong)
