"""What calls cost: every price, condition and discount, against arithmetic written again in fractions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from langchain_openrouter.pricing import Pricing, parse_pricing
from langchain_openrouter.usage import Usage, parse_usage
from tests.wire.listings import MISSING, listings
from tests.wire.recorded import chat_ids, load_exchange, read_said

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For busy machines."""

MONDAY = datetime(2026, 8, 24, tzinfo=UTC)
KEYS = (
    "prompt",
    "completion",
    "request",
    "image_token",
    "image_output",
    "audio",
    "audio_output",
    "input_audio_cache",
    "input_cache_read",
    "input_cache_write",
    "input_cache_write_1h",
    "internal_reasoning",
    "web_search",
)
amounts = st.decimals(0, "0.1", places=22).map(lambda price: f"{price:f}")
counts = st.integers(0, 5_000_000)


def usage(input_tokens=0, output_tokens=0, inputs=None, outputs=None):
    return Usage(input_tokens, output_tokens, input_tokens + output_tokens, inputs or {}, outputs or {})


def price(wire, input_tokens=1, at=MONDAY, key="prompt"):
    return parse_pricing(wire).prices_for(input_tokens, at)[key]


@unhurried
@given(
    wire=st.fixed_dictionaries({"prompt": amounts, "completion": amounts}, optional=dict.fromkeys(KEYS[2:], amounts)),
    parts=st.tuples(*[counts] * 8),
    searches=st.integers(0, 10),
    an_hour=st.booleans(),
    discount=st.sampled_from([None, 0, 0.25, 1]),
)
def test_cost_is_exact(wire, parts, searches, an_hour, discount):
    """Eight kinds of tokens, each at the price of its key or of the nearest key that is there."""
    text, cached, written, audio, answer, spoken, drawn, thought = parts
    called = usage(
        text + cached + written + audio,
        answer + spoken + drawn + thought,
        {"cache_read": cached, "cache_creation": written, "audio": audio},
        {"audio": spoken, "image": drawn, "reasoning": thought},
    )

    def rate(*keys):
        return next((Fraction(wire[key]) for key in keys if key in wire), Fraction(0))

    # audio stays below what is not cached, and an internal_reasoning of 0 is no price
    thinking = ("internal_reasoning", "completion") if rate("internal_reasoning") else ("completion",)
    keeping = ("input_cache_write_1h",) if an_hour else ()
    expected = (
        text * rate("prompt")
        + cached * rate("input_cache_read", "prompt")
        + written * rate(*keeping, "input_cache_write", "prompt")
        + audio * rate("audio", "prompt")
        + answer * rate("completion")
        + spoken * rate("audio_output", "completion")
        + drawn * rate("image_output", "image_token", "completion")
        + thought * rate(*thinking)
        + rate("request")
        + searches * rate("web_search")
    ) * (1 - Fraction(discount or 0))
    cost = parse_pricing({**wire, "discount": discount}).cost(
        called, MONDAY, cache_ttl="1h" if an_hour else "5m", web_searches=searches
    )
    assert Fraction(cost) == expected


def test_cost_of_known_digits():
    wire = {"prompt": "0.000003", "completion": "0.000015", "input_cache_read": "0.0000003"}
    assert parse_pricing(wire).cost(usage(1000, 100, {"cache_read": 900})) == Decimal("0.00207")


@pytest.mark.parametrize(
    ("wire", "cost"),
    [
        ({"prompt": "0", "completion": "0"}, Decimal(0)),
        ({"prompt": "-1", "completion": "-1"}, None),
        ({"prompt": "-1", "completion": "0.1"}, None),
        ({"prompt": "0.1"}, None),
        ({"completion": "0.1"}, None),
        ({}, None),
        (None, None),
        ([], None),
        ("free", None),
        ({"prompt": "NaN", "completion": "1"}, None),
        ({"prompt": "Infinity", "completion": "1"}, None),
        ({"prompt": "1e999999", "completion": "1"}, None),
        ({"prompt": "much", "completion": "1"}, None),
        ({"prompt": "", "completion": "1"}, None),
        ({"prompt": True, "completion": "1"}, None),
        ({"prompt": 1, "completion": 2.5}, Decimal("3.5")),
        ({"prompt": "1", "completion": "2", "discount": "a lot"}, None),
        ({"prompt": "1", "completion": "2", "discount": 1.5}, None),
        ({"prompt": "1", "completion": "2", "discount": None, "overrides": None}, Decimal(3)),
        ({"prompt": "1", "completion": "2", "overrides": "none"}, Decimal(3)),
        ({"prompt": "1", "completion": "2", "overrides": [None, 3]}, Decimal(3)),
    ],
)
def test_unknown_is_not_free(wire, cost):
    assert parse_pricing(wire).cost(usage(1, 1)) == cost


def test_an_unknown_price_matters_only_to_calls_that_need_it():
    pricing = parse_pricing({"prompt": "1", "completion": "1", "audio": "-1", "web_search": "-1"})
    assert pricing.cost(usage(1, 1)) == 2
    assert pricing.cost(usage(1, 1, {"audio": 1})) is None
    assert pricing.cost(usage(1, 1), web_searches=1) is None


def test_reasoning_of_price_zero_is_billed_as_completion():
    """Older lists say "0" of every model; 22 recorded bills show that completion was charged."""
    pricing = parse_pricing({"prompt": "0", "completion": "1", "internal_reasoning": "0"})
    assert pricing.cost(usage(0, 10, outputs={"reasoning": 6})) == 10


def test_tokens_that_are_read_and_kept_at_once_are_billed_as_both():
    """As Google's caches do; the cost is of a recorded answer."""
    wire = {"prompt": "3e-7", "completion": "2.5e-6", "input_cache_read": "3e-8", "input_cache_write": "8.333333e-8"}
    cost = parse_pricing(wire).cost(usage(2168, 100, {"cache_read": 2161, "cache_creation": 2161}))
    assert round(cost, 10) == Decimal("0.0004970133")


def test_cached_audio_has_its_own_price():
    wire = {"prompt": "1", "completion": "1", "input_cache_read": "0.1", "audio": "5", "input_audio_cache": "0.5"}
    # 10 tokens are not cached, so that at least 20 of the audio's are
    assert parse_pricing(wire).cost(usage(100, 0, {"cache_read": 90, "audio": 30})) == 50 + 10 + 7


@pytest.mark.parametrize(
    ("wire", "images", "image_tokens", "cost"),
    [
        ({"prompt": "1", "image": "50"}, 2, 0, 110),
        ({"prompt": "1", "image": "50"}, 0, 0, 10),
        ({"prompt": "1", "image": "50"}, 2, 4, None),
        ({"prompt": "1", "image": "1"}, 2, 4, 10),
        ({"prompt": "1", "image": "0"}, 2, 4, 10),
        ({"prompt": "1"}, 2, 4, 10),
    ],
)
def test_images_are_counted_once(wire, images, image_tokens, cost):
    pricing = parse_pricing({**wire, "completion": "1"})
    assert pricing.cost(usage(10, 0, {"image": image_tokens}), images=images) == cost


@unhurried
@given(counts, counts, st.dictionaries(st.sampled_from(["cache_read", "cache_creation", "audio", "image"]), counts))
def test_details_that_add_up_to_too_much_never_make_a_negative_cost(input_tokens, output_tokens, inputs):
    pricing = parse_pricing(dict.fromkeys(KEYS, "1"))
    outputs = {"reasoning": output_tokens * 2, "audio": 5}
    assert pricing.cost(usage(input_tokens, output_tokens, inputs, outputs)) >= 1


@pytest.mark.parametrize(("tokens", "expected"), [(0, 1), (200_000, 1), (200_001, 2)])
def test_a_threshold_is_strict(tokens, expected):
    wire = {"prompt": "1", "overrides": [{"min_prompt_tokens": 200_000, "prompt": "2"}]}
    assert price(wire, tokens) == expected


@pytest.mark.parametrize(
    ("start", "end", "clock", "inside"),
    [
        (100, 400, "00:59", False),
        (100, 400, "01:00", True),
        (100, 400, "03:59", True),
        (100, 400, "04:00", False),
        (30, 1030, "00:30", True),
        (30, 1030, "00:29", False),
        (1630, 30, "16:29", False),
        (1630, 30, "16:30", True),
        (1630, 30, "00:29", True),
        (1630, 30, "00:30", False),
        (0, 2400, "23:59", True),
        (1200, None, "11:59", False),
        (1200, None, "23:59", True),
        (None, 1200, "00:00", True),
        (None, 1200, "12:00", False),
    ],
)
def test_windows_of_the_day_are_half_open_and_may_pass_midnight(start, end, clock, inside):
    hour, minute = map(int, clock.split(":"))
    wire = {"prompt": "1", "overrides": [{"utc_start": start, "utc_end": end, "prompt": "2"}]}
    assert price(wire, at=MONDAY.replace(hour=hour, minute=minute, second=59)) == (2 if inside else 1)


@pytest.mark.parametrize(
    ("days", "expected"), [(["monday"], 2), (["Monday", "someday"], 2), (["tuesday"], 1), ([], 1), (None, 2)]
)
def test_days_are_those_of_the_request(days, expected):
    assert price({"prompt": "1", "overrides": [{"utc_days": days, "prompt": "2"}]}) == expected


def test_times_are_in_utc():
    wire = {"prompt": "1", "overrides": [{"utc_start": 0, "utc_end": 100, "prompt": "2"}]}
    in_india = timezone(timedelta(hours=5, minutes=30))
    assert price(wire, at=datetime(2026, 8, 24, 6, 0, tzinfo=in_india)) == 2
    assert price(wire, at=datetime(2026, 8, 24, 0, 30)) == 2  # noqa: DTZ001 - a time without a zone is UTC
    assert price(wire, at=None) in {1, 2}


def test_all_conditions_of_an_override_must_hold():
    override = {"min_prompt_tokens": 10, "utc_start": 0, "utc_end": 100, "utc_days": ["monday"], "prompt": "2"}
    wire = {"prompt": "1", "overrides": [override]}
    assert price(wire, 11) == 2
    assert price(wire, 10) == 1
    assert price(wire, 11, MONDAY + timedelta(hours=1)) == 1
    assert price(wire, 11, MONDAY + timedelta(days=1)) == 1


def test_a_condition_that_nobody_knows_makes_its_prices_unknown():
    wire = {"prompt": "1", "completion": "1", "overrides": [{"min_completion_tokens": 5, "prompt": "2"}]}
    assert parse_pricing(wire).cost(usage(1, 1)) is None


@unhurried
@given(
    base=st.dictionaries(st.sampled_from(KEYS[:6]), amounts),
    overrides=st.lists(
        st.tuples(st.integers(0, 20), st.dictionaries(st.sampled_from(KEYS[:6]), amounts)).map(
            lambda pair: {"min_prompt_tokens": pair[0], **pair[1]}
        )
    ),
    tokens=st.integers(0, 21),
)
def test_later_overrides_win_key_by_key(base, overrides, tokens):
    expected = dict(base)
    for override in overrides:
        if tokens > override["min_prompt_tokens"]:
            expected |= {key: value for key, value in override.items() if key != "min_prompt_tokens"}
    found = parse_pricing({**base, "overrides": overrides}).prices_for(tokens, MONDAY)
    assert found == {key: Decimal(value) for key, value in expected.items()}


def test_the_discount_is_taken_off_what_is_shown_too():
    pricing = parse_pricing({"prompt": "0.000002", "completion": "0.00001", "discount": 0.5})
    assert (pricing.prompt, pricing.completion) == (Decimal("0.000001"), Decimal("0.000005"))
    assert not pricing.is_free
    assert parse_pricing({"prompt": "2", "completion": "1", "discount": 1}).is_free
    assert not Pricing().is_free


@pytest.mark.skipif(not listings(), reason=MISSING)
def test_every_price_on_the_lists_is_read_to_its_last_digit():
    seen = set()
    for wire in (model["pricing"] for models in listings().values() for model in models):
        pricing = parse_pricing(wire)
        for found, sent in [(pricing.prices, wire), *zip_overrides(pricing, wire)]:
            prices = {key: value for key, value in sent.items() if isinstance(value, str)}
            seen |= prices.keys()
            for key, value in prices.items():
                if key != "internal_reasoning" or value != "0":
                    assert found[key] == (None if value.startswith("-") else Decimal(value))
    assert {*KEYS, "image"} <= seen


def zip_overrides(pricing, wire):
    return [(one.prices, sent) for one, sent in zip(pricing.overrides, wire.get("overrides", []), strict=True)]


@pytest.mark.skipif(not listings(), reason=MISSING)
def test_recorded_bills_are_met():
    """Prices change and providers differ, so that not every bill is of a price that was listed; most are."""
    prices: dict[str, list[Pricing]] = {}
    for models in listings().values():
        for model in models:
            for name in {model["id"], model["canonical_slug"]}:
                prices.setdefault(name, []).append(parse_pricing(model["pricing"]))
    met = billed = 0
    for exchange_id in chat_ids():
        said = read_said(load_exchange(exchange_id))
        found = prices.get(said.facts.get("model"))
        if not found or not said.cost or said.usage.get("is_byok"):
            continue
        billed += 1
        costs = [pricing.cost(parse_usage(said.usage)) for pricing in found]
        met += any(cost is not None and abs(cost - said.cost) < Decimal("1e-11") for cost in costs)
    assert met > 0.7 * billed > 300
