"""`OpenRouterEmbeddings` over HTTP: batches, order, money, failures, secrets."""

from __future__ import annotations

import copy
import json
import pickle
from decimal import Decimal

import httpx
import openai
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.load import dumps
from langchain_core.vectorstores import InMemoryVectorStore

from langchain_openrouter import (
    OpenRouterEmbeddings,
)
from langchain_openrouter.emulator import OpenRouterEmulator
from tests.unit_tests.retrieval_clients import KEY, call, embeddings_at

WAYS = pytest.mark.parametrize("way", ["embed_with_usage", "aembed_with_usage"])
OF_TOMORROW = pytest.mark.invalid_requests("what OpenRouter adds tomorrow is sent as it stands today")
TEXTS = ["The sky is blue.", "Grass is green.", "Bread is made of flour.", "Skies are grey.", "Blue is a colour."]


@pytest.fixture(scope="module")
def shared():
    with OpenRouterEmulator() as running:
        yield running


# texts to vectors


@pytest.mark.parametrize("ending", ["", "a"])
def test_near_texts_have_near_vectors(shared, ending):
    embeddings = embeddings_at(shared)
    documents = call(embeddings, f"{ending}embed_documents", TEXTS)
    query = call(embeddings, f"{ending}embed_query", "Is the sky blue?")
    products = [sum(a * b for a, b in zip(query, document, strict=True)) for document in documents]
    assert max(products) == products[0]
    assert call(embeddings, f"{ending}embed_query", TEXTS[1]) == documents[1]


async def test_a_vector_store_finds_what_was_stored(shared):
    store = InMemoryVectorStore(embeddings_at(shared))
    store.add_texts(TEXTS[:2])
    await store.aadd_texts(TEXTS[2:])
    assert store.similarity_search("flour for bread", k=1)[0].page_content == TEXTS[2]
    assert (await store.asimilarity_search("green grass", k=1))[0].page_content == TEXTS[1]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(min_size=1, max_size=8), max_size=12), st.integers(1, 14), st.integers(1, 4))
def test_any_list_in_any_batches_gives_the_same_vectors_in_the_same_order(shared, texts, batch_size, concurrency):
    before = len(shared.requests)
    alone = {text: embeddings_at(shared, dimensions=8).embed_query(text) for text in set(texts)}
    embeddings = embeddings_at(shared, dimensions=8, batch_size=batch_size, max_concurrency=concurrency)
    expected = [alone[text] for text in texts]
    assert embeddings.embed_documents(texts) == expected
    assert call(embeddings, "aembed_documents", texts) == expected
    assert len(shared.requests) - before == len(alone) + 2 * -(-len(texts) // batch_size)


@WAYS
def test_nothing_takes_no_request_and_costs_nothing(way):
    result = call(OpenRouterEmbeddings(api_key=KEY, base_url="http://127.0.0.1:1"), way, [])
    assert (result.vectors, result.cost, result.usage.total_tokens) == ([], Decimal(0), 0)
    assert (result.model_name, result.generation_id) == (None, None)


@pytest.mark.parametrize("dimensions", [None, 1, 256])
def test_both_encodings_give_what_the_official_client_gets(shared, dimensions):
    with openai.OpenAI(api_key=shared.api_key, base_url=shared.base_url) as client:
        options = {} if dimensions is None else {"dimensions": dimensions}
        official = client.embeddings.create(model="openai/text-embedding-3-small", input=TEXTS, **options)
    expected = [item.embedding for item in official.data]
    for encoding_format in ("base64", "float"):
        embeddings = embeddings_at(shared, dimensions=dimensions, encoding_format=encoding_format)
        assert embeddings.embed_documents(TEXTS) == expected
    assert len(expected[0]) == (dimensions or 1536)


@pytest.mark.parametrize("ending", ["", "a"])
def test_content_of_several_kinds(shared, ending):
    embeddings = embeddings_at(shared, model="google/gemini-embedding-2")
    cat = {"type": "image", "url": "https://example.org/cat.png"}
    film = {"type": "video", "base64": "AA==", "mime_type": "video/mp4"}
    first, second, third = call(embeddings, f"{ending}embed_content", [["A cat", cat], cat, [cat, film]])
    assert first != second != third
    sent = [[part["type"] for part in one["content"]] for one in shared.requests[-1].json["input"]]
    assert sent == [["text", "image_url"], ["image_url"], ["image_url", "input_video"]]


def test_tokens_are_sent_as_they_are(shared):
    result = embeddings_at(shared).embed_with_usage([[1, 2, 3], [4]])
    assert shared.requests[-1].json["input"] == [[1, 2, 3], [4]]
    assert result.usage.input_tokens == 4


# what is sent


@OF_TOMORROW
def test_fields_are_sent_by_their_names_on_the_wire(shared):
    embeddings_at(
        shared,
        model="openai/text-embedding-3-large",
        dimensions=5,
        encoding_format="float",
        input_type="x",
        openrouter_provider={"only": ["openai"]},
        user="u",
        session_id="s",
        model_kwargs={"of_tomorrow": {"a": None}},
    ).embed_query("a")
    sent = shared.requests[-1]
    assert sent.json == {
        "input": ["a"],
        "model": "openai/text-embedding-3-large",
        "dimensions": 5,
        "encoding_format": "float",
        "input_type": "x",
        "provider": {"only": ["openai"]},
        "user": "u",
        "of_tomorrow": {"a": None},
    }
    assert sent.headers["x-session-id"] == "s"
    assert shared.book.entries[-1].session_id == "s"


def test_by_default_nothing_is_asked_but_the_encoding(shared, monkeypatch):
    monkeypatch.setenv("OPENROUTER_SESSION_ID", "of the environment")
    embeddings_at(shared).embed_query("a")
    model = "openai/text-embedding-3-small"
    assert shared.requests[-1].json == {"input": ["a"], "model": model, "encoding_format": "base64"}
    assert shared.requests[-1].headers["x-session-id"] == "of the environment"


def test_a_field_that_is_assigned_counts_from_the_next_call(shared):
    embeddings = embeddings_at(shared, session_id="first")
    embeddings.embed_query("a")
    embeddings.session_id = "second"
    embeddings.embed_query("a")
    assert [request.headers["x-session-id"] for request in shared.requests[-2:]] == ["first", "second"]


@pytest.mark.parametrize("ending", ["", "a"])
@pytest.mark.parametrize(
    ("fields", "document", "query"),
    [
        ({}, None, None),
        ({"input_type": "x"}, "x", "x"),
        ({"document_input_type": "document", "query_input_type": "query"}, "document", "query"),
        ({"input_type": "x", "query_input_type": "search_query"}, "x", "search_query"),
    ],
)
def test_documents_and_queries_can_be_of_different_types(shared, ending, fields, document, query):
    embeddings = embeddings_at(shared, **fields)
    call(embeddings, f"{ending}embed_documents", ["a"])
    assert shared.requests[-1].json.get("input_type") == document
    call(embeddings, f"{ending}embed_query", "a")
    assert shared.requests[-1].json.get("input_type") == query
    call(embeddings, f"{ending}embed_with_usage", ["a"], input_type="clustering")
    assert shared.requests[-1].json["input_type"] == "clustering"


@OF_TOMORROW
def test_an_option_of_tomorrow_is_sent_with_a_warning(shared):
    with pytest.warns(
        UserWarning, match="dimension is not a parameter of OpenRouterEmbeddings.*mean dimensions"
    ) as got:
        embeddings = embeddings_at(shared, dimension=5)
    assert got[0].filename == embeddings_at.__code__.co_filename
    embeddings.embed_query("a")
    assert shared.requests[-1].json["dimension"] == 5


def test_a_client_of_ones_own_is_used(shared):
    seen = []
    with httpx.Client(event_hooks={"request": [seen.append]}) as mine:
        embeddings_at(shared, http_client=mine).embed_query("a")
    assert [request.url.path for request in seen] == ["/api/v1/embeddings"]


# copies and secrets


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda one: one.model_copy()])
def test_a_copy_works_on_its_own(shared, duplicate):
    embeddings = embeddings_at(shared, dimensions=4)
    vector = embeddings.embed_query("a")
    same = duplicate(embeddings)
    assert same == embeddings
    assert same.embed_query("a") == vector
    same.dimensions = 2
    assert len(same.embed_query("a")) == 2
    assert embeddings.embed_query("a") == vector


def test_a_pickle_takes_the_key_from_where_it_arrives(shared, monkeypatch):
    embeddings = embeddings_at(shared, batch_size=7)
    embeddings.embed_query("a")
    pickled = pickle.dumps(embeddings)
    monkeypatch.setenv("OPENROUTER_API_KEY", shared.api_key)
    same = pickle.loads(pickled)
    assert same.batch_size == 7
    assert same.embed_query("a") == embeddings.embed_query("a")


def test_the_key_is_in_no_representation():
    embeddings = OpenRouterEmbeddings(api_key=KEY, default_headers={"x-other": KEY})
    shown = [repr(embeddings), str(embeddings), dumps(embeddings), embeddings.model_dump_json()]
    assert not any(KEY in text for text in [*shown, pickle.dumps(embeddings).decode("latin-1")])
    assert json.loads(dumps(embeddings))["id"] == ["langchain_openrouter", "embeddings", "OpenRouterEmbeddings"]
