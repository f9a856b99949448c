"""What is held for searches, for pages that are read and for models that are asked for advice."""

from __future__ import annotations

from decimal import Decimal

import pytest

from langchain_openrouter import plugins, server_tools
from tests.unit_tests.spend.test_estimate import BEYOND, CONTEXT, MILLIONTH, hold, model, plan, why

FREE = {"prompt": "0", "completion": "0"}
"""So that a hold is fees alone."""
ANSWER = 100 + BEYOND


def fees(*, pricing=None, **changes):
    return hold(None, model(pricing={**FREE, **(pricing or {})}), **changes)


def search(**options):
    return {"tools": [server_tools.web_search(**options)]}


@pytest.mark.parametrize(
    ("options", "each"),
    [
        ({}, "0.007"),
        ({"engine": "native"}, "0.007"),
        ({"engine": "exa", "mode": "deep"}, "0.012"),
        ({"engine": "exa", "mode": "deep-reasoning"}, "0.015"),
        ({"engine": "exa", "max_results": 12}, "0.009"),
        ({"engine": "parallel"}, "0.005"),
        ({"engine": "perplexity"}, "0.005"),
        ({"engine": "firecrawl"}, "0"),
    ],
)
def test_a_search_has_its_engine_s_price_and_thirty_may_be_made(options, each):
    assert fees(**search(**options)) == 30 * Decimal(each)


def test_the_model_s_own_provider_has_its_own_price():
    assert fees(pricing={"web_search": "0.014"}, **search()) == 30 * Decimal("0.014")
    assert fees(pricing={"web_search": "0.014"}, **search(engine="exa")) == 30 * Decimal("0.007")


def test_searches_are_bounded_by_any_of_the_limits():
    assert fees(max_tool_calls=3, **search()) == 3 * Decimal("0.007")
    assert fees(**search(max_uses=2)) == 2 * Decimal("0.007")
    assert fees(max_tool_calls=99, **search()) == 30 * Decimal("0.007")
    # most of OpenRouter's providers do not heed it
    assert fees(pricing={"web_search": "0.01"}, **search(max_uses=2)) == 30 * Decimal("0.01")


def test_tools_share_their_calls():
    both = [server_tools.web_search(engine="exa"), server_tools.web_fetch(engine="exa")]
    assert fees(tools=both) == 30 * Decimal("0.007")


@pytest.mark.parametrize(("engine", "each"), [(None, "0.001"), ("parallel", "0.001"), ("openrouter", "0")])
def test_pages_have_prices(engine, each):
    assert fees(tools=[server_tools.web_fetch(engine=engine)]) == 30 * Decimal(each)


def test_tools_of_one_s_own_cost_nothing_but_their_text():
    own = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
    assert plan(None, tools=[own]).bill.turns is None


def test_each_call_is_followed_by_a_turn_that_reads_what_it_found():
    made = plan(None, max_tool_calls=2, tools=[server_tools.datetime()])
    prompt, grown = made.bill.prompt_tokens, 500 + ANSWER
    read = prompt + (prompt + grown) + (prompt + 2 * grown)
    assert made.hold_usd == read * MILLIONTH + 3 * ANSWER * 2 * MILLIONTH


def test_what_is_found_is_bounded_by_results_and_characters():
    small = search(engine="exa", max_results=2, max_characters=1_000)
    made = plan(None, max_tool_calls=1, **small)
    prompt = made.bill.prompt_tokens
    assert made.hold_usd == (
        (prompt + prompt + 2 * 1_500 + ANSWER) * MILLIONTH + 2 * ANSWER * 2 * MILLIONTH + Decimal("0.007")
    )


def test_what_has_no_bound_fills_the_context():
    made = plan(None, max_tool_calls=1, tools=[server_tools.web_fetch(engine="openrouter")])
    assert made.hold_usd == (made.bill.prompt_tokens + CONTEXT) * MILLIONTH + 2 * ANSWER * 2 * MILLIONTH


FETCH = [server_tools.web_fetch(engine="openrouter")]


class TestStopConditions:
    TURN = CONTEXT * MILLIONTH + ANSWER * 2 * MILLIONTH

    def test_a_cost_may_be_gone_over_by_a_turn_and_is_followed_by_one(self):
        stop = [{"type": "max_cost", "max_cost_in_dollars": 0.5}]
        made = plan(None, tools=FETCH, stop_server_tools_when=stop)
        assert made.hold_usd == Decimal("0.5") + 2 * self.TURN

    def test_searches_under_way_are_paid_for(self):
        stop = [{"type": "max_cost", "max_cost_in_dollars": 0.5}]
        asked = {"stop_server_tools_when": stop, **search(engine="exa")}
        assert fees(**asked) == Decimal("0.5") + 30 * Decimal("0.007")
        assert fees(parallel_tool_calls=False, **asked) == Decimal("0.5") + Decimal("0.007")

    def test_steps_take_the_place_of_calls(self):
        stop = [{"type": "step_count_is", "step_count": 2}]
        made = plan(None, tools=FETCH, max_tool_calls=30, stop_server_tools_when=stop)
        assert made.hold_usd == made.bill._turn(made.bill.prompt_tokens, ANSWER) + 3 * self.TURN

    @pytest.mark.parametrize(("steps", "cost", "ends"), [(1, 9, "steps"), (30, 0.01, "cost")])
    def test_whichever_is_cheaper_ends_it(self, steps, cost, ends):
        stop = [
            {"type": "step_count_is", "step_count": steps},
            {"type": "max_cost", "max_cost_in_dollars": cost},
        ]
        made = plan(None, tools=FETCH, stop_server_tools_when=stop)
        first = made.bill._turn(made.bill.prompt_tokens, ANSWER)
        expected = {"steps": first + 2 * self.TURN, "cost": Decimal(str(cost)) + 2 * self.TURN}
        assert made.hold_usd == expected[ends]

    @pytest.mark.parametrize("condition", [{"type": "has_tool_call", "tool_name": "f"}, {"type": "step_count_is"}])
    def test_conditions_that_bound_no_cost_are_not_enough(self, condition):
        assert "Add one of type `max_cost`" in why(None, tools=FETCH, stop_server_tools_when=[condition])


class TestPlugins:
    def test_it_searches_once_before_the_model_begins(self):
        less, more = (plan(None, plugins=[plugins.web(engine="exa", max_characters=size)]) for size in (1_000, 2_000))
        assert less.bill.turns is None
        assert less.bill.fees == Decimal("0.007")
        assert more.bill.prompt_tokens - less.bill.prompt_tokens == 5 * 1_000

    def test_the_model_s_own_provider_searches_as_it_likes(self):
        native = {"web_search": "0.01"}
        assert fees(pricing=native, plugins=[plugins.web()]) == 30 * Decimal("0.01")

    @pytest.mark.parametrize("changes", [{"model": "some/model:online"}, {"web_search_options": {}}])
    def test_other_ways_to_ask_for_a_search(self, changes):
        assert fees(**changes) == Decimal("0.007")

    def test_a_search_costs_with_free_models_too(self):
        free = model("some/model:free", pricing=FREE)
        assert hold(None, free, model="some/model:free:online") == Decimal("0.007")

    def test_pages_that_the_prompt_names_are_read(self):
        assert fees(plugins=[plugins.web_fetch(engine="exa", max_uses=3)]) == Decimal("0.003")
        assert fees(plugins=[plugins.web_fetch(engine="exa")]) == Decimal("0.05")


def test_models_that_search_unasked():
    sonar = model("perplexity/sonar", pricing={**FREE, "web_search": "0.005"})
    assert hold(None, sonar, model="perplexity/sonar") == Decimal("0.005")
    more = {"web_search_options": {"search_context_size": "high"}}
    assert hold(None, sonar, model="perplexity/sonar", **more) >= Decimal("0.015")
    deep = model("perplexity/sonar-deep-research")
    assert "as often as it wants" in why(None, deep, model=deep["id"])


def test_an_advisor_may_read_all_it_can_at_its_own_prices():
    wise = model("wise/model", pricing={"prompt": "0.00001", "completion": "0.00002"}, context_length=1_000)
    ask = server_tools.advisor(model="wise/model", max_completion_tokens=50)
    asked = {"tools": [ask], "max_tool_calls": 1}
    made = plan(None, model(pricing=FREE), wise, **asked)
    assert made.max_price == {"prompt": "10", "completion": "20", "request": "0"}
    prompt = made.bill.prompt_tokens
    read = prompt + prompt + 550 + ANSWER
    advice = 1_000 * Decimal("0.00001") + (50 + BEYOND) * Decimal("0.00002")
    assert made.hold_usd == read * Decimal("0.00001") + 2 * ANSWER * Decimal("0.00002") + advice


def test_a_subagent_is_the_model_itself_unless_it_is_named():
    made = plan(None, tools=[server_tools.subagent(max_completion_tokens=50)], max_tool_calls=1)
    assert made.hold_usd > CONTEXT * MILLIONTH
