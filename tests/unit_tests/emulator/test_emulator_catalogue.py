"""The models on offer."""

from __future__ import annotations

from decimal import Decimal

import pytest

from langchain_openrouter.emulator.catalogue import catalogue, find_model, search


def test_every_model_is_listed_once_and_every_alias_has_a_target():
    ids = [model.id for model in catalogue()]
    assert len(set(ids)) == len(ids) >= 40
    assert all(
        find_model(model.facts["alias_target"]["slug"]) for model in catalogue() if "alias_target" in model.facts
    )


@pytest.mark.parametrize(
    "slug",
    [
        *("openai/gpt-5-mini", "openai/gpt-5.5", "openai/gpt-4o-mini", "openai/gpt-4.1-mini", "openai/gpt-5-nano"),
        *("anthropic/claude-sonnet-5", "anthropic/claude-haiku-4.5", "google/gemini-2.5-flash", "openrouter/auto"),
        *("google/gemini-2.5-flash-image", "openai/gpt-audio-mini", "~anthropic/claude-sonnet-latest"),
        *("openai/text-embedding-3-small", "cohere/rerank-4-fast", "nvidia/nemotron-3-super-120b-a12b:free"),
    ],
)
def test_models_that_others_count_on_are_there(slug):
    assert find_model(slug).id == slug


def test_prices_are_decimal_text_as_on_the_wire():
    for model in catalogue():
        prices = {name: price for name, price in model.pricing.items() if name != "overrides"}
        assert all(isinstance(price, str) and Decimal(price) >= -1 for price in prices.values()), model.id


@pytest.mark.parametrize(
    ("query", "there", "missing"),
    [
        ({}, "openai/gpt-5-mini", "openai/text-embedding-3-small"),
        ({"output_modalities": "embeddings"}, "openai/text-embedding-3-small", "openai/gpt-5-mini"),
        ({"output_modalities": "all"}, "cohere/rerank-4-fast", "no/such"),
        ({"output_modalities": "image"}, "google/gemini-2.5-flash-image", "openai/gpt-5-mini"),
        ({"supported_parameters": "tools,seed"}, "openai/gpt-4o-mini", "perplexity/sonar"),
        ({"input_modalities": "audio"}, "google/gemini-2.5-flash", "openai/gpt-4o-mini"),
        ({"q": "haiku"}, "anthropic/claude-haiku-4.5", "anthropic/claude-sonnet-5"),
    ],
)
def test_the_list_is_filtered_as_asked(served, query, there, missing):
    ids = [model.id for model in search(query)]
    assert there in ids
    assert missing not in ids
    response = served.client.get("/models", params=query).json()
    assert [model["id"] for model in response["data"]] == ids
    assert response["total_count"] == served.client.get("/models/count", params=query).json()["data"]["count"]


def test_the_list_comes_in_parts_that_make_up_the_whole(served):
    whole = [model["id"] for model in served.client.get("/models").json()["data"]]
    parts, link = [], "/api/v1/models?limit=20"
    while link:
        page = served.client.get(f"http://127.0.0.1:{served.client.base_url.port}{link}").json()
        parts += [model["id"] for model in page["data"]]
        link = page["links"]["next"]
    assert parts == whole


def test_a_model_and_its_endpoints(served):
    model = served.client.get("/model/openai/gpt-5-mini").json()["data"]
    assert model["pricing"]["prompt"] == "0.00000025"
    endpoints = served.client.get("/models/openai/gpt-5-mini/endpoints").json()["data"]
    assert [endpoint["tag"] for endpoint in endpoints["endpoints"]] == ["openai", "azure"]
    missing = served.client.get("/model/no/such")
    assert (missing.status_code, missing.json()["error"]["message"]) == (404, "Model no/such not found")
