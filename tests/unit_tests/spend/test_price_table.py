"""Prices from `genai-prices`, as an estimate where OpenRouter's list has none."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from langchain_openrouter.spend.estimate import plan_hold
from langchain_openrouter.spend.price_table import find_in_table
from langchain_openrouter.usage import Usage

genai_prices = pytest.importorskip("genai_prices", reason="the extra `prices` is not installed")


@pytest.mark.parametrize("model_id", ["anthropic/claude-sonnet-4.5", "openai/gpt-5-mini", "google/gemini-2.5-pro"])
@pytest.mark.parametrize("input_tokens", [1_000, 200_000, 200_001, 900_000])
def test_prices_are_those_that_the_table_works_out(model_id, input_tokens):
    called = genai_prices.Usage(
        input_tokens=input_tokens, output_tokens=500, cache_read_tokens=300, cache_write_tokens=0
    )
    expected = genai_prices.calc_price(called, model_id, provider_id="openrouter").total_price
    usage = Usage(input_tokens, 500, input_tokens + 500, {"cache_read": 300})
    assert find_in_table(model_id).pricing.cost(usage) == expected


@pytest.mark.parametrize("model_id", ["openrouter/auto", "nobody/none", ""])
def test_what_it_does_not_have_is_unknown(model_id):
    assert find_in_table(model_id) is None


def test_a_plan_says_that_it_is_an_estimate():
    body = {"model": "openai/gpt-5-mini", "messages": [], "max_tokens": 10}
    asked = {"kind": "chat", "find_model": lambda _: None, "at": datetime.now(UTC)}
    assert plan_hold(body, **asked).hold_usd is None
    plan = plan_hold(body, **asked, find_estimate=find_in_table)
    assert plan.is_estimate
    assert Decimal(0) < plan.hold_usd < Decimal("0.01")


def test_without_the_extra_nothing_is_known():
    code = (
        "import sys; sys.modules['genai_prices'] = None\n"
        "from langchain_openrouter.spend.price_table import find_in_table\n"
        "assert find_in_table('openai/gpt-5-mini') is None"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
