"""`/embeddings` and `/rerank` of the emulator: what they answer, bill and refuse."""

from __future__ import annotations

import base64
import struct
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_openrouter.emulator.catalogue import catalogue
from langchain_openrouter.emulator.retrieval_models import dimensions_of
from langchain_openrouter.emulator.similarity import features_of, relevance, vector_of

SMALL = "openai/text-embedding-3-small"
IMAGE = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}


def embed(served, given="Hello", **body):
    return served.client.post("/embeddings", json={"model": SMALL, "input": given} | body)


def rerank(served, *documents, query="Hello", **body):
    request = {"model": "cohere/rerank-v3.5", "query": query, "documents": list(documents), **body}
    return served.client.post("/rerank", json=request)


# vectors


@given(st.text(), st.integers(1, 64))
def test_vectors_have_length_one_and_fit_32_bits(text, dimensions):
    vector = vector_of(features_of(text), dimensions)
    assert sum(x * x for x in vector) == pytest.approx(1, abs=1e-5) or not any(vector)
    assert list(struct.unpack(f"{dimensions}f", struct.pack(f"{dimensions}f", *vector))) == vector


@given(st.text(min_size=1), st.text())
def test_relevance_is_a_share(query, document):
    assert 0 <= relevance(query, document) <= 1
    assert relevance(query, query) == 1


@pytest.mark.parametrize(
    ("near", "far"),
    [
        ("The quick brown fox jumped", "Tax returns are due in April"),
        ("quickly jumping foxes", "returning taxes"),
        ("THE QUICK BROWN FOX", "the slow white hen"),
    ],
)
def test_texts_that_share_words_are_near(near, far):
    def nearness(text):
        left, right = (vector_of(features_of(one), 512) for one in ("The quick brown fox jumps", text))
        return sum(a * b for a, b in zip(left, right, strict=True))

    assert nearness(near) > 2 * abs(nearness(far))


def test_every_embedding_model_has_a_length():
    models = [model for model in catalogue() if model.gives("embeddings")]
    assert len(models) >= 8
    assert all(dimensions_of(model) >= 1024 for model in models)


# answers


def test_an_answer_has_the_shape_of_the_recorded_one(served):
    body = embed(served, "Ruby is a programmer's best friend", dimensions=768).json()
    assert list(body) == ["object", "data", "usage", "model", "provider", "id"]
    assert (body["object"], body["model"], body["provider"]) == ("list", "text-embedding-3-small", "OpenAI")
    assert body["id"].startswith("gen-emb-")
    assert [(item["object"], item["index"], len(item["embedding"])) for item in body["data"]] == [("embedding", 0, 768)]
    assert body["usage"].keys() == {"prompt_tokens", "total_tokens", "cost", "is_byok", "cost_details"}


@pytest.mark.parametrize(
    ("given", "vectors", "tokens"),
    [("Hello you", 1, 3), (["Hello", "you"], 2, 3), ([1, 2, 3], 1, 3), ([[1], [2, 3]], 2, 3)],
)
def test_texts_and_tokens(served, given, vectors, tokens):
    body = embed(served, given).json()
    assert (len(body["data"]), body["usage"]["prompt_tokens"]) == (vectors, tokens)


def test_base64_holds_the_same_numbers(served):
    plain = embed(served).json()["data"][0]["embedding"]
    packed = base64.b64decode(embed(served, encoding_format="base64").json()["data"][0]["embedding"])
    assert list(struct.unpack(f"<{len(plain)}f", packed)) == plain


def test_several_kinds_of_input_are_counted_apart_at_their_prices(served):
    content = [{"content": [{"type": "text", "text": "A cat"}, IMAGE]}]
    usage = embed(served, content, model="google/gemini-embedding-2").json()["usage"]
    assert usage["prompt_tokens_details"] == {"text_tokens": 2, "image_tokens": 765}
    assert Decimal(repr(usage["cost"])) == 2 * Decimal("0.0000002") + 765 * Decimal("0.00000045")


def test_ranks_have_the_shape_of_the_recorded_ones(served):
    documents = ["Paris is the capital of France", "Ruby is a programming language created by Matz"]
    body = rerank(served, *documents, query="what is ruby", model="voyageai/rerank-2.5-lite").json()
    assert (body["model"], body["provider"]) == ("rerank-2.5-lite", "VoyageAI by MongoDB")
    assert body["id"].startswith("gen-rerank-")
    assert [(one["index"], one["document"]) for one in body["results"]] == [
        (1, {"text": documents[1]}),
        (0, {"text": documents[0]}),
    ]
    assert body["usage"].keys() == {"total_tokens", "cost"}


@pytest.mark.parametrize(("documents", "units"), [(1, 1), (100, 1), (101, 2)])
def test_searches_are_billed_by_the_hundred_documents(served, documents, units):
    usage = rerank(served, *["a"] * documents, top_n=1).json()["usage"]
    assert (usage["search_units"], usage["cost"]) == (units, 0.001 * units)


def test_each_is_in_the_book_and_can_be_looked_up(served):
    first = embed(served, user="u").json()
    second = rerank(served, "a").json()
    assert [entry.generation_id for entry in served.emulator.book.entries] == [first["id"], second["id"]]
    assert served.emulator.book.total == served.cost_in(first) + served.cost_in(second)
    for body, api_type in ((first, "embeddings"), (second, "rerank")):
        page = served.get(f"/generation?id={body['id']}").json()["data"]
        assert (page["api_type"], page["total_cost"]) == (api_type, body["usage"]["cost"])
    assert served.emulator.book.entries[0].user == "u"


def test_the_id_stands_in_a_header_too(served):
    response = embed(served)
    assert response.headers["x-generation-id"] == response.json()["id"]


def test_the_list_of_embedding_models(served):
    listed = served.client.get("/embeddings/models", headers={"authorization": ""}).json()["data"]
    assert SMALL in [model["id"] for model in listed]
    assert all(model["architecture"]["output_modalities"] == ["embeddings"] for model in listed)
    assert len(served.client.get("/embeddings/models?limit=2&offset=1").json()["data"]) == 2


# refusals

MOSTLY_INVALID = pytest.mark.invalid_requests("they are wrong, many by the document too", sometimes=True)
WRONG = [
    ({"model": None}, 400, "model: Invalid input: expected string, received undefined"),
    ({"model": 5}, 400, "model: Invalid input: expected string, received integer"),
    ({"model": "no/such"}, 400, "no/such is not a valid model ID"),
    ({"model": "openai/gpt-5-mini"}, 400, "openai/gpt-5-mini is not a model for embeddings"),
    ({"model": f"{SMALL}:free"}, 404, f"No endpoints found for {SMALL}:free."),
    ({"input": None}, 400, "input: Invalid input: expected string or array, received undefined"),
    ({"input": ""}, 400, "input: Too small: expected string"),
    ({"input": []}, 400, "input: Too small: expected array"),
    ({"input": {}}, 400, "input: Invalid input: expected string or array, received object"),
    ({"input": [True]}, 400, "input[0]: Invalid input"),
    ({"input": ["a", ""]}, 400, "input[1]: Too small"),
    ({"input": ["a", 1]}, 400, "input[1]: Invalid input: expected string, received integer"),
    ({"input": [[1], ["a"]]}, 400, "input[1]: Invalid input: expected array of numbers"),
    ({"input": [{}]}, 400, "input[0].content: Invalid input: expected array, received undefined"),
    ({"input": [{"content": []}]}, 400, "input[0].content: Too small"),
    ({"input": [{"content": ["a"]}]}, 400, "input[0].content[0].type: Invalid option"),
    ({"input": [{"content": [{"type": "video_url"}]}]}, 400, "input[0].content[0].type: Invalid option"),
    ({"input": [{"content": [{"type": "text", "text": ""}]}]}, 400, "input[0].content[0].text: Too small"),
    ({"input": [{"content": [{"type": "text"}]}]}, 400, "input[0].content[0].text: Invalid input"),
    ({"input": [{"content": [{"type": "image_url"}]}]}, 400, "input[0].content[0].image_url.url: Invalid input"),
    ({"input": [{"content": [IMAGE]}]}, 404, "No endpoints found that support image input."),
    ({"input": "a" * 40_000}, 400, "This model's maximum context length is 8192 tokens"),
    ({"input": ["a"] * 2049}, 400, "Expected an array with maximum length 2048"),
    ({"dimensions": 0}, 400, "Expected dimensions to be at least 1"),
    ({"dimensions": 1537}, 400, "Must be less than or equal to 1536."),
    ({"model": "mistralai/mistral-embed-2312", "dimensions": 5}, 400, "does not support specifying dimensions"),
    ({"encoding_format": "hex"}, 400, "encoding_format: Invalid option"),
    ({"provider": {"ordr": []}}, 400, "provider: Unrecognized key(s)"),
    ({"provider": {"only": ["nobody"]}}, 404, "No allowed providers"),
]
WRONG_RANKS = [
    ({"query": None}, 400, "query: Invalid input: expected string, received undefined"),
    ({"model": SMALL}, 400, "is not a model for rerank"),
    ({"documents": None}, 400, "documents: Invalid input: expected array, received undefined"),
    ({"documents": []}, 400, "documents: Too small"),
    ({"documents": [5]}, 400, "documents[0]: Invalid input: expected string or object, received integer"),
    ({"documents": ["a", {}]}, 400, "documents[1]: At least one of `text` or `image`"),
    ({"documents": [{"text": 5}]}, 400, "documents[0].text: Invalid input: expected string"),
    ({"documents": [{"image": "https://example.org/a.png"}]}, 404, "No endpoints found that support image input."),
    ({"top_n": 0}, 400, "Expected top_n to be at least 1"),
]


@MOSTLY_INVALID
@pytest.mark.parametrize(("body", "status", "message"), WRONG, ids=[row[2][:50] for row in WRONG])
def test_wrong_requests_for_vectors(served, body, status, message):
    check_refusal(served, embed(served, **body), status, message)


@MOSTLY_INVALID
@pytest.mark.parametrize(("body", "status", "message"), WRONG_RANKS, ids=[row[2][:50] for row in WRONG_RANKS])
def test_wrong_requests_for_ranks(served, body, status, message):
    check_refusal(served, rerank(served, "a", **body), status, message)


def check_refusal(served, response, status, message):
    error = response.json()["error"]
    assert response.status_code == error["code"] == status
    assert message in error["message"] + (error.get("metadata") or {}).get("raw", "")
    assert served.emulator.book.entries == ()


@pytest.mark.invalid_requests("they are no requests")
@pytest.mark.parametrize("path", ["/embeddings", "/rerank"])
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff"])
def test_bodies_that_are_no_json_object(served, path, body):
    assert served.client.post(path, content=body).status_code == 400


@pytest.mark.parametrize("ask", [embed, lambda served: rerank(served, "a")])
def test_without_money_or_key_nothing_is_answered(serve, ask):
    assert ask(serve(credits_usd=0)).status_code == 402
    assert ask(serve(key_limit_usd=0)).status_code == 403
    served = serve()
    served.client.headers["authorization"] = f"Bearer {served.emulator.management_key}"
    assert ask(served).status_code == 403


def test_what_is_free_needs_no_money(serve):
    served = serve(credits_usd=0)
    assert embed(served, model="nvidia/llama-nemotron-embed-vl-1b-v2:free").json()["usage"]["cost"] == 0
    ranked = rerank(served, "a", model="nvidia/llama-nemotron-rerank-vl-1b-v2:free")
    assert ranked.json()["usage"]["cost"] == 0
