"""The events of a response add up to the response."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from langchain_openrouter._wire.responses.parse import parse_response
from langchain_openrouter._wire.responses.stream import ResponsesStreamParser
from langchain_openrouter.emulator.responses_api.events import item_events
from langchain_openrouter.errors import (
    APIStatusError,
    BadRequestError,
    EmptyResponseError,
    InternalServerError,
    RateLimitError,
    ResponseFormatError,
    StreamInterruptedError,
)
from tests.conftest import add_up

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For busy machines."""

RESPONSE = {"id": "gen-1", "object": "response", "created_at": 1, "model": "m", "status": "completed", "error": None}
CREATED = {"type": "response.created", "response": {**RESPONSE, "status": "in_progress", "output": []}}
MESSAGE = {"type": "message", "id": "m1", "role": "assistant", "status": "completed"}
CALL = {"type": "function_call", "id": "f1", "call_id": "call_1", "name": "add", "arguments": '{"a": 1}'}


def said(text):
    return {**MESSAGE, "content": [{"type": "output_text", "text": text, "annotations": []}]}


def added(item, place=0):
    return {"type": "response.output_item.added", "output_index": place, "item": item}


def text_delta(delta, place=0):
    return {"type": "response.output_text.delta", "output_index": place, "content_index": 0, "delta": delta}


def args_delta(delta, place=0):
    return {"type": "response.function_call_arguments.delta", "output_index": place, "delta": delta}


def completed(*output, **more):
    return {"type": "response.completed", "response": {**RESPONSE, "output": list(output), **more}}


def chunks_of(*events, done=True):
    parser = ResponsesStreamParser({})
    payloads = [json.dumps(event).encode() for event in events] + ([b"[DONE]"] if done else [])
    with parser.keeping_partial():
        chunks = [chunk for payload in payloads for chunk in parser.feed([payload])]
        return [chunk.message for chunk in [*chunks, parser.close()]]


def sum_of(*events, done=True):
    return add_up(chunks_of(*events, done=done))


def whole(*output, **more):
    return parse_response(json.dumps(completed(*output, **more)["response"]).encode(), {}).generations[0].message


def check_same(left, right):
    for name in ("content", "additional_kwargs", "tool_calls", "invalid_tool_calls", "usage_metadata"):
        assert getattr(left, name) == getattr(right, name), name
    assert left.response_metadata == right.response_metadata


TEXT = st.text(max_size=30)
IDS = st.integers(0, 10**6).map(str)
ARGUMENTS = st.dictionaries(st.text(max_size=5), st.integers() | TEXT, max_size=3).map(json.dumps)


@st.composite
def items(draw):
    """An item of any type that the emulator can stream."""
    kind = draw(st.sampled_from(["message", "reasoning", "function_call", "shell_call", "openrouter:advisor", "new"]))
    head = {"type": kind, "id": draw(IDS), "status": "completed"}
    if kind == "message":
        citation = {"type": "url_citation", "url": "u", "title": "", "start_index": 0, "end_index": 1}
        parts = st.fixed_dictionaries(
            {"type": st.just("output_text"), "text": TEXT, "annotations": st.lists(st.just(citation), max_size=2)}
        ) | st.fixed_dictionaries({"type": st.just("refusal"), "refusal": TEXT})
        return {**head, "role": "assistant", "content": draw(st.lists(parts, max_size=3))}
    if kind == "reasoning":
        summary = draw(st.lists(TEXT.map(lambda text: {"type": "summary_text", "text": text}), max_size=3))
        content = draw(st.lists(TEXT.map(lambda text: {"type": "reasoning_text", "text": text}), max_size=3))
        item = {**head, "summary": [] if content else summary, "encrypted_content": draw(TEXT)}
        return {**item, "content": content} if content else item
    if kind == "function_call":
        return {**head, "call_id": draw(IDS), "name": "add", "arguments": draw(ARGUMENTS)}
    if kind == "shell_call":
        return {**head, "call_id": draw(IDS), "action": {"commands": [draw(TEXT)]}}
    return {**head, "advice": draw(TEXT)}


@unhurried
@given(st.lists(items(), max_size=6, unique_by=lambda item: item.get("call_id", item["id"])), st.booleans())
def test_a_stream_adds_up_to_the_response(output, streams_advice):
    events = [CREATED]
    for place, item in enumerate(output):
        told = item_events(place, item, streams_advice=streams_advice)
        events += [{"type": one.type, **one.fields} for one in told]
    check_same(sum_of(*events, completed(*output)), whole(*output))


@unhurried
@given(st.lists(items(), max_size=4, unique_by=lambda item: item.get("call_id", item["id"])))
def test_what_was_never_streamed_comes_with_the_end(output):
    check_same(sum_of(CREATED, completed(*output)), whole(*output))


def test_what_is_said_once_is_on_the_last_chunk_alone():
    usage = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3, "cost": 0.25}
    *chunks, last = chunks_of(CREATED, text_delta("a"), text_delta("b"), completed(said("ab"), usage=usage))
    assert all(chunk.response_metadata == {"model_provider": "openrouter"} for chunk in chunks)
    assert last.response_metadata["cost"] == 0.25
    assert last.chunk_position == "last"
    assert last.usage_metadata["total_tokens"] == 3


def test_the_spelling_of_the_documents_is_read():
    events = [
        CREATED,
        {"type": "response.content_part.delta", "response_id": "r", "output_index": 0, "delta": "Once"},
        {"type": "response.done", "response": {**RESPONSE, "output": [said("Once upon")]}},
    ]
    assert sum_of(*events, done=False).content == "Once upon"


def test_the_order_of_the_numbers_does_not_matter():
    events = [
        {**CREATED, "sequence_number": 5},
        {**text_delta("a"), "sequence_number": 3},
        {**text_delta("b"), "sequence_number": 1},
        {**completed(said("ab")), "sequence_number": 0},
    ]
    assert sum_of(*events).content == "ab"


def test_items_that_open_before_others_keep_their_places():
    other = {**CALL, "call_id": "call_2", "id": "f2", "arguments": '{"b": 2}'}
    events = [
        added({**other, "arguments": ""}, 1),
        added({**CALL, "arguments": ""}, 0),
        args_delta('{"b":', 1),
        args_delta('{"a": 1}', 0),
        args_delta(" 2}", 1),
        completed(CALL, other),
    ]
    calls = {call["id"]: call["args"] for call in sum_of(*events).tool_calls}
    assert calls == {"call_1": {"a": 1}, "call_2": {"b": 2}}


def test_pieces_of_reasoning_are_paragraphs():
    def summary(delta, index):
        kind = "response.reasoning_summary_text.delta"
        return {"type": kind, "output_index": 0, "summary_index": index, "delta": delta}

    texts = [{"type": "summary_text", "text": text} for text in ("One.", "Two.")]
    item = {"type": "reasoning", "id": "rs_1", "summary": texts}
    total = sum_of(summary("One", 0), summary(".", 0), summary("Two.", 1), completed(item))
    assert total.additional_kwargs["reasoning_content"] == "One.\n\nTwo."


def test_reasoning_streams_with_its_details():
    """Each delta has both, as those of chat completions have; what is encrypted comes with its item."""
    item = {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": "So so."}],
        "encrypted_content": "SECRET",
        "format": "openai-responses-v1",
    }
    begun = {"type": "response.reasoning_summary_text.delta", "output_index": 0, "summary_index": 0}
    ended = {"type": "response.output_item.done", "output_index": 0, "item": item}
    chunks = chunks_of({**begun, "delta": "So"}, {**begun, "delta": " so."}, ended, completed(item))
    first, second, third, *_ = [chunk.additional_kwargs for chunk in chunks]
    detail = {"type": "reasoning.summary", "summary": "So", "index": 0}
    assert first == {"reasoning_content": "So", "reasoning_details": [detail]}
    assert second == {"reasoning_content": " so.", "reasoning_details": [{"summary": " so.", "index": 0}]}
    assert third == {"reasoning_details": [{"type": "reasoning.encrypted", "data": "SECRET", "index": 1}]}
    check_same(add_up(chunks), whole(item))
    check_same(sum_of(ended, completed(item)), whole(item))


def test_the_last_event_has_the_last_word_on_ids():
    """OpenRouter makes ids up, and may make up other ones for the end."""
    item = {"type": "reasoning", "id": "rs_tmp_1", "summary": [], "content": [{"type": "reasoning_text", "text": "Hm"}]}
    ended = {"type": "response.output_item.done", "output_index": 0, "item": item}
    check_same(sum_of(ended, completed({**item, "id": "rs_tmp_2"})), whole({**item, "id": "rs_tmp_2"}))


def test_servers_that_count_items_in_another_way_are_understood():
    item = {"type": "reasoning", "id": "rs_1", "summary": [], "content": [{"type": "reasoning_text", "text": "Hm"}]}
    ended = {"type": "response.output_item.done", "output_index": 7, "item": item}
    check_same(sum_of(ended, text_delta("Hi", 8), completed(item, said("Hi"))), whole(item, said("Hi")))


def test_advice_is_streamed_apart_from_the_answer():
    advisor = {"type": "openrouter:advisor", "id": "st_1", "status": "completed"}
    events = [
        added({**advisor, "status": "in_progress"}, 0),
        text_delta("Think", 0),
        text_delta(" twice.", 0),
        text_delta("Four.", 1),
    ]
    chunks = chunks_of(*events, completed({**advisor, "advice": "Think twice."}, said("Four.")))
    assert chunks[0].additional_kwargs == {"advice": "Think"}
    assert add_up(chunks).additional_kwargs["advice"] == "Think twice."
    assert add_up(chunks).content == "Four."


def test_a_call_that_was_cut_off_is_never_made():
    cut = {**CALL, "arguments": '{"a": 1, "path": "/et', "status": "incomplete"}
    events = [added({**cut, "arguments": ""}), args_delta('{"a": 1, "path": "/et'), completed(cut, status="incomplete")]
    total = sum_of(*events)
    assert not total.tool_calls
    assert total.invalid_tool_calls[0]["args"].startswith('{"a": 1, "path": "/et')
    assert total.response_metadata["finish_reason"] == "length"


def test_an_end_that_is_only_announced_by_done_is_an_end():
    events = [
        CREATED,
        added({**CALL, "arguments": ""}),
        {"type": "response.output_item.done", "output_index": 0, "item": CALL},
    ]
    total = sum_of(*events)
    assert total.tool_calls[0]["args"] == {"a": 1}
    assert total.additional_kwargs["output"] == [CALL]
    assert total.response_metadata["id"] == "gen-1"
    with pytest.raises(StreamInterruptedError):
        sum_of(*events, done=False)


def test_a_server_that_does_not_stream_is_understood():
    check_same(sum_of({**RESPONSE, "output": [said("Hi"), CALL]}), whole(said("Hi"), CALL))


FAILED = {**RESPONSE, "status": "failed", "output": []}


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"type": "error", "code": "server_error", "message": "Broken.", "param": None}, InternalServerError),
        ({"type": "error", "code": "rate_limit_exceeded", "message": "Broken.", "param": None}, RateLimitError),
        ({"type": "error", "error": {"code": 400, "message": "Broken."}}, BadRequestError),
        ({"type": "response.error", "error": {"code": "invalid_prompt", "message": "Broken."}}, BadRequestError),
        (
            {
                "type": "response.failed",
                "response": {**FAILED, "error": {"code": "server_error", "message": "Broken."}},
            },
            InternalServerError,
        ),
        (
            {
                "type": "response.failed",
                "response": {
                    **FAILED,
                    "error": {"code": "server_error", "message": "Broken."},
                    "error_type": "rate_limit_exceeded",
                },
            },
            RateLimitError,
        ),
        (
            {"type": "response.completed", "response": {**FAILED, "error": {"code": "x", "message": "Broken."}}},
            APIStatusError,
        ),
        ({"error": {"code": 429, "message": "Broken."}}, RateLimitError),
    ],
)
def test_every_shape_of_a_failure_is_a_typed_error_with_the_text_so_far(event, kind):
    with pytest.raises(kind, match="Broken") as caught:
        chunks_of(CREATED, text_delta("Half"), event)
    assert caught.value.partial == "Half"
    assert caught.value.generation_id == "gen-1"
    assert caught.value.body == event


def test_nothing_at_all_is_an_error():
    with pytest.raises(EmptyResponseError):
        sum_of()
    with pytest.raises(StreamInterruptedError):
        sum_of(done=False)


def test_what_is_no_event_is_a_format_error():
    with pytest.raises(ResponseFormatError):
        ResponsesStreamParser({}).feed([b"oops"])


JUNK = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.none(), max_size=2) | st.just({})
KINDS = st.sampled_from(
    "output_item.added output_item.done output_text.delta function_call_arguments.delta created nonsense".split()
)
ITEMS = st.fixed_dictionaries(
    {"type": JUNK | st.sampled_from("message reasoning function_call shell_call openrouter:apply_patch".split())},
    optional=dict.fromkeys(("call_id", "name", "status", "arguments", "content", "summary"), JUNK),
)
FIELDS = {**dict.fromkeys(("output_index", "delta", "response", "content_index"), JUNK), "item": JUNK | ITEMS}


@unhurried
@given(st.lists(st.fixed_dictionaries({"type": KINDS.map("response.{}".format)}, optional=FIELDS), max_size=6))
def test_strange_values_never_break_the_stream(events):
    parser = ResponsesStreamParser({})
    parser.feed([json.dumps(event).encode() for event in events])
    parser.feed([json.dumps(completed(said("Hi"))).encode()])
    assert parser.close().message.response_metadata["finish_reason"] == "stop"
