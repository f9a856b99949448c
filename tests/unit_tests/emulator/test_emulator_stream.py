"""A stream says exactly what the unstreamed answer says."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from langchain_openrouter.emulator import Answer, ScriptBrain, ToolCall
from langchain_openrouter.emulator.catalogue import find_model
from langchain_openrouter.emulator.reasoning import details_of
from langchain_openrouter.emulator.stream import deltas, fragments, joined, to_json

CALLS = st.lists(st.builds(ToolCall, name=st.text(min_size=1), arguments=st.text(), id=st.text(min_size=1)), max_size=3)
ANSWERS = st.builds(
    Answer,
    text=st.text(),
    tool_calls=CALLS.map(tuple),
    reasoning=st.text(),
    refusal=st.none() | st.text(min_size=1),
    annotations=st.lists(st.just({"type": "url_citation", "url_citation": {"url": "https://example.org"}})).map(tuple),
    images=st.lists(st.just({"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}})).map(tuple),
)


@given(st.text())
def test_fragments_join_to_the_text_and_are_short(text):
    assert "".join(fragments(text)) == text
    assert all(len(fragment.strip()) <= 16 for fragment in fragments(text))


@given(ANSWERS)
def test_deltas_join_to_the_answer(answer):
    model = find_model("anthropic/claude-haiku-4.5")
    assert joined(list(deltas(answer, details_of(answer, model)))) == replace(answer, reasoning_details=None)


@given(st.text(st.characters()))
def test_any_text_is_written_as_json_that_reads_back(text):
    assert json.loads(to_json({"text": text}))["text"] == text


def test_reasoning_comes_first_with_its_details_and_a_late_signature(serve):
    served = serve(Answer("Four.", reasoning="Two and two is four."))
    chunks = served.events(model="anthropic/claude-haiku-4.5")
    choices = [chunk["choices"][0] for chunk in chunks]
    thoughts = [choice["delta"] for choice in choices if "reasoning" in choice["delta"]]
    details = [detail for thought in thoughts for detail in thought["reasoning_details"]]
    assert "".join(thought["reasoning"] or "" for thought in thoughts) == "Two and two is four."
    assert "".join(detail.get("text", "") for detail in details) == "Two and two is four."
    assert "signature" in details[-1]
    assert "text" not in details[-1]
    assert not any("signature" in detail for detail in details[:-1])
    assert {detail["format"] for detail in details} == {"anthropic-claude-v1"}
    assert choices[len(thoughts)]["delta"]["content"] == "Four."


def test_given_details_are_streamed_unchanged_in_meaning(serve):
    given_details = [
        {"type": "reasoning.summary", "summary": "Counting on.", "index": 0, "format": "openai-responses-v1"},
        {"type": "reasoning.encrypted", "data": "c2VjcmV0", "index": 1, "format": "openai-responses-v1"},
    ]
    served = serve(Answer("4", reasoning="Counting on.", reasoning_details=given_details))
    plain = served.chat(model="openai/gpt-5-mini").json()["choices"][0]["message"]
    assert plain["reasoning_details"] == given_details
    streamed = [
        detail
        for chunk in served.events(model="openai/gpt-5-mini")
        for detail in chunk["choices"][0]["delta"].get("reasoning_details", [])
    ]
    assert "".join(detail.get("summary", "") for detail in streamed) == "Counting on."
    assert streamed[-1] == given_details[1]


def test_parallel_calls_are_told_apart_by_index_and_their_ids_come_once(serve):
    served = serve(Answer("", tool_calls=[ToolCall("add", '{"a": 1, "b": 2}'), ToolCall("stop", "{}")]))
    tools = [{"type": "function", "function": {"name": name}} for name in ("add", "stop")]
    chunks = served.events(tools=tools)
    calls = [call for chunk in chunks for call in chunk["choices"][0]["delta"].get("tool_calls", [])]
    first = [call for call in calls if "id" in call]
    assert [(call["index"], call["function"]["name"]) for call in first] == [(0, "add"), (1, "stop")]
    assert all(call["function"]["arguments"] == "" for call in first)
    assert len({call["id"] for call in first}) == 2
    said = {0: "", 1: ""}
    for call in calls:
        said[call["index"]] += call["function"]["arguments"]
    assert said == {0: '{"a": 1, "b": 2}', 1: "{}"}
    assert chunks[-2]["choices"][0]["finish_reason"] == "tool_calls"


def test_a_stream_starts_with_comments_and_ends_with_finish_usage_done(served):
    text = served.chat(stream=True).text
    assert text.startswith(": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\ndata: {")
    assert text.endswith("\n\ndata: [DONE]\n\n")
    chunks = served.events()
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None, "stop", "stop"]
    assert ["usage" in chunk for chunk in chunks] == [False, False, True]
    assert {chunk["id"] for chunk in chunks} == {served.emulator.book.entries[-1].generation_id}


def test_excluded_reasoning_is_not_shown_but_paid_for(serve):
    served = serve(Answer("Four.", reasoning="Two and two is four."))
    plain = served.chat(reasoning={"exclude": True}).json()
    assert plain["choices"][0]["message"]["reasoning"] is None
    assert "reasoning_details" not in plain["choices"][0]["message"]
    chunks = served.events(include_reasoning=False)
    assert not any(key.startswith("reasoning") for chunk in chunks for key in chunk["choices"][0]["delta"])
    assert plain["usage"]["completion_tokens_details"]["reasoning_tokens"] == 5
    assert chunks[-1]["usage"] == plain["usage"]


def test_refusal_images_and_annotations_reach_both_forms(serve):
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    note = {"type": "url_citation", "url_citation": {"url": "https://example.org", "title": "Example"}}
    answer = Answer("Look", images=[image], annotations=[note], refusal="No more of these.")
    served = serve(ScriptBrain([answer] * 2))
    message = served.chat(model="google/gemini-2.5-flash-image").json()["choices"][0]["message"]
    streamed = [chunk["choices"][0]["delta"] for chunk in served.events(model="google/gemini-2.5-flash-image")]
    assert (message["images"], message["annotations"], message["refusal"]) == ([image], [note], "No more of these.")
    assert [delta["images"] for delta in streamed if "images" in delta] == [[image]]
    assert [delta["annotations"] for delta in streamed if "annotations" in delta] == [[note]]
    assert "".join(delta.get("refusal", "") for delta in streamed) == "No more of these."
