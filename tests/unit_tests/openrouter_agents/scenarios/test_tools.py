"""Tools that work, and models that call them wrongly."""

from __future__ import annotations

from pydantic import BaseModel

from langchain_openrouter.emulator import Answer, ScriptBrain, ToolCall
from openrouter_agents import WebSearch
from tests.unit_tests.openrouter_agents.scenarios.scenario import Scenario, ask, calculate, call
from tests.unit_tests.openrouter_agents.scenarios.stage import code_interpreter, play_out


class City(BaseModel):
    """A city."""

    name: str


def weather(city: str, days: int = 1) -> str:
    """Get the weather."""
    return f"Sunny in {city} for {days} days."


def count(text: str) -> int:
    """Count letters."""
    return len(text)


def look_up(city: str) -> City:
    """Look up a city."""
    return City(name=city)


def nothing() -> None:
    """Do nothing."""


SEARCH = WebSearch(provider="offline-corpus")

WORKING = [
    Scenario("no tool is needed", ["Done."], [ask()]),
    Scenario("one tool", [calculate("2**521 - 1"), "Done."], [ask(results={"calculator": str(2**521 - 1)})]),
    Scenario("six calls at once", [calculate(*"123456"), "Done."], [ask(results={"calculator": "6"})]),
    Scenario(
        "two tools at once",
        [[*calculate("6*7"), call("weather", city="Oslo")], "Done."],
        [ask(results={"calculator": "42", "weather": "Oslo"})],
        tools=["calculator", weather],
    ),
    Scenario(
        "three tools one after the other",
        [[call("web_search", query="capital of Mongolia")], calculate("1+1"), [call("weather", city="Oslo")], "Done."],
        [ask(results={"web_search": "Ulaanbaatar", "calculator": "2", "weather": "Oslo"})],
        tools=["calculator", SEARCH, weather],
    ),
    Scenario(
        "code keeps its variables from call to call and from question to question",
        [
            [call("code_interpreter", code="x = 41")],
            [call("code_interpreter", code="x + 1")],
            "Done.",
            [call("code_interpreter", code="x + 2")],
            "Done.",
        ],
        [ask(results={"code_interpreter": "42"}), ask(results={"code_interpreter": "43"})],
        tools=[code_interpreter],
    ),
    Scenario("a number as a result", [[call("count", text="abc")], "Done."], [ask(results={"count": "3"})], [count]),
    Scenario(
        "an object as a result",
        [[call("look_up", city="Oslo")], "Done."],
        [ask(results={"look_up": "Oslo"})],
        [look_up],
    ),
    Scenario("nothing as a result", [[call("nothing")], "Done."], [ask(results={"nothing": ""})], [nothing]),
    Scenario(
        "text beside the calls",
        [Answer("Let me see.", tool_calls=calculate("1+1")), "Done."],
        [ask(results={"calculator": "2"})],
    ),
    Scenario(
        "three questions in a row",
        ["One.", calculate("1+1"), "Two.", "Three."],
        [ask("One."), ask("Two."), ask("Three.")],
    ),
]

MISTAKEN = [
    Scenario(
        "an argument is missing, then there",
        [[call("weather")], [call("weather", city="Oslo")], "Done."],
        [ask(results={"weather": "Sunny in Oslo"})],
        [weather],
        checks_requests=False,
    ),
    Scenario(
        "an argument of the wrong type",
        [[call("weather", city="Oslo", days="many")], "Done."],
        [ask(results={"weather": "days"})],
        [weather],
        checks_requests=False,
    ),
    Scenario(
        "an argument that nobody knows",
        [[call("weather", city="Oslo", colour="blue")], "Done."],
        [ask(results={"weather": "Oslo"})],
        [weather],
        checks_requests=False,
    ),
    Scenario(
        "a tool that is not there",
        [[call("wether", city="Oslo")], "Done."],
        [ask(results={"wether": "weather"})],
        [weather],
        checks_requests=False,
    ),
    Scenario(
        "an expression that is none, then one",
        [calculate("6 times"), calculate("6*7"), "Done."],
        [ask(results={"calculator": "42"})],
    ),
    Scenario(
        "one call of two is wrong",
        [[*calculate("6*7"), call("weather")], "Done."],
        [ask(results={"calculator": "42", "weather": "city"})],
        ["calculator", weather],
        checks_requests=False,
    ),
    Scenario(
        "code with a mistake, then without",
        [[call("code_interpreter", code="1/0")], [call("code_interpreter", code="40+2")], "Done."],
        [ask(results={"code_interpreter": "42"})],
        [code_interpreter],
    ),
]


SCENARIOS = [*WORKING, *MISTAKEN]


def test_ends_as_it_should(scenario, stage, run):
    play_out(scenario, stage, run)


def test_each_of_many_calls_gets_its_own_result(stage, run):
    numbers = range(10, 30)
    script = [calculate(*(f"{number}*2" for number in numbers)), "Done."]
    messages = play_out(Scenario("many", script, [ask()]), stage, run)
    calls = {made["id"]: made["args"]["expression"] for made in messages[1].tool_calls}
    results = {calls[message.tool_call_id]: message.text for message in messages[2:-1]}
    assert results == {f"{number}*2": str(number * 2) for number in numbers}


def test_a_structured_answer_after_a_tool(stage, run):
    scenario = Scenario(
        "structured",
        [calculate("1+1"), Answer(tool_calls=[ToolCall("City", '{"name": "Oslo"}')])],
        [],
        options={"response_format": City},
        model={"model": "meta-llama/llama-3.3-70b-instruct"},
    )
    stage.emulator.brain = ScriptBrain(scenario.replies)
    with stage.agent(scenario) as agent:
        state = run(agent, {"messages": [("human", "?")]}, {"configurable": {"thread_id": "ann"}})
    assert state["structured_response"] == City(name="Oslo")
    stage.check_books()
