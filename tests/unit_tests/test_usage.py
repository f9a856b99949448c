"""Tokens and money off the wire: exact, and never a guess."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_openrouter.usage import Usage, parse_usage, parse_usd, total_usage

NOT_MONEY = [None, True, False, "0.1", float("nan"), float("inf"), -float("inf"), [], {}]


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_money_is_exact_to_the_digits_on_the_wire(value):
    usd = parse_usd(json.loads(json.dumps(value)))
    assert usd == Decimal(repr(value))
    assert type(value)(usd) == value


@pytest.mark.parametrize("digits", ["0.0000105", "1e-07", "0.1", "123456.789012345", "0", "2"])
def test_money_of_known_digits(digits):
    assert parse_usd(json.loads(digits)) == Decimal(digits)


@pytest.mark.parametrize("value", NOT_MONEY)
def test_what_is_no_amount_is_unknown(value):
    assert parse_usd(value) is None


def test_free_is_not_unknown():
    assert parse_usage({"cost": 0}).cost == Decimal(0)
    assert parse_usage({"cost": 0.0}).spent == Decimal(0)
    assert parse_usage({}).cost is None
    assert parse_usage({}).spent is None


@pytest.mark.parametrize(
    ("wire", "spent"),
    [
        ({"cost": 0.01, "cost_details": {"upstream_inference_cost": 0.2}}, "0.01"),
        ({"cost": 0.01, "is_byok": False, "cost_details": {"upstream_inference_cost": 0.2}}, "0.01"),
        ({"cost": 0.01, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.2}}, "0.21"),
        ({"cost": 0.01, "is_byok": True, "cost_details": None}, "0.01"),
    ],
)
def test_spent_includes_the_providers_bill_with_a_key_of_ones_own(wire, spent):
    assert parse_usage(wire).spent == Decimal(spent)


@pytest.mark.parametrize("names", [("prompt_tokens", "completion_tokens"), ("input_tokens", "output_tokens")])
def test_counts_under_either_name(names):
    usage = parse_usage({names[0]: 3, names[1]: 4, "total_tokens": 7})
    assert (usage.input_tokens, usage.output_tokens, usage.total_tokens) == (3, 4, 7)


def test_a_total_that_is_missing_is_the_sum():
    assert parse_usage({"prompt_tokens": 3, "completion_tokens": 4}).total_tokens == 7


def test_a_total_of_zero_is_kept():
    assert parse_usage({"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 0}).total_tokens == 0


@pytest.mark.parametrize(("value", "count"), [(3.0, 3), (None, 0), (True, 0), ("3", 0), (float("nan"), 0)])
def test_odd_counts(value, count):
    usage = parse_usage({"prompt_tokens": value, "completion_tokens": value})
    assert (usage.input_tokens, usage.output_tokens) == (count, count)
    assert type(usage.input_tokens) is int


def test_details_under_langchains_names():
    usage = parse_usage(
        {
            "prompt_tokens": 9,
            "prompt_tokens_details": {
                "cached_tokens": 4,
                "cache_write_tokens": 0,
                "audio_tokens": 2.0,
                "video_tokens": 1,
            },
            "completion_tokens": 5,
            "completion_tokens_details": {"reasoning_tokens": 3, "image_tokens": None, "new_tokens": 1},
        }
    )
    assert usage.input_details == {"cache_read": 4, "cache_creation": 0, "audio": 2, "video": 1}
    assert usage.output_details == {"reasoning": 3, "new": 1}


@pytest.mark.parametrize("details", [None, [], "none", 5])
def test_details_that_are_no_object(details):
    usage = parse_usage({"prompt_tokens": 1, "prompt_tokens_details": details, "cost_details": details})
    assert usage.input_details == {}
    assert usage.upstream_cost is None


@given(st.dictionaries(st.text(max_size=20), st.none() | st.booleans() | st.floats() | st.integers() | st.text()))
def test_whatever_stands_there_can_be_read(wire):
    usage = parse_usage(
        {**wire, "prompt_tokens_details": wire, "completion_tokens_details": wire, "cost_details": wire}
    )
    assert all(type(count) is int for count in [*usage.input_details.values(), *usage.output_details.values()])


amounts = st.none() | st.integers(0, 10**9).map(lambda nano: Decimal(nano) / 10**12)
details = st.dictionaries(st.sampled_from(["cache_read", "audio", "image"]), st.integers(0, 10**6))
counts = st.integers(0, 10**9)
usages = st.builds(Usage, counts, counts, counts, details, details, amounts, amounts, st.none() | st.booleans())


@given(st.lists(usages))
def test_a_total_is_the_sum_of_its_parts(parts):
    total = total_usage(parts)
    for name in ("input_tokens", "output_tokens", "total_tokens"):
        assert getattr(total, name) == sum(getattr(part, name) for part in parts)
    for name in ("cost", "spent"):
        amounts = [getattr(part, name) for part in parts]
        assert getattr(total, name) == (None if None in amounts else sum(amounts))
    assert sum(total.input_details.values()) == sum(sum(part.input_details.values()) for part in parts)


@given(usages)
def test_the_total_of_one_is_that_one(usage):
    assert total_usage([usage]) == usage


@given(st.lists(usages), st.lists(usages))
def test_an_unknown_usage_makes_the_total_unknown(before, after):
    assert total_usage([*before, None, *after]) is None


def test_the_total_of_nothing_is_free():
    total = total_usage([])
    assert (total.total_tokens, total.cost, total.is_byok) == (0, Decimal(0), None)


@pytest.mark.parametrize(
    ("flags", "total"),
    [([True, False], True), ([True, None], True), ([False, False], False), ([False, None], None), ([None], None)],
)
def test_whose_key_it_ran_on(flags, total):
    assert total_usage([Usage(0, 0, 0, is_byok=flag) for flag in flags]).is_byok is total


def test_only_what_ones_own_keys_cost_is_added_to_the_charge():
    own = Usage(0, 0, 0, cost=Decimal(1), upstream_cost=Decimal(20), is_byok=True)
    other = Usage(0, 0, 0, cost=Decimal(300), upstream_cost=Decimal(300), is_byok=False)
    assert total_usage([own, other]).spent == own.spent + other.spent == Decimal(321)
