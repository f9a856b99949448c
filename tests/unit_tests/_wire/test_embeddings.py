"""Inputs to the wire of `/embeddings`, and its answers back."""

from __future__ import annotations

import base64
import json
import struct
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_openrouter import MessageError, RateLimitError, RequestError, ResponseFormatError
from langchain_openrouter._wire.embeddings import parse_embeddings, render_embeddings, render_inputs

IMAGE = {"type": "image_url", "image_url": {"url": "https://example.org/cat.png"}}
single_floats = st.floats(width=32, allow_nan=False)


def body(*vectors, **more):
    data = [{"object": "embedding", "embedding": vector, "index": at} for at, vector in enumerate(vectors)]
    return {"object": "list", "data": data, "model": "m", **more}


def parse(answer, count=None, headers=None):
    count = len(answer["data"]) if count is None else count
    return parse_embeddings(json.dumps(answer).encode(), headers or {}, first=0, count=count)


def encoded(vector):
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


TEXT_PARTS = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]


@pytest.mark.parametrize(
    ("inputs", "wire"),
    [
        ([], []),
        (["a", ""], ["a", ""]),
        (("a",), ["a"]),
        ([[1, 2], [3]], [[1, 2], [3]]),
        ([IMAGE], [{"content": [IMAGE]}]),
        (["a", ["b", IMAGE]], [{"content": TEXT_PARTS[:1]}, {"content": [TEXT_PARTS[1], IMAGE]}]),
        ([["a", "b"]], [{"content": TEXT_PARTS}]),
        ([{"content": [IMAGE], "of_tomorrow": 1}], [{"content": [IMAGE], "of_tomorrow": 1}]),
    ],
)
def test_texts_and_tokens_stay_and_the_rest_becomes_content(inputs, wire):
    assert render_inputs(inputs) == wire


@pytest.mark.parametrize(
    ("block", "part"),
    [
        (
            {"type": "image", "base64": "AA==", "mime_type": "image/png"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
        ),
        (
            {"type": "audio", "base64": "AA==", "mime_type": "audio/wav"},
            {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
        ),
        (
            {"type": "video", "url": "https://example.org/a.mp4"},
            {"type": "input_video", "input_video": {"data": "https://example.org/a.mp4"}},
        ),
        (
            {"type": "file", "base64": "AA==", "mime_type": "application/pdf", "filename": "a.pdf"},
            {"type": "input_file", "input_file": {"data": "data:application/pdf;base64,AA==", "filename": "a.pdf"}},
        ),
        ({"type": "input_video", "input_video": {"data": "x"}}, {"type": "input_video", "input_video": {"data": "x"}}),
        ({"type": "of_tomorrow", "x": 1}, {"type": "of_tomorrow", "x": 1}),
    ],
)
def test_media_have_the_names_of_this_endpoint(block, part):
    assert render_inputs([block]) == [{"content": [part]}]


@pytest.mark.parametrize("wrong", ["text", b"bytes", {"type": "text"}, {"a", "b"}, None, iter(["a"])])
def test_what_is_no_list_of_inputs(wrong):
    with pytest.raises(RequestError, match="Embedding takes a list of inputs"):
        render_inputs(wrong)


@pytest.mark.parametrize("wrong", [5, None, b"x", 1.5, object()])
def test_an_input_that_cannot_be_embedded_is_named(wrong):
    with pytest.raises(RequestError, match="Input 1 is of the type"):
        render_inputs(["a", wrong])


@pytest.mark.parametrize("block", [{"type": "file", "file_id": "f"}, {"type": "video_url", "video_url": {}}])
def test_media_need_their_data(block):
    with pytest.raises(MessageError, match="embedded by its data"):
        render_inputs([block])


def test_options_that_are_none_are_left_out():
    sent = json.loads(render_embeddings(["a"], {"model": "m", "dimensions": None, "of_tomorrow": {"x": None}}))
    assert sent == {"input": ["a"], "model": "m", "of_tomorrow": {"x": None}}


@given(st.lists(st.lists(single_floats, min_size=1, max_size=5), max_size=5), st.randoms())
def test_vectors_come_back_exactly_in_the_order_of_the_inputs(vectors, random):
    """Whatever their order on the wire, and in either form."""
    for answer in (body(*vectors), body(*(encoded(vector) for vector in vectors))):
        random.shuffle(answer["data"])
        assert parse(answer).vectors == vectors


@pytest.mark.parametrize("item", [{}, {"index": None}])
def test_without_an_index_the_order_of_the_answer_counts(item):
    answer = {"data": [{"embedding": [1.0], **item}, {"embedding": [2.0], **item}]}
    assert parse(answer).vectors == [[1.0], [2.0]]


def test_integers_are_floats():
    (vector,) = parse(body([0, 1])).vectors
    assert all(type(number) is float for number in vector)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_missing_or_extra_vectors(count):
    with pytest.raises(ResponseFormatError, match=f"2 vectors for {count} inputs") as raised:
        parse(body([1.0], [2.0], id="gen-emb-1"), count)
    assert raised.value.generation_id == "gen-emb-1"


@pytest.mark.parametrize("indices", [(0, 0), (0, 2), (-1, 0), ("0", 1), (None, 0), (True, 0), (0.0, 1)])
def test_an_index_that_tells_nothing(indices):
    answer = body([1.0], [2.0])
    for item, index in zip(answer["data"], indices, strict=True):
        item["index"] = index
    with pytest.raises(ResponseFormatError, match="cannot be told which of the 2 inputs"):
        parse(answer)


@pytest.mark.parametrize("vector", [None, [], "", "AAA", "AA==", "!", ["x"], [None], [[1.0]], {}, 5, "€", [10**400]])
def test_what_is_no_vector(vector):
    with pytest.raises(ResponseFormatError, match="no vector"):
        parse(body(vector))


@pytest.mark.parametrize("answer", [{}, {"data": None}, {"data": {}}, {"data": [None]}, {"object": "list"}])
def test_bodies_without_vectors(answer):
    with pytest.raises(ResponseFormatError):
        parse(answer, 1)


@pytest.mark.parametrize("content", [b"", b"[]", b"<html>", b"null"])
def test_bodies_that_are_no_object(content):
    with pytest.raises(ResponseFormatError, match="not a JSON object"):
        parse_embeddings(content, {}, first=0, count=1)


def test_an_error_with_status_200_is_an_error():
    with pytest.raises(RateLimitError) as raised:
        parse({"error": {"code": 429, "message": "Slow down"}, "id": "gen-emb-1"}, 1)
    assert (raised.value.status_code, raised.value.generation_id) == (429, "gen-emb-1")


def test_facts():
    usage = {"prompt_tokens": 3, "total_tokens": 3, "cost": 6e-8}
    answer = body([1.0], usage=usage, provider="OpenAI", id="gen-emb-1", user_id="user_1", of_tomorrow=1)
    response = parse(answer, headers={"x-generation-id": "gen-emb-2", "x-openrouter-cache-status": "HIT"})
    assert (response.usage.input_tokens, response.usage.output_tokens) == (3, 0)
    assert response.usage.cost == Decimal("6e-8")
    assert (response.model_name, response.provider, response.generation_id) == ("m", "OpenAI", "gen-emb-2")
    assert response.metadata == {"of_tomorrow": 1, "usage": usage, "response_cache": {"status": "HIT"}}


@pytest.mark.parametrize("usage", [None, {}, "free", []])
def test_usage_that_was_not_told_is_unknown(usage):
    response = parse({**body([1.0], usage=usage), "model": None, "provider": 5})
    assert (response.usage, response.model_name, response.provider, response.generation_id) == (None,) * 4
