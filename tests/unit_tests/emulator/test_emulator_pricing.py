"""What tokens cost."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_openrouter.emulator.catalogue import catalogue, find_model
from langchain_openrouter.emulator.pricing import TokenCounts, cost_of

NOON = datetime(2026, 8, 22, 12, tzinfo=UTC)
COUNTS = st.builds(
    lambda prompt, completion, cached, written, reasoning: TokenCounts(
        prompt + cached + written, completion + reasoning, cached, written, reasoning=reasoning
    ),
    *[st.integers(0, 2_000_000)] * 5,
)


@given(st.sampled_from([model for model in catalogue() if model.pricing["prompt"] != "-1"]), COUNTS)
def test_a_float_on_the_wire_gives_back_every_digit(model, counts):
    cost = cost_of(model.pricing, counts, NOON)
    for amount in (cost.prompt, cost.completion, cost.total):
        assert Decimal(repr(float(amount))) == amount
    assert cost.total == cost.prompt + cost.completion >= 0


def test_cached_and_written_tokens_have_their_own_prices():
    pricing = find_model("anthropic/claude-sonnet-5").pricing
    counts = TokenCounts(prompt=1000, completion=10, cached=600, cache_write=300)
    cost = cost_of(pricing, counts, NOON)
    assert cost.prompt == 100 * Decimal("0.000002") + 600 * Decimal("0.0000002") + 300 * Decimal("0.0000025")
    assert cost.completion == Decimal("0.0001")
    assert cost.cache_discount == 900 * Decimal("0.000002") - (cost.prompt - 100 * Decimal("0.000002"))
    for_an_hour = TokenCounts(prompt=300, completion=0, cache_write=300, cache_write_for_an_hour=True)
    assert cost_of(pricing, for_an_hour, NOON).total == 300 * Decimal("0.000004")


def test_audio_images_and_reasoning_have_their_own_prices():
    pricing = {
        "prompt": "0.001",
        "completion": "0.002",
        "audio": "0.005",
        "image": "0.003",
        "image_output": "0.03",
        "internal_reasoning": "0.004",
        "request": "0.5",
    }
    counts = TokenCounts(prompt=10, completion=10, audio=2, images=3, reasoning=4, made_images=1)
    cost = cost_of(pricing, counts, NOON)
    assert cost.prompt == Decimal("0.5") + 5 * Decimal("0.001") + 2 * Decimal("0.005") + 3 * Decimal("0.003")
    assert cost.completion == 5 * Decimal("0.002") + 4 * Decimal("0.004") + Decimal("0.03")


@pytest.mark.parametrize(("tokens", "price"), [(200_000, "0.000003"), (200_001, "0.000006")])
def test_long_prompts_cost_more_strictly_above_the_threshold(tokens, price):
    pricing = find_model("anthropic/claude-sonnet-4.5").pricing
    assert cost_of(pricing, TokenCounts(tokens, 0), NOON).total == tokens * Decimal(price)


@pytest.mark.parametrize(
    ("hour", "minute", "price"),
    [(0, 59, "1"), (1, 0, "0.1"), (22, 0, "1"), (23, 59, "1"), (21, 59, "0.1")],
)
def test_prices_by_the_hour_wrap_around_midnight(hour, minute, price):
    pricing = {"prompt": "0.1", "completion": "0", "overrides": [{"utc_start": 2200, "utc_end": 100, "prompt": "1"}]}
    now = NOON.replace(hour=hour, minute=minute)
    assert cost_of(pricing, TokenCounts(1, 0), now).total == Decimal(price)


def test_a_later_override_wins_and_a_discount_applies_to_all():
    pricing = {
        "prompt": "1",
        "completion": "1",
        "discount": 0.5,
        "overrides": [{"min_prompt_tokens": 1, "prompt": "2"}, {"min_prompt_tokens": 2, "prompt": "4"}],
    }
    assert [cost_of(pricing, TokenCounts(n, 0), NOON).total for n in (1, 2, 3)] == [Decimal("0.5"), 2, 6]
