"""A query and documents to the wire of `/rerank`, and its answers back."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.documents import Document

from langchain_openrouter import InsufficientCreditsError, RequestError, ResponseFormatError
from langchain_openrouter._wire.rerank import parse_rerank, render_rerank

DOCUMENTS = ["a", Document("b"), {"text": "c", "image": "https://example.org/c.png", "of_tomorrow": 1}]


def ranks(*pairs):
    return [{"index": index, "relevance_score": score} for index, score in pairs]


def parse(results, documents=DOCUMENTS, top_n=None, **more):
    return parse_rerank(json.dumps({"model": "m", "results": results, **more}).encode(), {}, documents, top_n)


def test_documents_of_every_kind():
    sent = json.loads(render_rerank("q", DOCUMENTS, {"model": "m", "top_n": None}))
    assert sent == {"query": "q", "documents": ["a", "b", DOCUMENTS[2]], "model": "m"}


@pytest.mark.parametrize(
    ("query", "documents"),
    [(None, ["a"]), (5, ["a"]), ("q", "a"), ("q", {"text": "a"}), ("q", b"a"), ("q", ["a", 5]), ("q", [None])],
)
def test_what_cannot_be_ranked(query, documents):
    with pytest.raises(RequestError, match="must be"):
        render_rerank(query, documents, {})


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=8),
    st.none() | st.integers(1, 9),
    st.randoms(),
)
def test_the_best_come_first_whatever_the_server_does(scores, top_n, random):
    """Whether it sorts, or heeds `top_n`; each result has the document that was given, and its score."""
    documents = [f"document {at}" for at in range(len(scores))]
    results = ranks(*enumerate(scores))
    random.shuffle(results)
    found = parse(results, documents, top_n).results
    assert [one.relevance_score for one in found] == sorted(scores, reverse=True)[:top_n]
    assert all(one.document is documents[one.index] and one.relevance_score == scores[one.index] for one in found)


def test_a_document_that_the_server_leaves_out_is_left_out():
    assert [one.document for one in parse(ranks((1, 0.5))).results] == [DOCUMENTS[1]]


@pytest.mark.parametrize("index", [3, -1, None, "0", True, 1.0])
def test_an_index_that_is_no_documents(index):
    with pytest.raises(ResponseFormatError, match="which of the 3 inputs"):
        parse(ranks((index, 0.5)))


def test_a_document_that_is_ranked_twice():
    with pytest.raises(ResponseFormatError, match="sent before"):
        parse(ranks((0, 0.5), (0, 0.4)))


@pytest.mark.parametrize("score", [None, "0.5", True, [], float("inf"), float("nan")])
def test_what_is_no_score(score):
    with pytest.raises(ResponseFormatError, match="a relevance score of"):
        parse(ranks((0, score)))


@pytest.mark.parametrize("results", [None, {}, "none"])
def test_bodies_without_results(results):
    with pytest.raises(ResponseFormatError, match="holds no results"):
        parse(results)


def test_an_error_with_status_200_is_an_error():
    with pytest.raises(InsufficientCreditsError):
        parse([], error={"code": 402, "message": "No money"})


def test_facts():
    usage = {"search_units": 1, "total_tokens": 150, "cost": 0.001}
    result = parse(
        [{"index": 0, "relevance_score": 1, "document": {"text": "a"}, "why": "because"}],
        usage=usage,
        provider="Cohere",
        id="gen-rerank-1",
        of_tomorrow=1,
    )
    assert (result.usage.input_tokens, result.usage.total_tokens, result.search_units) == (150, 150, 1)
    assert result.cost == Decimal("0.001")
    assert (result.model_name, result.provider, result.generation_id) == ("m", "Cohere", "gen-rerank-1")
    assert (result.metadata, result.results[0].metadata) == ({"of_tomorrow": 1, "usage": usage}, {"why": "because"})


def test_what_was_not_told_is_unknown():
    result = parse([])
    assert (result.usage, result.cost, result.search_units, result.provider, result.generation_id) == (None,) * 5
