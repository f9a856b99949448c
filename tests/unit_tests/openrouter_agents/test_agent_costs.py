"""Sums of tokens and money."""

from __future__ import annotations

from decimal import Decimal

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from openrouter_agents import Spend, sum_spend
from openrouter_agents.costs import format_usd


def answer(**facts: object) -> AIMessage:
    usage = {"input_tokens": 10, "output_tokens": 2, "total_tokens": 12}
    return AIMessage("Hi!", usage_metadata=usage, response_metadata={"model_provider": "openrouter", **facts})


def test_adds_costs_as_decimals_not_as_floats():
    spend = sum_spend([HumanMessage("?"), *[answer(cost=0.1)] * 3, ToolMessage("1", tool_call_id="1")])
    assert spend == Spend(model_calls=3, tool_calls=0, input_tokens=30, output_tokens=6, cost=Decimal("0.3"))


def test_a_cost_that_is_not_known_makes_the_sum_unknown():
    assert sum_spend([answer(cost=0.1), answer()]).cost is None


def test_free_is_not_unknown():
    assert sum_spend([answer(cost=0)]).cost == 0
    assert sum_spend([]).cost == 0


def test_counts_what_the_provider_charges_for_a_key_of_ones_own():
    facts = {"cost": 0.01, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.2}}
    assert sum_spend([answer(**facts)]).cost == Decimal("0.21")


def test_messages_that_no_model_wrote_count_nothing():
    assert sum_spend([AIMessage("Model call limits exceeded")]) == Spend()


def test_counts_tool_calls_broken_ones_too():
    message = answer(cost=0)
    message.tool_calls = [{"name": "a", "args": {}, "id": "1"}]
    message.invalid_tool_calls = [{"name": "a", "args": "{", "id": "2", "error": "cut"}]
    assert sum_spend([message]).tool_calls == 2


@pytest.mark.parametrize(
    ("amount", "places", "text"),
    [
        (Decimal("1.025E-7"), 0, "$0.0000001025"),
        (Decimal("0.000580"), 0, "$0.00058"),
        (Decimal("0.00058"), 8, "$0.00058000"),
        (Decimal("0.123456789"), 2, "$0.123456789"),
        (Decimal(0), 0, "$0"),
        (Decimal(100), 0, "$100"),
        (Decimal("-0.5"), 2, "-$0.50"),
        (None, 4, "unknown"),
    ],
)
def test_writes_money_in_full(amount, places, text):
    assert format_usd(amount, places) == text
