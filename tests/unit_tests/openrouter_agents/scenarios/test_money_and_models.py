"""Money that runs out half way, and models that fail half way."""

from __future__ import annotations

from decimal import Decimal

import pytest

from langchain_openrouter import Budget, BudgetExceededError, OpenRouterError, RateLimitError
from langchain_openrouter.emulator import Answer, Failure, Interruption, ScriptBrain
from tests.unit_tests.openrouter_agents.scenarios.scenario import Scenario, ask, calculate, go_on
from tests.unit_tests.openrouter_agents.scenarios.stage import STILL_THERE, play_out, take_step

DOWN = Failure(500, "Internal Server Error")
BUSY = Failure(429, "slow down", headers={"retry-after": "0"})
BROKEN = Failure(502, "Provider returned error")
FLAGGED = Failure(403, "Your input was flagged", metadata={"reasons": ["violence"], "flagged_input": "?"})
FULL = Failure(400, "This endpoint's maximum context length is 1000 tokens. However, you requested about 2000 tokens.")
RETRYING = {"max_retries": 2}

SCENARIOS = [
    Scenario("the first call fails", [DOWN], [ask(None, fails=OpenRouterError)]),
    Scenario("the model fails half way", [calculate("1+1"), DOWN], [ask(None, fails=OpenRouterError)]),
    Scenario(
        "the model fails half way, and the run is taken up",
        [calculate("1+1"), DOWN, "Done."],
        [ask(None, fails=OpenRouterError), go_on(results={"calculator": "2"})],
    ),
    Scenario(
        "the model fails half way, and the user asks anew",
        [calculate("1+1"), DOWN, "Done."],
        [ask(None, fails=OpenRouterError), ask()],
    ),
    Scenario("it is busy, then not", [BUSY, calculate("1+1"), BUSY, BUSY, "Done."], [ask()], model=RETRYING),
    Scenario("it stays busy", [calculate("1+1"), BUSY, BUSY, BUSY], [ask(None, fails=RateLimitError)], model=RETRYING),
    Scenario(
        "a fallback answers half way",
        [calculate("1+1"), BROKEN, "Done."],
        [ask(results={"calculator": "2"})],
        options={"fallbacks": ["openai/gpt-4.1-mini"]},
    ),
    Scenario("the input is flagged half way", [calculate("1+1"), FLAGGED], [ask(None, fails=OpenRouterError)]),
    Scenario("the context is full half way", [calculate("1+1"), FULL], [ask(None, fails=OpenRouterError)]),
    Scenario(
        "the answer breaks off",
        [calculate("1+1"), Interruption(Answer("One two three"), DOWN)],
        [ask(None, fails=OpenRouterError)],
    ),
    Scenario("the answer is cut at its limit", [Answer("Done. and so on", finish_reason="length")], [ask()]),
    Scenario("the model refuses", [Answer("", refusal="I can't help with that.")], [ask("")]),
    Scenario("the model says nothing", [Answer("")], [ask("")]),
    Scenario(
        "the model calls tools for ever",
        [*(calculate(f"{number}+1") for number in range(3)), "That is all I know."],
        [ask("That is all I know.")],
        options={"max_model_calls": 4},
    ),
    Scenario(
        "the model turns in circles",
        [calculate("1+1")] * 4 + ["It is 2."],
        [ask("It is 2.")],
    ),
]


def test_ends_as_it_should(scenario, stage, run):
    play_out(scenario, stage, run)


@pytest.mark.parametrize("policy", ["answer", "raise"])
def test_a_budget_runs_out_half_way_and_is_raised(stage, run, policy):
    script = [Answer("Let me see.", calculate("1+1")), "Done."]
    scenario = Scenario("poor", script, [], options={"budget_policy": policy})
    stage.script(scenario)
    with stage.agent(scenario) as agent:
        # enough for the first call as it is held, not for a second beside what the first has cost
        limit = _held_at_most(stage, agent, run)
        stage.ledger.set_budget(Budget("thread:ann", limit, "lifetime"))
        end = ask(None, fails=BudgetExceededError) if policy == "raise" else ask("budget")
        take_step(agent, end, run)
        assert stage.ledger.total() < 2 * limit
        stage.ledger.set_budget(Budget("thread:ann", "1", "lifetime"))
        take_step(agent, go_on() if policy == "raise" else ask(), run)
        take_step(agent, STILL_THERE, run)
    stage.check_books()


def _held_at_most(stage, agent, run) -> Decimal:
    """What the first call of a run on another thread is held for."""
    stage.ledger.set_budget(Budget("thread:bob", "1", "lifetime"))
    brain, stage.emulator.brain = stage.emulator.brain, ScriptBrain([Answer("Hi!")])
    run(agent, ask().sent, {"configurable": {"thread_id": "bob"}})
    stage.emulator.brain = brain
    (held,) = [entry.hold_usd for entry in stage.ledger.entries(thread="bob")]
    return held + Decimal("0.000001")


def test_the_account_is_empty_half_way(stage, run):
    scenario = Scenario("empty", [calculate("1+1"), Failure(402, "Insufficient credits")], [ask("too little left")])
    play_out(scenario, stage, run)


def test_a_run_has_its_own_budget(stage, run):
    scenario = Scenario("run", ["Done.", "Done."], [ask(), ask()], options={"budget": "0.01"})
    play_out(scenario, stage, run)
    scenario = Scenario("run", [], [ask("budget")], options={"budget": "0.000001"})
    stage.script(scenario)
    with stage.agent(scenario) as agent:
        take_step(agent, scenario.steps[0], run)
