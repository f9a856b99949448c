"""A hold is never less than the bill: against the emulator's own arithmetic, and against its books over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from langchain_openrouter.emulator import Answer, ChatRequest, OpenRouterEmulator
from langchain_openrouter.emulator.catalogue import catalogue
from langchain_openrouter.emulator.pricing import TokenCounts, cost_of
from langchain_openrouter.emulator.tokens import count_prompt, segments_of
from langchain_openrouter.model_info import parse_model
from langchain_openrouter.model_list import parse_models
from langchain_openrouter.spend.estimate import plan_hold

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For busy machines."""

NOON = datetime(2026, 8, 24, 12, tzinfo=UTC)
MODELS = parse_models([model.facts for model in catalogue()])
CHATS = [model for model in catalogue() if model.gives("text") and not model.id.startswith("openrouter/")]
WORDS = st.text(st.characters(codec="utf-8"), max_size=200)
LONG_WORDS = st.text(st.characters(codec="utf-8"), max_size=3_000)
PICTURE = "data:image/png;base64,iVBORw0KGgo="

texts = st.builds(lambda text: {"type": "text", "text": text}, WORDS)
kept = st.builds(
    lambda text, ttl: {"type": "text", "text": text, "cache_control": {"type": "ephemeral", "ttl": ttl}},
    WORDS,
    st.sampled_from(["5m", "1h"]),
)
pictures = st.just({"type": "image_url", "image_url": {"url": PICTURE}})
recordings = st.just({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}})
tools = st.lists(
    st.builds(
        lambda text: {"type": "function", "function": {"name": "f", "description": text, "parameters": {}}}, WORDS
    ),
    min_size=1,
    max_size=1,
)


def bodies(model: str, parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    user = st.builds(lambda content: {"role": "user", "content": content}, st.lists(parts, min_size=1, max_size=3))
    return st.fixed_dictionaries(
        {
            "model": st.just(model),
            "messages": st.lists(user, min_size=1, max_size=3),
            "max_tokens": st.integers(1, 5_000),
        },
        optional={"tools": tools},
    )


def hold(body: dict[str, Any], models: Any = MODELS.find, at: datetime = NOON) -> Decimal:
    plan = plan_hold(body, kind="chat", find_model=models, at=at)
    assert plan.why_unknown is None
    assert plan.hold_usd is not None
    return plan.hold_usd


def up_to(most: int) -> st.SearchStrategy[int]:
    """Often nothing, often all of it."""
    return st.one_of(st.just(0), st.just(most), st.integers(0, most))


prices = st.decimals(0, "0.001", places=12).map(lambda price: f"{price:f}")
OTHER_PRICES = (
    "request",
    "audio",
    "input_cache_read",
    "input_cache_write",
    "input_cache_write_1h",
    "internal_reasoning",
    "image_output",
)
price_lists = st.fixed_dictionaries(
    {"prompt": prices, "completion": prices}, optional=dict.fromkeys(OTHER_PRICES, prices)
)
overrides = st.lists(
    st.builds(
        lambda wire, conditions: {**wire, **conditions},
        price_lists,
        st.one_of(
            st.builds(lambda start: {"min_prompt_tokens": start}, st.integers(0, 3_000)),
            st.builds(
                lambda start, end: {"utc_start": start * 100, "utc_end": end * 100},
                st.integers(0, 23),
                st.integers(0, 24),
            ),
        ),
    ),
    max_size=3,
)


@unhurried
@given(data=st.data(), wire=price_lists, conditional=overrides, discount=st.sampled_from([0, 0.25, 1]))
def test_a_hold_covers_every_answer_that_keeps_to_its_limit(data, wire, conditional, discount):
    """With prices of any kind, for every split of the tokens that the wire could tell."""
    pricing = {**wire, "overrides": conditional, "discount": discount}
    info = parse_model(
        {"id": "some/model", "pricing": pricing, "context_length": 100_000, "supported_parameters": ["max_tokens"]}
    )
    body = data.draw(bodies("some/model", st.one_of(texts, kept, recordings)))
    plan = plan_hold(body, kind="chat", find_model=lambda _: info, at=NOON)
    segments = segments_of(body)  # type: ignore[arg-type]  # a request as JSON
    # the most that it can be, and not only what the emulator makes of it
    prompt = data.draw(up_to(plan.bill.prompt_tokens))
    answer = data.draw(up_to(body["max_tokens"]))
    cached = data.draw(up_to(prompt))
    reasoning = data.draw(up_to(answer))
    counts = TokenCounts(
        prompt=prompt,
        completion=answer,
        cached=cached,
        cache_write=data.draw(up_to(prompt - cached)),
        cache_write_for_an_hour=any(segment.cache_ttl == "1h" for segment in segments),
        audio=data.draw(up_to(prompt)) if count_prompt(segments, "audio") else 0,
        reasoning=reasoning,
        made_images=data.draw(up_to(answer - reasoning)),
    )
    later = NOON + timedelta(minutes=data.draw(st.integers(0, 10)))
    # the emulator rounds each half to a trillionth
    assert plan.hold_usd >= cost_of(pricing, counts, later).total - Decimal("1e-12")


@unhurried
@given(st.data(), st.sampled_from(CHATS), st.decimals("0.0000001", 10, places=7))
def test_what_is_affordable_is_the_most_that_fits(data, model, left):
    body = data.draw(bodies(model.id, texts))
    plan = plan_hold(body, kind="chat", find_model=MODELS.find, at=NOON)
    most = plan.affordable_max_tokens(left)
    if most is None:
        assert plan.with_max_tokens(1).hold_usd > left
        return
    assert plan.with_max_tokens(most).hold_usd <= left
    longest = MODELS.get(model.id).max_output_tokens or MODELS.get(model.id).context_length
    if most < longest // 4:
        assert plan.with_max_tokens(most + 1).hold_usd > left


@unhurried
@given(st.data(), st.sampled_from(CHATS), st.sampled_from(CHATS))
def test_a_fallback_costs_no_more_than_the_hold(data, first, second):
    body = data.draw(bodies(first.id, texts))
    both = hold({**body, "models": [second.id]})
    assert both >= hold(body)
    assert both >= hold({**body, "model": second.id})


class TalkingBrain:
    """Says what it was told to, and more than fits."""

    checks_requests = True

    def __init__(self) -> None:
        self.answer = Answer()

    def reply(self, request: ChatRequest) -> Answer:
        return self.answer


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[OpenRouterEmulator, httpx.Client]]:
    with OpenRouterEmulator(TalkingBrain(), credits_usd=Decimal(1_000_000)) as emulator:
        headers = {"authorization": f"Bearer {emulator.api_key}"}
        with httpx.Client(base_url=emulator.base_url, headers=headers, trust_env=False) as client:
            yield emulator, client


@settings(unhurried, max_examples=60)
@given(
    data=st.data(),
    model=st.sampled_from(CHATS),
    answer=st.builds(Answer, text=LONG_WORDS, reasoning=LONG_WORDS),
    streams=st.booleans(),
)
def test_the_books_of_a_server_never_show_more_than_the_hold(running, data, model, answer, streams):
    """Real calls with tools, pictures, sound, caches and reasoning; what was kept by one is read by the next."""
    emulator, client = running
    parts = [texts, kept, *(part for kind, part in (("image", pictures), ("audio", recordings)) if model.takes(kind))]
    body = data.draw(bodies(model.id, st.one_of(parts)))
    assume(model.supports("tools") or "tools" not in body)
    emulator.brain.answer = answer
    before = len(emulator.book.entries)
    expected = hold(body, at=datetime.now(UTC))
    for _ in range(2):
        response = client.post("/chat/completions", json={**body, "stream": streams})
        assert response.status_code == 200, response.text
    for entry in emulator.book.wait_for(before + 2)[before:]:
        assert entry.model == model.id or model.facts.get("alias_target")
        assert entry.cost <= expected


@settings(unhurried, max_examples=25)
@given(
    model=st.sampled_from([model for model in catalogue() if model.gives("embeddings")]),
    inputs=st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=300), min_size=1, max_size=5),
)
def test_the_books_never_show_more_for_vectors(running, model, inputs):
    emulator, client = running
    body = {"model": model.id, "input": inputs}
    plan = plan_hold(body, kind="embeddings", find_model=MODELS.find, at=NOON)
    before = len(emulator.book.entries)
    assert client.post("/embeddings", json=body).status_code == 200
    assert emulator.book.wait_for(before + 1)[-1].cost <= plan.hold_usd
    assert (plan.max_tokens, plan.max_tokens_key, plan.affordable_max_tokens(Decimal(1))) == (None, None, None)
