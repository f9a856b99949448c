"""Tools, choices and calls, both ways."""

from __future__ import annotations

import json
from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessageChunk
from langchain_core.tools import tool
from pydantic import BaseModel

from langchain_openrouter._wire.tools import (
    ToolCallFolder,
    parse_arguments,
    parse_tool_calls,
    render_tool_choice,
    render_tools,
)
from langchain_openrouter.errors import ToolChoiceError

SEARCH = {"type": "openrouter:web_search", "parameters": {"max_results": 3}}
FUNCTION = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}


def add(a: int, b: int) -> int:
    """Add."""
    return a + b


class Add(BaseModel):
    """Add."""

    a: int


class AddDict(TypedDict):
    """Add."""

    a: int


@pytest.mark.parametrize(
    ("given", "name"), [(add, "add"), (tool(add), "add"), (Add, "Add"), (AddDict, "AddDict"), (FUNCTION, "add")]
)
def test_whatever_describes_a_function(given, name):
    (rendered,) = render_tools([given])
    assert rendered["type"] == "function"
    assert rendered["function"]["name"] == name


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("given", [add, Add, FUNCTION])
def test_strict_is_forwarded(given, strict):
    assert render_tools([given], strict=strict)[0]["function"]["strict"] is strict


def test_strict_is_absent_unless_given():
    assert "strict" not in render_tools([add])[0]["function"]


def test_server_tools_stay_verbatim_beside_functions():
    rendered = render_tools([SEARCH, add], strict=True)
    assert rendered[0] == SEARCH
    assert rendered[1]["function"]["name"] == "add"


def test_cache_control_on_a_tool_is_kept():
    cached = {**FUNCTION, "cache_control": {"type": "ephemeral"}}
    assert render_tools([cached], strict=True)[0]["cache_control"] == {"type": "ephemeral"}


def test_the_extras_of_a_tool_are_sent_with_it():
    """Where LangChain has the cache mark, and what else a provider wants to know of a tool."""

    @tool(extras={"cache_control": {"type": "ephemeral"}, "defer_loading": True})
    def add(a: int) -> int:
        """Add."""
        return a

    (wire,) = render_tools([add])
    assert wire["function"]["name"] == "add"
    assert wire["cache_control"] == {"type": "ephemeral"}
    assert wire["defer_loading"] is True


def test_tools_are_not_changed():
    render_tools([FUNCTION], strict=True)
    assert "strict" not in FUNCTION["function"]


CHOSEN = {"type": "function", "function": {"name": "add"}}


@pytest.mark.parametrize(
    ("choice", "tools", "wire"),
    [
        ("auto", [FUNCTION], "auto"),
        ("none", [FUNCTION], "none"),
        ("required", [FUNCTION], "required"),
        ("any", [FUNCTION], "required"),
        ("add", [FUNCTION, SEARCH], CHOSEN),
        (True, [FUNCTION], CHOSEN),
        (CHOSEN, [FUNCTION], CHOSEN),
        ("openrouter:web_search", [FUNCTION, SEARCH], {"type": "openrouter:web_search"}),
        (True, [SEARCH], {"type": "openrouter:web_search"}),
        ({"type": "tool", "name": "x"}, [FUNCTION], {"type": "tool", "name": "x"}),
    ],
)
def test_choice(choice, tools, wire):
    assert render_tool_choice(choice, tools) == wire


@pytest.mark.parametrize(
    ("choice", "tools", "words"),
    [
        ("sub", [FUNCTION], r"'sub', but the tools are \['add'\]"),
        ("ad", [FUNCTION], "Did you mean 'add'"),
        ("add", [], "the tools are none"),
        (True, [FUNCTION, SEARCH], "only be True when there is one tool"),
        (True, [], "Received 0 tools"),
        ({"type": "function", "function": {"name": "sub"}}, [FUNCTION], "'sub'"),
    ],
)
def test_choice_that_names_no_tool(choice, tools, words):
    with pytest.raises(ToolChoiceError, match=words):
        render_tool_choice(choice, tools)


def wire_call(arguments, **fields):
    return {"id": "1", "type": "function", "function": {"name": "f", "arguments": arguments}, **fields}


@pytest.mark.parametrize(
    ("arguments", "args"),
    [
        ('{"a": 1}', {"a": 1}),
        ("", {}),
        (None, {}),
        ("  ", {}),
        ({"a": 1}, {"a": 1}),
        ('{"a": "x\ny"}', {"a": "x\ny"}),
        ('{"n": 123456789012345678901234567890}', {"n": 123456789012345678901234567890}),
    ],
)
def test_arguments(arguments, args):
    calls, invalid = parse_tool_calls([wire_call(arguments)], "gen-1")
    assert ([call["args"] for call in calls], invalid) == ([args], [])


@pytest.mark.parametrize("arguments", ['{"a": 1', "[1]", "5", "null", "oops", '{"a": 1}}'])
def test_arguments_that_are_no_object_make_an_invalid_call(arguments):
    """Never an empty dict: the call would be carried out."""
    calls, invalid = parse_tool_calls([wire_call(arguments)], "gen-1")
    assert calls == []
    assert (invalid[0]["args"], invalid[0]["name"], invalid[0]["id"]) == (arguments, "f", "1")
    assert arguments in invalid[0]["error"]


@pytest.mark.parametrize("wire", [None, [], {}, "calls", [None], ["call"]])
def test_calls_that_are_none(wire):
    calls, invalid = parse_tool_calls(wire, None)
    assert calls == []
    assert all(call["error"] for call in invalid)


def test_calls_without_ids_get_different_ones():
    calls, _ = parse_tool_calls([wire_call("{}", id=None), wire_call("{}", id="")], "gen-1")
    assert [call["id"] for call in calls] == ["call_gen-1_0", "call_gen-1_1"]


def fold(*deltas, generation_id=None):
    """The message that a stream of these deltas adds up to."""
    folder = ToolCallFolder(generation_id)
    total = AIMessageChunk("")
    for delta in deltas:
        total += AIMessageChunk("", tool_call_chunks=folder.fold(delta))
    return total + AIMessageChunk("", tool_call_chunks=folder.close(), chunk_position="last")


def piece(text="", *, index=0, call_id=None, name=None, **more):
    fragment = {"index": index, "id": call_id, "function": {"name": name, "arguments": text}, **more}
    return {key: value for key, value in fragment.items() if value is not None}


def summary(message):
    return [(call["id"], call["name"], call["args"]) for call in message.tool_calls]


def test_a_name_and_id_on_every_fragment_count_once():
    message = fold(
        [piece("", call_id="1", name="f")],
        [piece('{"a"', call_id="1", name="f")],
        [piece(":1}", call_id="1", name="f")],
    )
    assert summary(message) == [("1", "f", {"a": 1})]


def test_one_index_for_several_calls():
    message = fold(
        [piece('{"a"', call_id="1", name="f")], [piece(":1}")], [piece('{"b":', call_id="2", name="g")], [piece("2}")]
    )
    assert summary(message) == [("1", "f", {"a": 1}), ("2", "g", {"b": 2})]


def test_no_index_at_all():
    message = fold(
        [piece('{"a"', index=None, call_id="1", name="f")],
        [piece(":1}", index=None)],
        [piece('{"b":2}', index=None, call_id="2", name="g")],
    )
    assert summary(message) == [("1", "f", {"a": 1}), ("2", "g", {"b": 2})]


def test_interleaved_calls():
    message = fold(
        [piece("{", index=0, call_id="1", name="f"), piece("{", index=1, call_id="2", name="g")],
        [piece('"b":2}', index=1)],
        [piece('"a":1}', index=0)],
    )
    assert summary(message) == [("1", "f", {"a": 1}), ("2", "g", {"b": 2})]


def test_a_call_without_an_id_gets_one():
    assert summary(fold([piece("{}", name="f")], generation_id="gen-1")) == [("call_gen-1_0", "f", {})]


@pytest.mark.parametrize("arguments", [None, ""])
def test_no_arguments_at_all(arguments):
    assert summary(fold([piece(arguments, call_id="1", name="f")])) == [("1", "f", {})]


@pytest.mark.parametrize("arguments", ["", "{}", '{"a": 1}', '{"a"'])
def test_a_call_that_names_no_tool_is_invalid_streamed_too(arguments):
    folder = ToolCallFolder("gen-1")
    chunks = [*folder.fold([{"index": 0, "id": "1", "function": {"arguments": arguments}}]), *folder.close()]
    parts = [AIMessageChunk("", tool_call_chunks=[chunk]) for chunk in chunks]
    message = parts[0] + [*parts[1:], AIMessageChunk("", chunk_position="last")]
    assert message.tool_calls == []
    assert message.invalid_tool_calls[0]["args"].startswith(arguments)


def test_arguments_as_an_object():
    assert summary(fold([piece({"a": 1}, call_id="1", name="f")])) == [("1", "f", {"a": 1})]


@pytest.mark.parametrize("fragment", [None, "x", 5, []])
def test_a_fragment_that_is_none_is_passed_over(fragment):
    assert summary(fold([fragment, piece("{}", call_id="1", name="f")])) == [("1", "f", {})]


def test_a_null_function_is_tolerated():
    fragments = [piece("{}", call_id="1", name="f")], [{"index": 0, "function": None}]
    assert summary(fold(*fragments)) == [("1", "f", {})]


ARGUMENTS = st.dictionaries(
    st.text(max_size=5), st.integers() | st.text(max_size=10) | st.lists(st.text(max_size=3), max_size=2), max_size=3
).map(json.dumps)


@given(ARGUMENTS, st.data())
def test_arguments_that_were_cut_are_never_carried_out(arguments, data):
    """langchain-core would complete the brackets."""
    text = arguments[: data.draw(st.integers(1, len(arguments)))]
    message = fold([piece(text, call_id="1", name="f")])
    whole = parse_arguments(text)
    assert summary(message) == ([] if whole is None else [("1", "f", whole)])
    if whole is None:
        assert message.invalid_tool_calls[0]["args"].startswith(text)


@given(calls=st.lists(ARGUMENTS, min_size=1, max_size=4), data=st.data())
def test_however_arguments_are_cut_the_calls_are_those_of_the_whole_answer(calls, data):
    deltas = []
    for number, arguments in enumerate(calls):
        cuts = sorted(data.draw(st.lists(st.integers(0, len(arguments)), max_size=4)))
        texts = [arguments[start:end] for start, end in zip([0, *cuts], [*cuts, len(arguments)], strict=True)]
        deltas.append([piece("", index=number, call_id=str(number), name="f")])
        deltas.extend([piece(text, index=number)] for text in texts)
    whole, _ = parse_tool_calls([wire_call(text, id=str(number)) for number, text in enumerate(calls)], None)
    assert fold(*deltas).tool_calls == whole
