"""Recorded requests get the answers that OpenRouter gave, and recorded answers are replayed to the byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from langchain_openrouter.emulator import Answer, OpenRouterEmulator, ReplayBrain, ScriptBrain
from langchain_openrouter.emulator.catalogue import find_model

AS_RECORDED = pytest.mark.invalid_requests("others sent what they liked, and OpenRouter ignored what it did not know")
EXCHANGES = Path(__file__).parents[2] / "../shared/traffic/exchanges"
# Refused for something that only the provider of that day knew, or with other words today.
OTHERWISE_TODAY = {
    "ore-error-handling-parameter-validation-7",  # a message without a role was an empty prompt
    "reqllm-openai-gpt-4-1-usage-0-e49d41",  # one provider's least max_tokens
}


@pytest.fixture(scope="module")
def recorded() -> list[dict[str, Any]]:
    if not EXCHANGES.exists():
        pytest.skip("The recorded traffic is not beside this checkout (../shared/traffic)")
    exchanges = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(EXCHANGES.glob("*.json"))]
    chats = [one for one in exchanges if one["request"]["path"].endswith("/chat/completions")]
    return [one for one in chats if isinstance(one["request"].get("json"), dict)]


@pytest.fixture(scope="module")
def emulator() -> Iterator[OpenRouterEmulator]:
    with OpenRouterEmulator(ScriptBrain([]), credits_usd="1000000") as emulator:
        yield emulator


@pytest.fixture(scope="module")
def client(emulator) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {emulator.api_key}"}
    with httpx.Client(base_url=emulator.base_url, headers=headers) as client:
        yield client


def models_are_known(exchange):
    request = exchange["request"]["json"]
    names = [name for name in (request.get("model"), *(request.get("models") or ())) if name]
    return bool(names) and all(find_model(name) for name in names)


@AS_RECORDED
def test_what_openrouter_took_the_emulator_takes(recorded, emulator, client):
    taken = [one for one in recorded if one["response"]["status"] == 200 and models_are_known(one)]
    assert len(taken) > 300
    emulator.brain = ScriptBrain([Answer("Yes")] * len(taken))
    refused = {one["id"]: client.post("/chat/completions", json=one["request"]["json"]) for one in taken}
    assert {name: response.text for name, response in refused.items() if response.status_code != 200} == {}


@AS_RECORDED
def test_what_openrouter_refused_the_emulator_refuses_in_the_same_words(recorded, emulator, client):
    emulator.brain = ScriptBrain([Answer("Yes")] * 100)
    compared = 0
    for exchange in recorded:
        error = json.loads(exchange["response"]["body_text"]).get("error", {}) if is_refusal(exchange) else None
        whole = "body_scrubbed" not in exchange["flags"] or "context length" not in str(error)
        if error is None or exchange["id"] in OTHERWISE_TODAY or not whole:
            continue
        if not (models_are_known(exchange) or "not a valid model ID" in error["message"]):
            continue
        response = client.post("/chat/completions", json=exchange["request"]["json"])
        assert response.status_code == exchange["response"]["status"], exchange["id"]
        assert response.json()["error"]["message"] == error["message"], exchange["id"]
        compared += 1
    assert compared >= 15


def is_refusal(exchange):
    return exchange["response"]["status"] in {400, 404}


@AS_RECORDED
def test_replays_are_exact(recorded, emulator, client):
    known_reads = [one for one in recorded if one["response"].get("recorded_chunk_sizes")]
    assert len(known_reads) > 100
    emulator.brain = ReplayBrain(known_reads)
    # In another order than recorded, but with equal requests in theirs.
    for exchange in sorted(known_reads, key=lambda one: json.dumps(one["request"]["json"], sort_keys=True)):
        response = client.post("/chat/completions", json=exchange["request"]["json"])
        assert response.status_code == exchange["response"]["status"]
        assert response.content == exchange["response"]["body_text"].encode()
