"""Characters that a stream cut in two come out whole."""

from __future__ import annotations

import itertools
import json

from hypothesis import given
from hypothesis import strategies as st

from langchain_openrouter._wire.stream import StreamParser
from langchain_openrouter._wire.surrogates import SurrogateJoiner
from tests.conftest import add_up

TEXT = st.text(st.sampled_from("aé漢😀🎉"), max_size=12)


def halves(text: str) -> str:
    """The text as JavaScript counts it: characters beyond the basic plane are two."""
    units = text.encode("utf-16-le")
    return "".join(chr(int.from_bytes(units[at : at + 2], "little")) for at in range(0, len(units), 2))


def read_json(units: str) -> str:
    """What a JSON parser makes of halves: those that stand side by side are one character."""
    return json.loads(json.dumps(units))


@given(text=TEXT, cuts=st.lists(st.integers(0, 24), max_size=6))
def test_any_cuts_add_up(text, cuts):
    units = halves(text)
    places = [0, *sorted(min(cut, len(units)) for cut in cuts), len(units)]
    joiner = SurrogateJoiner()
    pieces = [read_json(units[start:end]) for start, end in itertools.pairwise(places)]
    given_out = [joiner.join(piece) for piece in pieces]
    assert "".join(given_out) + joiner.close() == text
    for piece in given_out:
        piece.encode()


def test_a_half_that_stays_alone_is_not_lost():
    joiner = SurrogateJoiner()
    assert joiner.join("a\ud83d") == "a"
    assert joiner.close() == "\ud83d"
    assert joiner.close() == ""


def test_text_reasoning_and_arguments_of_a_stream():
    def event(**delta):
        return json.dumps({"id": "gen-1", "choices": [{"delta": delta}]}).encode()

    def call(arguments, **more):
        return event(tool_calls=[{"index": 0, "function": {"arguments": arguments, **more}}])

    events = [
        *[event(content="\ud83d"), event(content="\ude00!")],
        *[event(reasoning="\ud83d"), event(reasoning="\ude00?")],
        *[call('{"a": "\ud83d', name="f"), call('\ude00"}')],
        json.dumps({"choices": [{"delta": {}, "finish_reason": "stop"}]}).encode(),
    ]
    parser = StreamParser({})
    message = add_up([chunk.message for chunk in [*parser.feed(events), parser.close()]])
    assert message.content == "😀!"
    assert message.additional_kwargs["reasoning_content"] == "😀?"
    assert message.tool_calls[0]["args"] == {"a": "😀"}
