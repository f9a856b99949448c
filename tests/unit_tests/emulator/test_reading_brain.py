"""The brain that reads: which tools it picks, what it gives them, and what it makes of their results."""

from __future__ import annotations

import contextlib
import io
import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_openrouter.emulator import ReadingBrain
from langchain_openrouter.emulator.brains.code import write_program


def function(name: str, description: str = "", **properties: Any) -> dict[str, Any]:
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


TEXT = {"type": "string"}
TOOLS = [
    function("calculator", "Exact arithmetic.", expression=TEXT),
    function("web_search", "Search.", query=TEXT),
    function("code_interpreter", "Run Python with numpy, pandas and matplotlib.", code=TEXT),
]


def ask(question: str, *later: dict[str, Any], tools: Any = TOOLS, **options: Any) -> Any:
    request = {"model": "m", "messages": [{"role": "user", "content": question}, *later], "tools": tools, **options}
    return ReadingBrain().reply(request)


def calls(answer: Any) -> list[tuple[str, dict[str, Any]]]:
    return [(call.name, json.loads(call.arguments)) for call in answer.tool_calls]


def history(answer: Any, *results: str) -> list[dict[str, Any]]:
    """The turn that follows an answer with tool calls."""
    wire = [
        {"id": f"c{n}", "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for n, call in enumerate(answer.tool_calls)
    ]
    said = {"role": "assistant", "content": None, "tool_calls": wire}
    return [said, *({"role": "tool", "tool_call_id": f"c{n}", "content": text} for n, text in enumerate(results))]


@pytest.mark.parametrize(
    ("question", "expression"),
    [
        ("What is 2**521 - 1, exactly?", "2**521 - 1"),
        ("How much is 12345678901234567890 times 98765432109876543210?", "12345678901234567890 * 98765432109876543210"),
        ("factorial of 50", "factorial(50)"),
    ],
)
def test_arithmetic_goes_to_the_calculator(question, expression):
    assert calls(ask(question)) == [("calculator", {"expression": expression})]


def test_what_is_to_be_looked_up_goes_to_the_search():
    """A clause without a name is about the name before it."""
    found = calls(ask("What is the capital of Mongolia, and how many people live there? Cite your source."))
    assert found == [
        ("web_search", {"query": "capital of Mongolia"}),
        ("web_search", {"query": "population of Mongolia"}),
    ]


def test_two_tools_in_one_turn():
    question = "What is 17**23, exactly, and what is the area of Iceland?"
    assert [name for name, _ in calls(ask(question))] == ["calculator", "web_search"]
    assert [name for name, _ in calls(ask(question, parallel_tool_calls=False))] == ["calculator"]


def test_one_at_a_time_gets_to_the_end():
    question = "What is 17**23, exactly, and what is the area of Iceland?"
    first = ask(question, parallel_tool_calls=False)
    later = history(first, "19967568900859523802559065713")
    assert [name for name, _ in calls(ask(question, *later, parallel_tool_calls=False))] == ["web_search"]


def test_results_make_the_answer_and_end_the_loop():
    first = ask("What is 6 * 7?")
    final = ask("What is 6 * 7?", *history(first, "42"))
    assert final.tool_calls == ()
    assert final.text == "6 * 7 = 42"


def test_a_search_is_cited():
    first = ask("What is the capital of Mongolia?")
    entry = {"id": 1, "title": "Mongolia", "url": "https://example.org/mn", "snippet": "Capital: name: Ulaanbaatar"}
    found = {"query": "capital of Mongolia", "results": [entry]}
    final = ask("What is the capital of Mongolia?", *history(first, json.dumps(found)))
    assert "Ulaanbaatar [1]" in final.text
    assert "- [1] Mongolia: https://example.org/mn" in final.text


@pytest.mark.parametrize("result", ["Error: division by zero", json.dumps({"query": "x", "results": []})])
def test_failures_are_told_honestly(result):
    first = ask("What is 1 / 3?")
    final = ask("What is 1 / 3?", *history(first, result))
    assert "could not help" in final.text or "found nothing" in final.text


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ("none", []),
        ("auto", []),
        ("required", ["calculator"]),
        ({"type": "function", "function": {"name": "web_search"}}, ["web_search"]),
    ],
)
def test_tool_choice_is_honoured(choice, names):
    assert [name for name, _ in calls(ask("Hello!", tool_choice=choice))] == names


def test_a_printed_table_keeps_its_columns():
    first = ask("Sales were Jan 120, Feb 135. Show a table of the change in percent.")
    table = "     value  change\nJan    120     NaN\nFeb    135    12.5"
    final = ask("Sales were Jan 120, Feb 135. Show a table of the change in percent.", *history(first, f"{table}\n"))
    assert table in final.text


def test_unknown_tools_are_understood_by_their_schema():
    tools = [
        function("get_weather", "Get the weather.", location=TEXT),
        function("magic_function", input={"type": "integer"}),
    ]
    assert calls(ask("What is the weather in San Francisco, CA?", tools=tools)) == [
        ("get_weather", {"location": "San Francisco, CA"})
    ]
    assert calls(ask("What is the value of magic_function(3)?", tools=tools)) == [("magic_function", {"input": 3})]


def test_memory_within_a_conversation():
    said = [{"role": "user", "content": "My name is Ada."}, {"role": "assistant", "content": "Hello."}]
    request = {"model": "m", "messages": [*said, {"role": "user", "content": "What is my name?"}]}
    assert ReadingBrain().reply(request).text == "Your name is Ada."


def test_it_says_what_it_is():
    assert "not by a language model" in ask("Write me a poem").text


@pytest.mark.parametrize("description", ["Python with pandas, matplotlib.", "Plain Python.", "has plot(kind, x, y)"])
@pytest.mark.parametrize(
    "question",
    [
        "Monthly sales were Jan 120, Feb 135, Mar 128. Compute the change from month to month in percent and plot it.",
        "Compute the mean and standard deviation of 3, 5, 8, 13, 21",
        "Plot y = x**2 for x from 0 to 10",
    ],
)
def test_its_programs_run(question, description, monkeypatch, tmp_path):
    pytest.importorskip("matplotlib").use("Agg")
    monkeypatch.chdir(tmp_path)
    drawn: list[object] = []
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(write_program(question, description), {"plot": lambda *args, **_: drawn.append(args)})
    assert printed.getvalue().strip()
    if "lot" in question:
        assert drawn or (tmp_path / "plot.png").exists() or description == "Plain Python."


SCHEMAS = st.recursive(
    st.one_of(
        st.builds(lambda least: {"type": "integer", "minimum": least}, st.integers(-50, 50)),
        st.builds(lambda least: {"type": "string", "minLength": least}, st.integers(0, 12)),
        st.just({"type": "boolean"}),
        st.just({"type": "number", "maximum": -2}),
        st.builds(lambda members: {"enum": members}, st.lists(st.text(max_size=5), min_size=1, max_size=3)),
        st.just({"const": 7}),
    ),
    lambda inner: st.one_of(
        st.builds(lambda items, least: {"type": "array", "items": items, "minItems": least}, inner, st.integers(0, 3)),
        st.builds(lambda one, other: {"anyOf": [one, other]}, inner, inner),
        st.builds(
            lambda fields: {"type": "object", "properties": fields, "required": list(fields)},
            st.dictionaries(st.sampled_from(["name", "age", "city", "items", "answer"]), inner, max_size=3),
        ),
    ),
    max_leaves=8,
)


@given(schema=SCHEMAS, question=st.text(max_size=60))
def test_structured_answers_fit_any_schema(schema, question):
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    answer = ask(question, tools=[], response_format=wanted)
    jsonschema.validate(json.loads(answer.text), schema)


@given(question=st.text(max_size=200), results=st.lists(st.text(max_size=60), max_size=2))
def test_it_never_raises(question, results):
    first = ask(question, tool_choice="required")
    ask(question, *history(first, *results[: len(first.tool_calls)]))
