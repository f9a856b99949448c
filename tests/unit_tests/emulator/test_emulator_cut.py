"""Where answers end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from langchain_openrouter.emulator import Answer, ToolCall
from langchain_openrouter.emulator.cut import cut_answer, finish_reason
from langchain_openrouter.emulator.tokens import count_answer

ANSWERS = st.builds(
    Answer,
    text=st.text(max_size=80),
    reasoning=st.text(max_size=80),
    refusal=st.none() | st.text(max_size=20),
    tool_calls=st.lists(st.builds(ToolCall, st.text(min_size=1, max_size=8), st.text(max_size=30)), max_size=3),
)


@given(ANSWERS, st.integers(1, 40))
def test_no_answer_is_longer_than_max_tokens(answer, limit):
    cut = cut_answer(answer, {"max_tokens": limit})
    assert count_answer(cut) <= limit
    assert answer.text.startswith(cut.text)
    assert answer.reasoning.startswith(cut.reasoning)
    if count_answer(answer) <= limit:
        assert cut == answer
    else:
        assert finish_reason(cut) == "length"


@given(st.text("ab ", max_size=40), st.lists(st.text("ab ", min_size=1, max_size=3), min_size=1, max_size=4))
def test_no_stop_sequence_is_ever_said(text, sequences):
    cut = cut_answer(Answer(text), {"stop": sequences})
    assert text.startswith(cut.text)
    assert not any(sequence in cut.text for sequence in sequences)


def test_a_call_after_the_stop_is_never_made():
    cut = cut_answer(Answer("one STOP two", tool_calls=[ToolCall("f", "{}")]), {"stop": "STOP"})
    assert (cut.text, cut.tool_calls, finish_reason(cut)) == ("one ", (), "stop")


def test_the_smaller_of_two_limits_holds():
    assert cut_answer(Answer("x" * 80), {"max_tokens": 9, "max_completion_tokens": 2}).text == "x" * 8


def test_arguments_are_cut_in_the_middle_as_models_do(serve):
    served = serve(Answer("", tool_calls=[ToolCall("sum", '{"numbers": [1, 2, 3]}')]))
    tools = [{"type": "function", "function": {"name": "sum"}}]
    choice = served.chat(tools=tools, max_tokens=3).json()["choices"][0]
    assert choice["finish_reason"] == "length"
    assert choice["message"]["tool_calls"][0]["function"]["arguments"] == '{"numbers'


def test_details_of_reasoning_that_was_cut_are_made_anew():
    details = [{"type": "reasoning.text", "text": "a long thought"}]
    cut = cut_answer(Answer("", reasoning="a long thought", reasoning_details=details), {"max_tokens": 1})
    assert (cut.reasoning, cut.reasoning_details) == ("a lo", None)
