"""The recorded answers of `/embeddings` and `/rerank` come out as the wire said them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from langchain_openrouter import EmbeddingsResult, OpenRouterEmbeddings, OpenRouterRerank, RerankResult
from tests.wire.raw_server import RawServer
from tests.wire.recorded import MISSING, load_exchange, load_index

IDS = {
    name: [entry["id"] for entry in load_index() if entry["path"] == f"/api/v1/{name}"]
    for name in ("embeddings", "rerank")
}

if not all(IDS.values()):
    pytest.skip(MISSING, allow_module_level=True)


@pytest.fixture(scope="module")
def server() -> Iterator[RawServer]:
    with RawServer(load_exchange) as running:
        yield running


def said(exchange_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    exchange = load_exchange(exchange_id)
    return exchange["request"]["json"], json.loads(exchange["response"]["body_text"])


def check_facts(result: EmbeddingsResult | RerankResult[str], body: dict[str, Any]) -> None:
    assert (result.model_name, result.provider, result.generation_id) == (body["model"], body["provider"], body["id"])
    assert result.cost == Decimal(str(body["usage"]["cost"]))
    assert result.usage.total_tokens == result.usage.input_tokens == body["usage"]["total_tokens"]


@pytest.mark.parametrize("exchange_id", IDS["embeddings"])
@pytest.mark.parametrize("is_async", [False, True])
def test_vectors(exchange_id, is_async, server):
    asked, body = said(exchange_id)
    embeddings = OpenRouterEmbeddings(api_key="k", base_url=f"{server.url}/{exchange_id}", model=asked["model"])
    inputs = [asked["input"]] if isinstance(asked["input"], str) else asked["input"]
    if is_async:
        result = asyncio.run(_closing(embeddings, embeddings.aembed_with_usage(inputs)))
    else:
        result = embeddings.embed_with_usage(inputs)
    assert result.vectors == [item["embedding"] for item in body["data"]]
    check_facts(result, body)


@pytest.mark.parametrize("exchange_id", IDS["rerank"])
@pytest.mark.parametrize("is_async", [False, True])
def test_ranks(exchange_id, is_async, server):
    asked, body = said(exchange_id)
    rerank = OpenRouterRerank(api_key="k", base_url=f"{server.url}/{exchange_id}", model=asked["model"])
    if is_async:
        result = asyncio.run(_closing(rerank, rerank.arerank(asked["query"], asked["documents"])))
    else:
        result = rerank.rerank(asked["query"], asked["documents"])
    assert [(one.index, one.relevance_score, one.document) for one in result.results] == [
        (one["index"], one["relevance_score"], one["document"]["text"]) for one in body["results"]
    ]
    check_facts(result, body)


async def _closing(client: Any, call: Any) -> Any:
    try:
        return await call
    finally:
        await client.aclose()
