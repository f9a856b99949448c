"""A stream adds up to the unstreamed answer, and says what is said once only once."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessageChunk

from langchain_openrouter import ChatOpenRouter, EmptyResponseError
from langchain_openrouter._wire.stream import StreamParser
from langchain_openrouter.emulator import Answer, OpenRouterEmulator, ScriptBrain, ToolCall
from langchain_openrouter.errors import APIStatusError, ResponseFormatError, StreamInterruptedError
from tests.conftest import add_up

FIRST = {"id": "gen-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "provider": "P"}
USAGE = {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4, "cost": 0.0000105}


def event(delta=None, finish=None, **body):
    choice = {"index": 0, "delta": {"role": "assistant", **(delta or {})}, "finish_reason": finish}
    return {**FIRST, "choices": [choice], **body}


def chunks_of(*events, headers=None):
    """The chunks of a stream of these events, `[DONE]` included."""
    parser = StreamParser(headers or {})
    chunks = [chunk for one in events for chunk in parser.feed([json.dumps(one).encode()])]
    return [chunk.message for chunk in [*chunks, *parser.feed([b"[DONE]"]), parser.close()]]


def sum_of(*events):
    return add_up(chunks_of(*events))


def test_what_is_said_once_is_on_the_last_chunk_alone():
    chunks = chunks_of(event({"content": "a"}), event({"content": "b"}, "stop"), event({}, "stop", usage=USAGE))
    last = chunks.pop()
    assert [chunk.response_metadata for chunk in chunks] == [{"model_provider": "openrouter"}] * 2
    assert all(chunk.usage_metadata is None for chunk in chunks)
    assert last.chunk_position == "last"
    assert last.usage_metadata == {"input_tokens": 3, "output_tokens": 1, "total_tokens": 4}
    assert last.response_metadata == {
        "model_provider": "openrouter",
        "model_name": "m",
        "id": "gen-1",
        "generation_id": "gen-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "provider": "P",
        "finish_reason": "stop",
        "logprobs": None,
        "cost": 0.0000105,
    }


def test_the_sum_has_each_fact_once():
    """LangChain joins strings and adds numbers up."""
    total = sum_of(event({"content": "a"}, "stop"), event({}, "stop", usage=USAGE), event({}, "stop"))
    metadata = total.response_metadata
    assert (metadata["finish_reason"], metadata["model_name"], metadata["provider"]) == ("stop", "m", "P")
    assert metadata["cost"] == 0.0000105
    assert metadata["created"] == 1


@pytest.mark.parametrize(
    "usage_event", [{**FIRST, "choices": [], "usage": USAGE}, event({}, "stop", usage=USAGE), {"usage": USAGE}]
)
def test_usage_is_read_wherever_it_stands(usage_event):
    total = sum_of(event({"content": "a"}, "stop"), usage_event)
    assert total.response_metadata["cost"] == 0.0000105
    assert total.usage_metadata["total_tokens"] == 4


def test_the_last_usage_is_the_one_that_counts():
    total = sum_of(event({"content": "a"}, usage={**USAGE, "cost": 1}), event({}, "stop", usage=USAGE))
    assert total.response_metadata["cost"] == 0.0000105


def test_the_first_finish_reason_stands():
    assert sum_of(event({"content": "a"}, "tool_calls"), event({}, "stop")).response_metadata["finish_reason"] == (
        "tool_calls"
    )


def test_content_in_the_finishing_event_is_kept():
    assert sum_of(event({"content": "a"}), event({"content": "b"}, "stop")).content == "ab"


@pytest.mark.parametrize(
    "noise",
    [{"id": "gen-1"}, {}, {"choices": []}, {"choices": None}, {"choices": [{"delta": None}]}, {"choices": [None]}],
)
def test_events_that_say_nothing_are_passed_over(noise):
    assert len(chunks_of(noise, event({"content": "a"}, "stop"), noise)) == 2


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
def test_reasoning_under_either_name(name):
    total = sum_of(event({name: "h"}), event({name: "m"}), event({"content": "a"}, "stop"))
    assert total.additional_kwargs == {"reasoning_content": "hm"}


def test_refusals_annotations_and_images_are_kept():
    note = {"type": "url_citation", "url_citation": {"url": "u"}}
    picture = {"type": "image_url", "image_url": {"url": "data:..."}, "index": 0}
    total = sum_of(
        event({"refusal": "N"}),
        event({"refusal": "o"}),
        event({"annotations": [note]}),
        event({"annotations": [note]}),
        event({"images": [picture]}),
        event({"images": [picture]}, "stop"),
    )
    assert total.additional_kwargs["refusal"] == "No"
    assert total.additional_kwargs["annotations"] == [note, note]
    assert [one["image_url"] for one in total.additional_kwargs["images"]] == [picture["image_url"]] * 2


def test_logprobs_are_on_the_chunk_that_they_belong_to():
    logprobs = {"content": [{"token": "a", "logprob": -0.1}]}
    first = event({"content": "a"}, "stop")
    first["choices"][0]["logprobs"] = logprobs
    chunks = chunks_of(first)
    assert chunks[0].response_metadata["logprobs"] == logprobs
    assert chunks[-1].response_metadata["logprobs"] is None


def test_an_answer_that_is_not_streamed_is_one_chunk():
    body = {**FIRST, "choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}], "usage": USAGE}
    parser = StreamParser({})
    total = add_up([chunk.message for chunk in [*parser.feed([json.dumps(body).encode()]), parser.close()]])
    assert (total.content, total.usage_metadata["total_tokens"]) == ("Hi", 4)


def test_done_without_a_finish_reason_is_an_end():
    assert sum_of(event({"content": "a"})).content == "a"


def test_a_finish_reason_without_done_is_an_end():
    parser = StreamParser({})
    parser.feed([json.dumps(event({"content": "a"}, "stop")).encode()])
    assert parser.close().message.response_metadata["finish_reason"] == "stop"


def test_neither_is_an_interruption():
    parser = StreamParser({"x-generation-id": "gen-9"})
    parser.feed([json.dumps(event({"content": "So far"})).encode()])
    with pytest.raises(StreamInterruptedError, match="after 6 characters") as raised:
        parser.close()
    assert (raised.value.partial, raised.value.generation_id) == ("So far", "gen-9")


def test_nothing_and_no_reason_is_no_answer():
    parser = StreamParser({})
    parser.feed([b"[DONE]"])
    with pytest.raises(EmptyResponseError):
        parser.close()


@pytest.mark.parametrize(
    "failing",
    [
        {"error": {"message": "died", "code": 502}},
        {"choices": [], "error": {"message": "died", "code": 502, "metadata": {"error_type": "provider_unavailable"}}},
        event({}, "error", error={"message": "died", "code": "502"}),
        {"choices": [{"delta": {}, "error": {"message": "died", "code": 502}}]},
    ],
)
def test_an_error_event_keeps_the_text(failing):
    with pytest.raises(APIStatusError, match="died") as raised:
        chunks_of(event({"content": "So far"}), failing)
    assert raised.value.status_code == 502
    assert raised.value.partial == "So far"


def test_a_finish_reason_of_error_alone_is_an_error():
    with pytest.raises(APIStatusError, match="did not say which"):
        chunks_of(event({"content": "So far"}), event({}, "error"))


def test_a_pair_of_surrogates_cut_between_events_survives():
    total = sum_of(event({"content": "a\ud83d"}), event({"content": "\ude00"}, "stop"))
    assert total.content == "a😀"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FRAGMENTS = st.lists(
    st.dictionaries(
        st.sampled_from(["index", "id", "function", "type"]),
        JSON | st.dictionaries(st.sampled_from(["name", "arguments"]), JSON),
    ),
    max_size=3,
)
KEYS = ["content", "tool_calls", "reasoning", "reasoning_details", "images", "annotations", "refusal"]
DELTAS = st.dictionaries(st.sampled_from(KEYS), JSON | FRAGMENTS)


@given(st.lists(DELTAS, max_size=4))
def test_whatever_a_delta_holds_is_chunks_or_a_typed_error(deltas):
    try:
        chunks = chunks_of(*(event(delta) for delta in deltas))
    except (APIStatusError, ResponseFormatError):
        return
    assert all(isinstance(chunk, AIMessageChunk) for chunk in chunks)


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
ARGUMENTS = st.dictionaries(WORDS, st.integers() | WORDS, max_size=3).map(json.dumps)
CALLS = st.builds(ToolCall, name=st.sampled_from(["f", "g"]), arguments=ARGUMENTS | st.just('{"cut": '))
DETAILS = st.lists(
    st.one_of(
        st.builds(lambda text: {"type": "reasoning.text", "text": text, "signature": "s"}, WORDS.filter(bool)),
        st.builds(lambda text: {"type": "reasoning.summary", "summary": text}, WORDS.filter(bool)),
        st.builds(lambda data: {"type": "reasoning.encrypted", "data": data}, WORDS.filter(bool)),
    ),
    max_size=3,
)
NOTES = st.lists(st.builds(lambda url: {"type": "url_citation", "url_citation": {"url": url}}, WORDS), max_size=2)


@st.composite
def answers(draw):
    details = [{**detail, "index": 0, "format": "f", "id": f"d{number}"} for number, detail in enumerate(draw(DETAILS))]
    return Answer(
        text=draw(WORDS),
        tool_calls=[
            ToolCall(call.name, call.arguments, f"call_{number}")
            for number, call in enumerate(draw(st.lists(CALLS, max_size=3)))
        ],
        reasoning=draw(WORDS),
        reasoning_details=details or None,
        refusal=draw(st.none() | WORDS.filter(bool)),
        annotations=draw(NOTES),
        images=[
            {"type": "image_url", "image_url": {"url": url}, "index": number}
            for number, url in enumerate(draw(st.lists(WORDS, max_size=2)))
        ],
    )


@pytest.fixture(scope="module")
def server():
    with OpenRouterEmulator(credits_usd=1000, brain=ScriptBrain([])) as running:
        yield running


_OF_ONE_ATTEMPT = {"id", "generation_id", "created", "object", "system_fingerprint"}


def essence(message):
    """What must be the same, streamed or not. A number only says which fragments belong together."""
    extras = dict(message.additional_kwargs)
    for key in ("reasoning_details", "images"):
        extras[key] = [{k: v for k, v in one.items() if k != "index"} for one in extras.get(key, [])]
    metadata = {key: value for key, value in message.response_metadata.items() if key not in _OF_ONE_ATTEMPT}
    invalid = [(call["id"], call["name"]) for call in message.invalid_tool_calls]
    return message.content, message.tool_calls, invalid, extras, metadata, message.usage_metadata


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(answer=answers())
def test_the_sum_of_a_stream_is_the_unstreamed_answer(answer, server):
    server.brain = ScriptBrain([answer, answer])
    model = ChatOpenRouter(model="openai/gpt-4o-mini", api_key=server.api_key, base_url=server.base_url)
    whole = model.invoke("hello")
    streamed = add_up(list(model.stream("hello")))
    for ours, theirs in itertools.zip_longest(essence(streamed), essence(whole)):
        assert ours == theirs
