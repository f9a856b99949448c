"""People who approve, edit, reject, answer and change their minds, also after a restart."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from langgraph.types import interrupt

from langchain_openrouter.emulator import Answer
from tests.unit_tests.openrouter_agents.scenarios.scenario import (
    Scenario,
    Step,
    ask,
    calculate,
    call,
    decide,
    go_on,
    resume,
)
from tests.unit_tests.openrouter_agents.scenarios.stage import (
    CONFIG,
    STILL_THERE,
    code_interpreter,
    play_out,
    take_step,
)

APPROVE = {"type": "approve"}
REJECT = {"type": "reject", "message": "Not today."}
EDIT = {"type": "edit", "edited_action": {"name": "calculator", "args": {"expression": "40+2"}}}
CAREFUL = {"human_in_the_loop": ["calculator"]}
SENT: list[str] = []


def send(text: str) -> str:
    """Send a letter."""
    SENT.append(text)
    return "sent"


def ask_back(question: str) -> str:
    """Ask the user."""
    return f"The user said: {interrupt(question)}"


def late(step: Step) -> Step:
    """The same, by a new agent on the same file."""
    return replace(step, after_restart=True)


def waits(**expected) -> Step:
    return ask(None, waits=True, **expected)


SCENARIOS = [
    Scenario(
        "approved",
        [calculate("1+1"), "Done."],
        [waits(), decide(APPROVE, results={"calculator": "2"})],
        options=CAREFUL,
    ),
    Scenario(
        "edited", [calculate("1+1"), "Done."], [waits(), decide(EDIT, results={"calculator": "42"})], options=CAREFUL
    ),
    Scenario(
        "rejected",
        [calculate("1+1"), "Done."],
        [waits(), decide(REJECT, results={"calculator": "Not today."})],
        options=CAREFUL,
    ),
    Scenario(
        "both are rejected",
        [calculate("1+1", "2+2"), "Done."],
        [waits(), decide(REJECT, REJECT, results={"calculator": "Not today."})],
        options=CAREFUL,
    ),
    Scenario(
        "one of two is to be approved",
        [[*calculate("1+1"), call("send", text="hi")], "Done."],
        [waits(), decide(APPROVE, results={"send": "sent", "calculator": "2"})],
        ["calculator", send],
        options={"human_in_the_loop": ["send"]},
    ),
    Scenario(
        "approved twice in one run",
        [calculate("1+1"), calculate("2+2"), "Done."],
        [waits(), decide(APPROVE, waits=True, says=None), decide(APPROVE, results={"calculator": "4"})],
        options=CAREFUL,
    ),
    Scenario(
        "approved after a restart",
        [calculate("1+1"), "Done."],
        [waits(), late(decide(APPROVE, results={"calculator": "2"}))],
        options=CAREFUL,
    ),
    Scenario(
        "rejected after a restart",
        [calculate("1+1"), "Done."],
        [waits(), late(decide(REJECT, results={"calculator": "Not today."}))],
        options=CAREFUL,
    ),
    Scenario(
        "a tool asks the user",
        [[call("ask_back", question="Which?")], "Done."],
        [waits(), resume("That.", results={"ask_back": "That."})],
        [ask_back],
    ),
    Scenario(
        "a tool asks the user, who answers after a restart",
        [[call("ask_back", question="Which?")], "Done."],
        [waits(), late(resume("That.", results={"ask_back": "That."}))],
        [ask_back],
    ),
    Scenario(
        "the user ignores the question, and asks something else",
        [calculate("1+1"), "Something else."],
        [waits(), ask("Something else.")],
        options=CAREFUL,
    ),
    Scenario(
        "the user ignores the question, after a restart",
        [calculate("1+1"), "Something else."],
        [waits(), late(ask("Something else."))],
        options=CAREFUL,
    ),
    Scenario(
        "a conversation over three lives",
        ["One.", "Two.", "Three."],
        [ask("One."), late(ask("Two.")), late(ask("Three."))],
    ),
    Scenario(
        "code has lost its variables after a restart, and says so",
        [
            [call("code_interpreter", code="x = 41")],
            "One.",
            [call("code_interpreter", code="x + 1")],
            [call("code_interpreter", code="41 + 1")],
            "Done.",
        ],
        [ask("One."), late(ask(results={"code_interpreter": "42"}))],
        [code_interpreter],
    ),
]


def test_ends_as_it_should(scenario, stage, run):
    play_out(scenario, stage, run)


def test_nothing_is_sent_before_it_is_approved_nor_twice(stage, run):
    SENT.clear()
    script = [[call("send", text="hi")], "Done."]
    sending = Scenario("send", script, [waits()], [send], options={"human_in_the_loop": ["send"]})
    stage.script(sending)
    with stage.agent(sending) as agent:
        take_step(agent, waits(), run)
        assert SENT == []
        take_step(agent, decide(APPROVE), run)
        assert SENT == ["hi"]
        take_step(agent, STILL_THERE, run)
        assert SENT == ["hi"]


def test_a_question_is_asked_anew_from_an_earlier_point(stage, run):
    """What was said after that point is another branch, and stays."""
    scenario = Scenario("branches", ["One.", "Two.", "Other two."], [])
    stage.script(scenario)
    with stage.agent(scenario) as agent:
        take_step(agent, ask("One."), run)
        earlier = agent.get_state(CONFIG).config
        take_step(agent, ask("Two."), run)
        later = agent.get_state(CONFIG).config
        state = run(agent, ask().sent, earlier)
        assert [message.text for message in state["messages"]] == ["?", "One.", "?", "Other two."]
        assert agent.get_state(later).values["messages"][-1].text == "Two."
    stage.check_books()


LIFE = """
import sys
from openrouter_agents import create_openrouter_agent, open_threads
from langgraph.types import Command

path, key, url = sys.argv[1:]
with open_threads(path) as threads:
    agent = create_openrouter_agent(
        "openai/gpt-4o-mini", ["calculator"], api_key=key, base_url=url, checkpointer=threads,
        human_in_the_loop=["calculator"],
    )
    config = {"configurable": {"thread_id": "ann"}}
    waiting = agent.get_state(config).interrupts
    sent = Command(resume={"decisions": [{"type": "approve"}]}) if waiting else {"messages": [("human", "?")]}
    print(agent.invoke(sent, config)["messages"][-1].text, flush=True)
    if not waiting:
        import os
        os._exit(9)  # without closing anything
"""


def test_another_process_takes_up_the_run_of_one_that_was_killed(tmp_path, emulator, play):
    play(Answer("Let me ask.", tool_calls=calculate("6*7")), Answer("Done."))
    arguments = [tmp_path / "threads.db", emulator.api_key, emulator.base_url]
    command = [sys.executable, "-c", LIFE, *map(str, arguments)]
    first, second = (_run(command) for _ in range(2))
    assert (first.returncode, first.stdout) == (9, "Let me ask.\n"), first.stderr
    assert (second.returncode, second.stdout) == (0, "Done.\n"), second.stderr
    assert emulator.requests[-1].json["messages"][-1]["content"] == "42"


def test_a_run_that_broke_off_is_taken_up_where_it_was(stage, run):
    broken = [True]

    def fragile() -> str:
        """Break the whole run, once."""
        if broken.pop() if broken else False:
            raise KeyboardInterrupt
        return "whole"

    scenario = Scenario(
        "broken off",
        [[call("fragile")], "Done."],
        [ask(None, fails=(KeyboardInterrupt, BaseExceptionGroup)), late(go_on())],
        [fragile],
    )
    play_out(scenario, stage, run)


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[4]
    environment = {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{root / 'agents'}"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
