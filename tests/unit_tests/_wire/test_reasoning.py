"""Reasoning details: fragments add up to what the provider signed, and go back as they came."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessageChunk

from langchain_openrouter._wire.reasoning import DetailFolder, render_details

TEXT = st.text(min_size=1, max_size=30)


def add_up(fragments):
    """The details of the message that a stream of these fragments adds up to."""
    folder = DetailFolder()
    total = AIMessageChunk("")
    for fragment in fragments:
        total += AIMessageChunk("", additional_kwargs={"reasoning_details": folder.fold([fragment])})
    return total.additional_kwargs["reasoning_details"]


def bare(details):
    """Details without their number: it only says what belongs together."""
    return [{key: value for key, value in detail.items() if key != "index"} for detail in details]


def text(words, **more):
    return {"type": "reasoning.text", "text": words, "format": "anthropic-claude-v1", "index": 0, **more}


def summary(words, **more):
    return {"type": "reasoning.summary", "summary": words, "format": "openai-responses-v1", "index": 0, **more}


def secret(data, **more):
    return {"type": "reasoning.encrypted", "data": data, "format": "openai-responses-v1", "index": 0, **more}


@pytest.mark.parametrize(
    ("fragments", "whole"),
    [
        pytest.param([text("a"), text("b")], [text("ab")], id="the format is not repeated"),
        pytest.param([text("a", index=0.0), text("b", index=0.0)], [text("ab")], id="index as a float"),
        pytest.param(
            [text("a"), text("b"), {**text(None, signature="sig"), "text": None}],
            [text("ab", signature="sig")],
            id="signature alone, at the end",
        ),
        pytest.param(
            [{k: v for k, v in text("", signature="sig").items() if k != "text"}],
            [{k: v for k, v in text("", signature="sig").items() if k != "text"}],
            id="signature without a text",
        ),
        pytest.param(
            [text("a", signature="1"), text("b", signature="2")],
            [text("a", signature="1"), text("b", signature="2")],
            id="a signature closes an entry",
        ),
        pytest.param([summary("a"), summary("b"), secret("x")], [summary("ab"), secret("x")], id="summary, encrypted"),
        pytest.param([text("a"), secret("x"), text("b")], [text("a"), secret("x"), text("b")], id="interleaved"),
        pytest.param(
            [secret("x", id="1"), secret("y", id="2")], [secret("x", id="1"), secret("y", id="2")], id="two encrypted"
        ),
        pytest.param([secret("x"), secret("y")], [secret("x"), secret("y")], id="two encrypted without ids"),
        pytest.param([text("a", index=0), text("b", index=1)], [text("a"), text("b")], id="two indices"),
        pytest.param(
            [summary("a", id="1"), summary("b", id="2")], [summary("a", id="1"), summary("b", id="2")], id="ids"
        ),
        pytest.param([text("a", id=None), text("b", id="late")], [text("ab", id="late")], id="an id that comes late"),
        pytest.param([{"type": "reasoning.new", "x": 1}], [{"type": "reasoning.new", "x": 1}], id="unknown type"),
    ],
)
def test_fragments_add_up_to_the_whole(fragments, whole):
    found = [{k: v for k, v in detail.items() if v is not None} for detail in bare(add_up(fragments))]
    assert found == bare(whole)


@st.composite
def streamed_details(draw):
    """Whole entries, and the fragments that a stream makes of them, all with the wire index 0."""
    whole, fragments = [], []
    for _ in range(draw(st.integers(1, 5))):
        make = draw(st.sampled_from([text, summary, secret]))
        identity = {"id": f"rs_{len(whole)}"} if draw(st.booleans()) or make is secret else {"id": f"x{len(whole)}"}
        if make is secret:
            whole.append(secret(draw(TEXT), **identity))
            fragments.append(whole[-1])
            continue
        pieces = draw(st.lists(TEXT, min_size=1, max_size=4))
        signature = {"signature": draw(TEXT)} if make is text and draw(st.booleans()) else {}
        whole.append(make("".join(pieces), **identity, **signature))
        fragments.extend(make(piece, **identity) for piece in pieces)
        if signature:
            fragments.append({k: v for k, v in make("", **identity, **signature).items() if k != "text"})
    return whole, fragments


@given(streamed_details())
def test_the_sum_of_a_stream_is_the_unstreamed_answer(details):
    whole, fragments = details
    assert bare(add_up(fragments)) == bare(whole)


@given(streamed_details())
def test_fragments_kept_side_by_side_go_out_whole(details):
    """Histories that other clients persisted hold the fragments of a stream."""
    whole, fragments = details
    sent = render_details(fragments)
    expected = [{k: v for k, v in d.items() if not (k == "id" and v.startswith("rs_"))} for d in whole]
    assert bare(sent) == bare(expected)


@given(streamed_details())
def test_what_was_streamed_goes_back_as_what_was_not(details):
    whole, fragments = details
    assert bare(render_details(add_up(fragments))) == bare(render_details(whole))


@given(streamed_details())
def test_nothing_is_changed_in_place(details):
    _, fragments = details
    before = copy.deepcopy(fragments)
    render_details(fragments)
    add_up(fragments)
    assert fragments == before


def test_stored_ids_are_not_sent_and_others_are():
    sent = render_details([secret("x", id="rs_1"), text("a", id="tool_1")])
    assert "id" not in sent[0]
    assert sent[1]["id"] == "tool_1"


@pytest.mark.parametrize("detail", ["words", None, 5, {"type": "reasoning.new", "nested": {"a": [1]}}, {}])
def test_what_is_not_known_goes_back_as_it_came(detail):
    assert render_details([detail]) == [detail]


def test_entries_without_an_index_are_left_alone():
    entries = [{"type": "reasoning.text", "text": "a"}, {"type": "reasoning.text", "text": "b"}]
    assert render_details(entries) == entries
