"""`OpenRouterRerank` over HTTP: order, documents, money, failures, secrets."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal

import pytest
from langchain_core.documents import Document

from langchain_openrouter import (
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    InsufficientCreditsError,
    NotFoundError,
    OpenRouterRerank,
    RateLimitError,
    RequestError,
    ResponseFormatError,
)
from langchain_openrouter.emulator import OpenRouterEmulator
from tests.unit_tests.plain_server import json_page, plain_server
from tests.unit_tests.retrieval_clients import KEY, call, rerank_at

WAYS = pytest.mark.parametrize("way", ["rerank", "arerank"])
TEXTS = ["Paris is the capital of France.", "Ruby is a programming language.", "A ruby is a gem."]
QUERY = "Which programming language is Ruby?"


@pytest.fixture(scope="module")
def shared():
    with OpenRouterEmulator() as running:
        yield running


@WAYS
def test_the_most_relevant_comes_first(shared, way):
    result = call(rerank_at(shared), way, QUERY, TEXTS)
    assert [one.index for one in result.results] == [1, 2, 0]
    assert [one.document for one in result.results] == [TEXTS[1], TEXTS[2], TEXTS[0]]
    scores = [one.relevance_score for one in result.results]
    assert scores == sorted(scores, reverse=True)


@WAYS
@pytest.mark.parametrize(("top_n", "count"), [(None, 3), (1, 1), (2, 2), (9, 3)])
def test_as_many_come_back_as_asked(shared, way, top_n, count):
    assert len(call(rerank_at(shared, top_n=top_n), way, QUERY, TEXTS).results) == count
    assert shared.requests[-1].json.get("top_n") == top_n


def test_three_come_back_by_default(shared):
    assert len(rerank_at(shared).rerank(QUERY, TEXTS * 3).results) == 3


@WAYS
def test_documents_of_every_kind_come_back_as_they_were_given(shared, way):
    documents = [TEXTS[0], Document(TEXTS[1]), {"text": TEXTS[2], "image": "https://example.org/gem.png"}]
    rerank = rerank_at(shared, model="nvidia/llama-nemotron-rerank-vl-1b-v2:free")
    result = call(rerank, way, QUERY, documents)
    assert all(one.document is documents[one.index] for one in result.results)
    assert shared.requests[-1].json["documents"] == [TEXTS[0], TEXTS[1], documents[2]]
    assert result.cost == Decimal(0)


@pytest.mark.parametrize("way", ["compress_documents", "acompress_documents"])
def test_documents_are_copied_with_their_ids_and_their_scores(shared, way):
    documents = [Document(text, id=f"id {at}", metadata={"at": at}) for at, text in enumerate(TEXTS)]
    before = copy.deepcopy(documents)
    best, second = call(rerank_at(shared, top_n=2), way, documents, QUERY)
    assert documents == before
    assert (best.id, best.page_content, best.metadata.keys()) == ("id 1", TEXTS[1], {"at", "relevance_score"})
    assert best.metadata["relevance_score"] > second.metadata["relevance_score"]
    best.metadata["mine"] = True
    assert documents == before


def test_documents_of_a_class_of_ones_own_stay_so(shared):
    class Page(Document):
        number: int = 0

    (best,) = rerank_at(shared).compress_documents([Page(TEXTS[0], number=7)], QUERY)
    assert (type(best), best.number) == (Page, 7)


def test_nothing_takes_no_request_and_costs_nothing():
    rerank = OpenRouterRerank(model="m", api_key=KEY, base_url="http://127.0.0.1:1")
    for way in ("rerank", "arerank"):
        result = call(rerank, way, QUERY, [])
        assert (result.results, result.cost, result.usage.total_tokens) == ([], Decimal(0), 0)
    for way in ("compress_documents", "acompress_documents"):
        assert call(rerank, way, [], QUERY) == []


@WAYS
@pytest.mark.parametrize("model", ["cohere/rerank-v3.5", "cohere/rerank-4-pro", "voyageai/rerank-2.5-lite"])
def test_what_is_told_is_what_was_billed(way, model):
    with OpenRouterEmulator() as emulator:
        result = call(rerank_at(emulator, model=model, session_id="s"), way, QUERY, TEXTS)
        (entry,) = emulator.book.entries
    assert (result.cost, result.usage.input_tokens) == (entry.cost, entry.prompt_tokens)
    assert (result.generation_id, result.provider) == (entry.generation_id, entry.provider)
    assert result.search_units == (1 if model.startswith("cohere/") else None)
    assert (entry.api_type, entry.session_id) == ("rerank", "s")


@pytest.mark.invalid_requests("what OpenRouter adds tomorrow is sent as it stands today, and so is `user`")
def test_fields_are_sent_by_their_names_on_the_wire(shared):
    provider = {"only": ["cohere"]}
    rerank_at(shared, top_n=1, openrouter_provider=provider, user="u", model_kwargs={"x": 1}).rerank("q", ["a"])
    assert shared.requests[-1].json == {
        "query": "q",
        "documents": ["a"],
        "model": "cohere/rerank-v3.5",
        "top_n": 1,
        "provider": provider,
        "user": "u",
        "x": 1,
    }


@WAYS
@pytest.mark.invalid_requests("the server is who says what a document is", sometimes=True)
@pytest.mark.parametrize(
    ("fields", "documents", "error", "words"),
    [
        ({"model": "no/such"}, ["a"], BadRequestError, "not a valid model ID"),
        ({"model": "openai/text-embedding-3-small"}, ["a"], BadRequestError, "not a model for rerank"),
        ({"api_key": "wrong"}, ["a"], AuthenticationError, "User not found"),
        ({}, [{"image": "https://example.org/a.png"}], NotFoundError, "support image input"),
        ({}, [{"title": "a"}], BadRequestError, "At least one of `text` or `image`"),
        ({}, "a", RequestError, "must be a list"),
        ({}, [5], RequestError, "must be a text"),
    ],
)
def test_every_failure_has_a_type_and_says_why(shared, way, fields, documents, error, words):
    with pytest.raises(error, match=words):
        call(rerank_at(shared, **fields), way, QUERY, documents)


@WAYS
@pytest.mark.parametrize(
    ("page", "error"),
    [
        (json_page({"error": {"message": "Slow down", "code": 429}}), RateLimitError),
        (json_page({"results": [{"index": 5, "relevance_score": 1}]}), ResponseFormatError),
        (json_page({"results": None}), ResponseFormatError),
        (json_page([]), ResponseFormatError),
    ],
)
def test_answers_that_are_none(way, page, error):
    with plain_server(lambda _: page) as server, pytest.raises(error):
        call(rerank_at(server, max_retries=0), way, QUERY, ["a"])


def test_without_money_nothing_is_ranked():
    with OpenRouterEmulator(credits_usd=0) as emulator, pytest.raises(InsufficientCreditsError):
        rerank_at(emulator).rerank(QUERY, TEXTS)


def test_fields_that_cannot_be_right():
    with pytest.raises(ValueError, match="top_n"):
        OpenRouterRerank(model="m", api_key=KEY, top_n=0)
    with pytest.raises(ValueError, match="model"):
        OpenRouterRerank(api_key=KEY)
    with pytest.raises(ConfigurationError, match="OPENROUTER_API_KEY must be set"):
        OpenRouterRerank(model="m")


def test_copies_and_pickles_keep_the_settings_and_not_the_key(shared, monkeypatch):
    rerank = rerank_at(shared, top_n=2)
    found = rerank.rerank(QUERY, TEXTS).results
    assert copy.deepcopy(rerank).rerank(QUERY, TEXTS).results == found
    pickled = pickle.dumps(rerank)
    assert shared.api_key not in pickled.decode("latin-1") + repr(rerank) + rerank.model_dump_json()
    monkeypatch.setenv("OPENROUTER_API_KEY", shared.api_key)
    assert pickle.loads(pickled).rerank(QUERY, TEXTS).results == found
