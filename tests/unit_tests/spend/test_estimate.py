"""What is held for a request, what has to be sent with it, and what is said where nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from langchain_openrouter import plugins, server_tools
from langchain_openrouter.model_info import parse_model
from langchain_openrouter.model_list import parse_models
from langchain_openrouter.spend.estimate import plan_hold
from langchain_openrouter.spend.hold_plan import HoldPlan
from langchain_openrouter.spend.prompt_bound import AROUND_A_REQUEST

NOON = datetime(2026, 8, 24, 12, tzinfo=UTC)
MILLIONTH = Decimal("0.000001")
CONTEXT = 100_000
BEYOND = 16
"""Tokens by which an answer may go over its limit."""


def model(model_id: str = "some/model", **changes: Any) -> dict[str, Any]:
    wire = {
        "id": model_id,
        "pricing": {"prompt": "0.000001", "completion": "0.000002"},
        "context_length": CONTEXT,
        "top_provider": {"max_completion_tokens": 8_000},
        "supported_parameters": ["max_tokens", "max_completion_tokens"],
    }
    return {**wire, **changes}


def plan(body: dict[str, Any] | None = None, *models: dict[str, Any], kind: Any = "chat", **changes: Any) -> HoldPlan:
    listed = parse_models(models or [model()])
    asked = {"model": "some/model", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 100}
    asked = {**(asked if body is None else body), **changes}
    return plan_hold(asked, kind=kind, find_model=listed.find, at=NOON)


def prompt_tokens(body_bytes: int) -> int:
    return body_bytes + AROUND_A_REQUEST


SMALL = prompt_tokens(len(b'{"model":"some/model","messages":[{"role":"user","content":"Hi"}]}'))


def hold(*args: Any, **kwargs: Any) -> Decimal:
    made = plan(*args, **kwargs)
    assert made.why_unknown is None
    return made.hold_usd


def why(*args: Any, **kwargs: Any) -> str:
    made = plan(*args, **kwargs)
    assert made.hold_usd is None
    assert made.max_price is None
    return made.why_unknown


def test_a_hold_is_the_bytes_and_the_limit_at_their_prices():
    assert hold() == SMALL * MILLIONTH + (100 + BEYOND) * 2 * MILLIONTH


def test_a_text_is_counted_by_its_bytes():
    euros = hold(None, messages=[{"role": "user", "content": "€" * 1000}])
    assert euros - hold(None, messages=[{"role": "user", "content": ""}]) == 3000 * MILLIONTH


def test_half_a_surrogate_pair_is_counted():
    assert hold(None, messages=[{"role": "user", "content": "\ud83d"}]) > 0


@pytest.mark.parametrize(
    ("key", "changes", "is_in_the_prompt"),
    [
        ("input_cache_write", {}, True),
        ("input_cache_write_1h", {"cache_control": {"type": "ephemeral", "ttl": "1h"}}, True),
        ("internal_reasoning", {}, False),
        ("image_output", {}, False),
        ("image_token", {}, False),
        ("audio_output", {}, False),
    ],
)
def test_the_dearest_price_counts(key, changes, is_in_the_prompt):
    pricing = {"prompt": "0.000001", "completion": "0.000001"}
    cheap = plan(None, model(pricing=pricing), **changes)
    dear = plan(None, model(pricing={**pricing, key: "0.000007"}), **changes)
    tokens = cheap.bill.prompt_tokens if is_in_the_prompt else 100 + BEYOND
    assert dear.hold_usd - cheap.hold_usd == tokens * 6 * MILLIONTH


def test_an_hour_in_the_cache_costs_only_whoever_asks_for_it():
    pricing = {"prompt": "0.000001", "completion": "0", "input_cache_write_1h": "0.000002"}
    assert hold(None, model(pricing=pricing)) == SMALL * MILLIONTH


def test_a_token_that_is_read_and_kept_at_once_is_billed_twice():
    pricing = {"prompt": "1e-6", "completion": "0", "input_cache_read": "8e-7", "input_cache_write": "5e-7"}
    assert hold(None, model(pricing=pricing)) == SMALL * Decimal("1.3e-6")


def test_an_answer_in_text_has_no_images():
    pricing = {"prompt": "0", "completion": "0.000001", "image_output": "0.00003"}
    assert hold(None, model(pricing=pricing), modalities=["text"]) == (100 + BEYOND) * MILLIONTH


def test_requests_and_images_have_fees():
    pricing = {"prompt": "0", "completion": "0", "request": "0.01", "image": "0.004"}
    two = [{"type": "image_url", "image_url": {"url": "https://example.org/1.png"}}] * 2
    assert hold(None, model(pricing=pricing), messages=[{"role": "user", "content": two}]) == Decimal("0.018")


class TestMaxTokens:
    def test_the_limit_of_a_request_is_kept(self):
        made = plan(None, max_tokens=50)
        assert (made.max_tokens, made.max_tokens_key) == (50, "max_tokens")

    def test_of_two_limits_the_larger_counts(self):
        made = plan(None, max_completion_tokens=200)
        assert (made.max_tokens, made.max_tokens_key) == (200, "max_completion_tokens")

    def test_a_limit_is_made_of_what_the_model_can_answer(self):
        made = plan({"model": "some/model", "messages": []})
        assert (made.max_tokens, made.max_tokens_key) == (8_000, "max_tokens")
        assert made.hold_usd == plan({"model": "some/model", "messages": []}).with_max_tokens(8_000).hold_usd

    def test_without_one_it_is_what_the_context_leaves(self):
        made = plan({"model": "some/model", "messages": []}, model(top_provider={}))
        assert made.max_tokens == CONTEXT - made.bill.prompt_tokens

    def test_a_quarter_of_the_context_is_left_to_the_answer(self):
        messages = [{"role": "user", "content": "a" * CONTEXT}]
        assert plan({"model": "some/model", "messages": messages}, model(top_provider={})).max_tokens == CONTEXT // 4

    def test_the_newer_key_is_used_where_models_have_only_that(self):
        only_new = model(supported_parameters=["max_completion_tokens"])
        assert plan({"model": "some/model", "messages": []}, only_new).max_tokens_key == "max_completion_tokens"

    def test_the_responses_api_has_a_key_of_its_own(self):
        body = {"model": "some/model", "input": "Hi"}
        assert (plan(body).max_tokens, plan(body).max_tokens_key) == (8_000, "max_output_tokens")
        assert plan({**body, "max_output_tokens": 7}).max_tokens == 7

    def test_an_answer_that_is_free_needs_no_limit(self):
        free = model("some/model:free", pricing={"prompt": "0", "completion": "0"})
        made = plan({"model": "some/model:free", "messages": []}, free)
        assert (made.hold_usd, made.max_tokens) == (0, None)
        assert made.affordable_max_tokens(Decimal(0)) == 8_000

    def test_of_several_models_the_shortest_answer_is_asked_for(self):
        other = model("other/model", top_provider={"max_completion_tokens": 500})
        made = plan({"models": ["some/model", "other/model"], "messages": []}, model(), other)
        assert made.max_tokens == 500

    @pytest.mark.parametrize("maker", ["x-ai", "~x-ai", "bytedance-seed"])
    def test_reasoning_that_is_not_counted_is_held_besides(self, maker):
        grok = model(f"{maker}/model")
        body = {"model": f"{maker}/model", "messages": [], "max_tokens": 10}
        assert plan(body, grok).bill.beyond == BEYOND + 8_000
        assert plan({**body, "reasoning": {"effort": "none"}}, grok).bill.beyond == BEYOND

    def test_a_model_that_heeds_no_limit_may_say_all_it_can(self):
        deaf = model(supported_parameters=["tools"])
        assert plan(None, deaf, max_tokens=1).bill.beyond == 8_000

    def test_a_router_needs_one(self):
        auto = model("openrouter/auto", pricing={"prompt": "-1", "completion": "-1"}, top_provider={})
        body = {"model": "openrouter/auto", "messages": [], "provider": {"max_price": {"prompt": 1, "completion": 2}}}
        assert "Give `max_tokens`" in why(body, auto)
        assert hold({**body, "max_tokens": 10}, auto) > 0


class TestAffordable:
    def test_it_is_the_most_that_fits(self):
        made = plan()
        fixed = SMALL * MILLIONTH
        assert made.affordable_max_tokens(fixed + (50 + BEYOND) * 2 * MILLIONTH) == 50
        assert made.affordable_max_tokens(fixed + (51 + BEYOND) * 2 * MILLIONTH - Decimal("1e-9")) == 50

    def test_it_is_none_where_not_even_one_token_fits(self):
        assert plan().affordable_max_tokens(SMALL * MILLIONTH) is None

    def test_it_is_never_more_than_the_model_can_say(self):
        assert plan().affordable_max_tokens(Decimal(100)) == 8_000

    def test_it_is_none_where_the_hold_is_unknown(self):
        assert plan(None, model="none/such").affordable_max_tokens(Decimal(100)) is None
        assert plan(None, model="none/such").with_max_tokens(3).hold_usd is None


class TestMaxPrice:
    def test_it_is_the_listed_prices(self):
        assert plan().max_price == {"prompt": "1", "completion": "2", "request": "0"}

    def test_of_several_models_it_is_the_dearest(self):
        pricing = {"prompt": "0.000003", "completion": "0.0000001", "request": "0.5"}
        made = plan(None, model(), model("other/model", pricing=pricing), models=["other/model"])
        assert made.max_price == {"prompt": "3", "completion": "2", "request": "0.5"}
        assert made.hold_usd == made.bill.prompt_tokens * 3 * MILLIONTH + 116 * 2 * MILLIONTH + Decimal("0.5")

    def test_the_limits_of_a_request_are_kept_and_held(self):
        made = plan(None, provider={"max_price": {"prompt": 5, "completion": "6", "request": 0.1}})
        assert made.max_price == {"prompt": "5", "completion": "6", "request": "0.1"}
        assert made.hold_usd == made.bill.prompt_tokens * 5 * MILLIONTH + 116 * 6 * MILLIONTH + Decimal("0.1")

    def test_what_is_dearer_in_the_list_is_so_under_a_limit(self):
        pricing = {"prompt": "0.000001", "completion": "0.000001", "input_cache_write": "0.00000125"}
        made = plan(None, model(pricing=pricing), provider={"max_price": {"prompt": 4, "completion": 0}})
        assert made.hold_usd == made.bill.prompt_tokens * 5 * MILLIONTH

    def test_it_bounds_a_model_that_nobody_knows(self):
        body = {"model": "openrouter/auto", "messages": [], "max_tokens": 10}
        body["provider"] = {"max_price": {"prompt": "1", "completion": "2"}}
        made = plan(body)
        # writing to a cache may cost a quarter more, and a model that reasons without limit may be chosen
        assert made.hold_usd == made.bill.prompt_tokens * Decimal("1.25") * MILLIONTH + 128_026 * 2 * MILLIONTH

    def test_free_models_are_free_whatever_may_be_paid(self):
        free = model("some/model:free", pricing={"prompt": "0", "completion": "0"})
        limits = {"max_price": {"prompt": 9, "completion": 9}}
        assert hold(None, free, model="some/model:free", provider=limits) == 0

    def test_a_free_model_that_is_not_listed_is_free_too(self):
        made = plan({"model": "none/such:free", "messages": []})
        assert (made.hold_usd, made.max_tokens) == (0, None)
        assert made.max_price == {"prompt": "0", "completion": "0", "request": "0"}

    def test_images_have_a_limit_only_where_there_are_any(self):
        pricing = {"prompt": "0", "completion": "0", "image": "0.004"}
        picture = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://e.org/a.png"}}]}]
        assert "image" not in plan(None, model(pricing=pricing)).max_price
        assert plan(None, model(pricing=pricing), messages=picture).max_price["image"] == "0.004"
        mixed = plan(None, model(pricing=pricing), model("other/model"), models=["other/model"], messages=picture)
        assert mixed.max_price["image"] == "0.004"

    @pytest.mark.parametrize("limits", [None, {}, [], {"prompt": "much", "completion": True}, {"prompt": -1}])
    def test_what_is_no_price_is_no_limit(self, limits):
        assert plan(None, provider={"max_price": limits}).hold_usd is not None
        assert "max_price" in why({"model": "none/such", "messages": [], "provider": {"max_price": limits}})


class TestOverrides:
    LONG = model(
        pricing={
            "prompt": "0.000001",
            "completion": "0.000001",
            "overrides": [{"min_prompt_tokens": 50_000, "prompt": "0.000002", "completion": "0.000003"}],
        }
    )

    def test_a_prompt_that_may_be_long_costs_what_long_ones_do(self):
        short, long = ({"role": "user", "content": "a" * length} for length in (10, 60_000))
        assert plan(None, self.LONG, messages=[short]).max_price["completion"] == "1"
        assert plan(None, self.LONG, messages=[long]).max_price["completion"] == "3"

    def test_tools_make_a_prompt_long(self):
        made = plan(None, self.LONG, tools=[server_tools.web_fetch(engine="openrouter")])
        assert made.max_price["completion"] == "3"

    @pytest.mark.parametrize(("start", "holds"), [(1209, True), (1210, True), (1211, False)])
    def test_the_next_ten_minutes_count(self, start, holds):
        pricing = {"prompt": "0", "completion": "0.000001"}
        pricing["overrides"] = [{"utc_start": start, "utc_end": 2400, "completion": "0.000002"}]
        assert (plan(None, model(pricing=pricing)).max_price["completion"] == "2") is holds

    def test_a_cheaper_hour_may_end_before_the_call_does(self):
        pricing = {"prompt": "0", "completion": "0.000002"}
        pricing["overrides"] = [{"utc_start": 1100, "utc_end": 1205, "completion": "0.000001"}]
        assert plan(None, model(pricing=pricing)).max_price["completion"] == "2"

    def test_a_condition_that_nobody_knows_makes_the_price_unknown(self):
        pricing = {"prompt": "0", "completion": "1", "overrides": [{"on_holidays": True, "completion": "2"}]}
        assert "no fixed price" in why(None, model(pricing=pricing))


class TestWhoAnswers:
    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"model": "none/such"}, "fetch the list with `ModelCatalogue().fetch()`"),
            ({"model": None}, "names no model"),
            ({"preset": "mine"}, "preset"),
            ({"model": "some/model@preset/mine"}, "preset"),
            ({"model": "openrouter/fusion"}, "several models"),
            ({"plugins": [plugins.fusion()]}, "'fusion'"),
            ({"service_tier": "priority"}, "priority tier"),
            ({"speed": "fast"}, "priority tier"),
            ({"provider": {"only": ["openai/fast"]}}, "priority tier"),
            ({"plugins": [{"id": "newest"}]}, "'newest'"),
            ({"tools": [server_tools.image_generation()]}, "'image_generation'"),
            ({"tools": [server_tools.fusion()]}, "'fusion'"),
            ({"tools": [{"type": "code_interpreter", "container": {"type": "auto"}}]}, "'code_interpreter'"),
            ({"tools": [server_tools.advisor()]}, "`max_completion_tokens`"),
            ({"tools": [server_tools.advisor(model="none/such", max_completion_tokens=5)]}, "'none/such'"),
            ({"tools": [server_tools.web_search(engine="altavista")]}, "'altavista'"),
            ({"tools": [server_tools.web_search(x_search={})]}, "search of X"),
            ({"tools": [server_tools.web_fetch(engine="wget")]}, "'wget'"),
            ({"x_search_filter": {}}, "search of X"),
        ],
    )
    def test_what_has_no_bound_is_said(self, changes, said):
        assert said in why(None, **changes)

    def test_the_model_is_told_where_its_price_is_missing(self):
        assert plan(None, model="none/such").model_id == "none/such"
        assert plan(None, preset="mine").model_id is None

    @pytest.mark.parametrize("tier", ["flex", "default", "auto", None])
    def test_ordinary_tiers_cost_no_more_than_what_is_listed(self, tier):
        assert hold(None, service_tier=tier) > 0

    def test_a_limit_bounds_the_priority_tier(self):
        limits = {"max_price": {"prompt": 2, "completion": 4}}
        assert hold(None, service_tier="priority", provider=limits) > hold()

    def test_what_is_switched_off_costs_nothing(self):
        off = [{"id": "web", "enabled": False}, plugins.context_compression()]
        assert plan(None, plugins=off).bill.fees == 0


def test_a_price_from_elsewhere_is_marked():
    estimate = parse_model(model("none/such"))
    body = {"model": "none/such", "messages": []}
    made = plan_hold(body, kind="chat", find_model=lambda _: None, at=NOON, find_estimate={"none/such": estimate}.get)
    assert made.is_estimate
    assert made.hold_usd > 0
    assert not plan().is_estimate


def test_a_time_without_a_zone_is_utc():
    listed = parse_models([TestOverrides.LONG])
    body = {"model": "some/model", "messages": [], "max_tokens": 1}
    naive = NOON.replace(tzinfo=None)
    one, other = (plan_hold(body, kind="chat", find_model=listed.find, at=at) for at in (naive, NOON))
    assert one.hold_usd == other.hold_usd
