"""What the emulator says is valid by OpenRouter's own OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from langchain_openrouter.emulator import Answer, Failure, Interruption, OpenRouterEmulator, ScriptBrain, ToolCall
from tests import openapi

TOOLS = [{"type": "function", "function": {"name": name, "parameters": {"type": "object"}}} for name in ("add", "sub")]
ANSWERS = {
    "text": Answer("Hello there."),
    "nothing": Answer(""),
    "reasoning": Answer("Four.", reasoning="Two and two is four."),
    "calls": Answer("", tool_calls=[ToolCall("add", '{"a": 1}'), ToolCall("sub", "{}")]),
    "refusal": Answer("", refusal="I would rather not."),
    "image": Answer("Look.", images=[{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]),
}


@pytest.fixture(scope="session")
def document() -> openapi.Document:
    return openapi.document()


@pytest.fixture(scope="module")
def emulator() -> Iterator[OpenRouterEmulator]:
    with OpenRouterEmulator(ScriptBrain([])) as emulator:
        yield emulator


@pytest.fixture
def client(emulator) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {emulator.api_key}"}
    with httpx.Client(base_url=emulator.base_url, headers=headers) as client:
        yield client


def chat(client, emulator, *replies, **body):
    emulator.brain = ScriptBrain(replies)
    request = {"model": "openai/gpt-5-mini", "messages": [{"role": "user", "content": "Hi"}], **body}
    return client.post("/chat/completions", json=request)


def chunks_of(response):
    lines = response.text.split("\n")
    return [json.loads(line[6:]) for line in lines if line.startswith("data: {")]


@pytest.mark.parametrize("model", ["openai/gpt-5-mini", "anthropic/claude-haiku-4.5", "google/gemini-2.5-flash"])
@pytest.mark.parametrize("kind", ANSWERS)
def test_answers_are_valid(document, client, emulator, kind, model):
    plain = chat(client, emulator, ANSWERS[kind], model=model, tools=TOOLS, service_tier="flex")
    document.accepts_response("/chat/completions", 200, plain.json(), "post")
    chunks = chunks_of(chat(client, emulator, ANSWERS[kind], model=model, tools=TOOLS, stream=True))
    assert chunks
    for chunk in chunks:
        document.accepts("ChatStreamChunk", chunk)


def test_an_error_in_a_stream_is_valid(document, client, emulator):
    failure = Failure(502, "Gone", metadata={"error_type": "provider_unavailable"})
    chunks = chunks_of(chat(client, emulator, Interruption(Answer("Half"), failure), stream=True))
    assert chunks[-1]["error"]["code"] == 502
    for chunk in chunks:
        document.accepts("ChatStreamChunk", chunk)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"model": "no/such"}),
        pytest.param(400, {"messages": []}, marks=pytest.mark.invalid_requests("there must be messages")),
        (400, {"temperature": 3}),
        (400, {"tool_choice": "required"}),
        (404, {"model": "microsoft/phi-4", "tools": TOOLS}),
        (404, {"model": "openai/gpt-5-mini:free"}),
    ],
)
def test_refusals_are_valid(document, client, emulator, status, body):
    response = chat(client, emulator, **body)
    assert response.status_code == status
    document.accepts_response("/chat/completions", status, response.json(), "post")


@pytest.mark.parametrize("status", [402, 403, 408, 413, 422, 429, 500, 502, 503])
def test_failures_are_valid(document, client, emulator, status):
    response = chat(client, emulator, Failure(status, "No", metadata={"provider_name": "OpenAI"}))
    document.accepts_response("/chat/completions", status, response.json(), "post")


def test_money_refusals_are_valid(document):
    for settings, status in (({"credits_usd": 0}, 402), ({"key_limit_usd": 0}, 403)):
        with OpenRouterEmulator(ScriptBrain([]), **settings) as emulator:
            headers = {"authorization": f"Bearer {emulator.api_key}"}
            request = {"model": "openai/gpt-5-mini", "messages": [{"role": "user", "content": "Hi"}]}
            response = httpx.post(f"{emulator.base_url}/chat/completions", json=request, headers=headers)
        assert response.status_code == status
        document.accepts_response("/chat/completions", status, response.json(), "post")


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/models?output_modalities=all", "/models"),
        ("/models?limit=3", "/models"),
        ("/models/count", "/models/count"),
        ("/embeddings/models", "/embeddings/models"),
        ("/model/openai/gpt-5-mini", "/model/{author}/{slug}"),
        ("/models/openai/gpt-5-mini/endpoints", "/models/{author}/{slug}/endpoints"),
        ("/models/deepseek/deepseek-v4-flash-vision-exp/endpoints", "/models/{author}/{slug}/endpoints"),
        ("/providers", "/providers"),
        ("/key", "/key"),
        ("/credits", "/credits"),
    ],
)
def test_pages_are_valid(document, client, emulator, path, template):
    headers = {"authorization": f"Bearer {emulator.management_key}"}
    response = client.get(path, headers=headers)
    document.accepts_response(template, response.status_code, response.json())
    assert response.status_code == 200


def test_a_generation_is_valid(document, client, emulator):
    generation = chat(client, emulator, ANSWERS["reasoning"]).json()["id"]
    for name, status in ((generation, 200), ("gen-unknown", 404)):
        response = client.get("/generation", params={"id": name})
        assert response.status_code == status
        document.accepts_response("/generation", status, response.json())


def test_the_wrong_keys_are_valid_refusals(document, client, emulator):
    document.accepts_response("/credits", 403, client.get("/credits").json())
    response = client.get("/key", headers={"authorization": "Bearer wrong"})
    document.accepts_response("/key", 401, response.json())


EMBEDDING = {"model": "google/gemini-embedding-2", "input": "Hello"}
RANKING = {"model": "cohere/rerank-v3.5", "query": "Hello", "documents": ["Hello", {"text": "Goodbye"}]}
IMAGE = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}


@pytest.mark.invalid_requests("some are refused for it", sometimes=True)
@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/embeddings", EMBEDDING, 200),
        ("/embeddings", {**EMBEDDING, "input": ["a", "b"], "encoding_format": "base64", "dimensions": 5}, 200),
        ("/embeddings", {**EMBEDDING, "input": [{"content": [{"type": "text", "text": "a"}, IMAGE]}]}, 200),
        ("/embeddings", {**EMBEDDING, "input": ""}, 400),
        ("/embeddings", {**EMBEDDING, "dimensions": 50_000}, 400),
        ("/embeddings", {**EMBEDDING, "provider": {"only": ["nobody"]}}, 404),
        ("/rerank", RANKING, 200),
        ("/rerank", {**RANKING, "model": "voyageai/rerank-2.5", "top_n": 1}, 200),
        ("/rerank", {**RANKING, "documents": []}, 400),
        ("/rerank", {**RANKING, "documents": [{"image": "https://example.org/a.png"}]}, 404),
    ],
)
def test_vectors_and_ranks_are_valid(document, client, path, body, status):
    response = client.post(path, json=body)
    assert response.status_code == status
    document.accepts_response(path, status, response.json(), "post")
    if status == 200:
        generation = client.get("/generation", params={"id": response.json()["id"]})
        document.accepts_response("/generation", 200, generation.json())
