"""How many tokens a request has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_openrouter.emulator import Answer, ToolCall
from langchain_openrouter.emulator.tokens import count_answer, count_prompt, count_text, segments_of


def prompt(*messages, **body):
    return segments_of({"model": "x", "messages": messages, **body})


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("a", 1), ("four", 1), ("fives", 2), ("äöüß", 1)])
def test_four_characters_are_a_token(text, tokens):
    assert count_text(text) == tokens
    assert count_prompt(prompt({"role": "user", "content": text})) == tokens + 3


@pytest.mark.parametrize(
    ("part", "kind", "tokens"),
    [
        ({"type": "image_url", "image_url": {"url": "https://example.org/x.png"}}, "image", 765),
        ({"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}, "audio", 100),
        ({"type": "video_url", "video_url": {"url": "https://example.org/x.mp4"}}, "video", 1000),
        ({"type": "file", "file": {"file_data": "data:application/pdf;base64,AA=="}}, "file", 1500),
    ],
)
def test_media_count_a_fixed_number_whatever_their_size(part, kind, tokens):
    segments = prompt({"role": "user", "content": [{"type": "text", "text": "What?"}, part]})
    assert count_prompt(segments, kind) == tokens
    assert count_prompt(segments) == 3 + 2 + tokens


def test_tools_schemas_and_calls_count_as_their_json():
    plain = count_prompt(prompt({"role": "user", "content": "Hi"}))
    tool = {"type": "function", "function": {"name": "add"}}
    assert count_prompt(prompt({"role": "user", "content": "Hi"}, tools=[tool, tool])) == plain + 2 * 12
    wanted = {"type": "json_object"}
    assert count_prompt(prompt({"role": "user", "content": "Hi"}, response_format=wanted)) == plain + 6
    asking = {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1"}]}
    assert count_prompt(prompt(asking)) == 3 + 4


def test_a_mark_on_a_tool_a_part_or_the_request_is_found():
    mark = {"type": "ephemeral", "ttl": "1h"}
    segments = prompt(
        {"role": "system", "content": [{"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}]},
        {"role": "user", "content": "Hi"},
        tools=[{"type": "function", "function": {"name": "add"}, "cache_control": mark}],
        cache_control=mark,
    )
    assert [segment.cache_ttl for segment in segments] == ["1h", None, "5m", None, "1h"]


@given(st.text(), st.text(), st.text())
def test_an_answer_counts_all_it_says(text, reasoning, arguments):
    answer = Answer(text, reasoning=reasoning, tool_calls=[ToolCall("add", arguments)], images=[{}])
    assert count_answer(answer) == sum(map(count_text, (text, reasoning, "add" + arguments))) + 1290
