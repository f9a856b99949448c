"""Runs keep to their budget, and end in words when it is spent."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from agent_talk import call, results
from langchain.agents.middleware import ModelFallbackMiddleware, ModelRetryMiddleware
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from langchain_openrouter import (
    Budget,
    BudgetExceededError,
    ChatOpenRouter,
    ConfigurationError,
    InsufficientCreditsError,
    ModelCatalogue,
    SpendLedger,
)
from langchain_openrouter.emulator import Answer, Failure
from openrouter_agents import WebSearch, create_openrouter_agent, current_ledger, sum_spend
from openrouter_agents.middleware import run_budgets
from openrouter_agents.middleware.run_budgets import RunBudgets

THREAD = {"configurable": {"thread_id": "1"}}
PAGE = {
    "url": "https://example.org/peru",
    "title": "Peru",
    "content": "Lima is the capital.",
    "start_index": 0,
    "end_index": 4,
}
CALL = Answer(tool_calls=[call("calculator", expression="1+1")])


@pytest.fixture
def ledger() -> Iterator[SpendLedger]:
    with SpendLedger("sqlite://") as opened:
        yield opened


@pytest.fixture(autouse=True)
def _known_prices(emulator) -> None:
    ModelCatalogue(emulator.base_url).fetch()


@pytest.fixture
def step(ledger, play, agent) -> Decimal:
    """USD that may at most be held for one step, by what a run is refused that has nothing."""
    play(CALL)
    with pytest.raises(BudgetExceededError) as refused:
        agent(budget="0", budget_policy="raise", ledger=ledger, max_tokens=100).invoke({"messages": [("human", "?")]})
    return refused.value.needed_usd


def asked(emulator) -> list[Any]:
    """The requests that models were to answer."""
    return [request for request in emulator.requests if request.path.endswith("/completions")]


def test_a_run_that_has_spent_its_budget_ends_in_words(emulator, play, agent, run, ledger, step):
    play(CALL, Answer(tool_calls=[call("calculator", expression="2+2")]), Answer("4"))
    messages = run(agent(budget=step * Decimal("1.1"), ledger=ledger, max_tokens=100))
    assert messages[-1].text.startswith("I stopped, because there is no money for the next step. The budget of this")
    assert messages[-1].additional_kwargs == {"stopped_by": "budget"}
    spent = sum_spend(messages)
    assert spent.cost == ledger.total() == emulator.book.total > 0
    assert f"have cost ${spent.cost:f}" in messages[-1].text
    assert "tool calls found out" in messages[-1].text


@pytest.mark.parametrize("policy", ["answer", "raise"])
def test_a_budget_works_without_further_settings(emulator, play, agent, run, policy):
    """The longest answer of this model alone would cost more."""
    play(Answer("Hi!"))
    made = agent(model="anthropic/claude-sonnet-4.5", budget="0.25", budget_policy=policy)
    assert run(made)[-1].text == "Hi!"
    assert emulator.requests[-1].json["max_tokens"] == 8192


def test_a_run_without_any_money_asks_nobody(emulator, agent, run, ledger):
    messages = run(agent(budget=Decimal("0.000001"), ledger=ledger, max_tokens=100))
    assert "Your question has not been answered" in messages[-1].text
    assert asked(emulator) == []


def test_no_retry_or_fallback_of_ones_own_goes_round_the_budget(emulator, play, agent, run, ledger, model):
    around = [ModelRetryMiddleware(), ModelFallbackMiddleware(model())]
    messages = run(agent(budget=Decimal("0.000001"), ledger=ledger, middleware=around))
    assert messages[-1].additional_kwargs == {"stopped_by": "budget"}
    assert asked(emulator) == []


def test_each_run_has_a_budget_of_its_own(play, agent, run, step):
    play(*[Answer("Hi!")] * 3)
    made = agent(budget=step * Decimal("1.1"), max_tokens=100, checkpointer=InMemorySaver())
    assert [run(made, **THREAD)[-1].text for _ in range(3)] == ["Hi!"] * 3


@pytest.mark.parametrize(("budget", "thought"), [("1", "Inner."), ("0.003", "BudgetExceededError")])
def test_what_tools_ask_for_counts(play, agent, run, ledger, model, budget, thought):
    def think(thought: str) -> str:
        """Ask another model."""
        return model(ledger=current_ledger(), max_tokens=10_000).invoke(thought).text

    outer = Answer(tool_calls=[call("think", thought="Hm.")])
    play(outer, *([Answer("Inner.")] if budget == "1" else []), Answer("Done."))
    messages = run(agent(tools=[think], budget=budget, ledger=ledger, max_tokens=100))
    assert thought in results(messages)[0].text
    assert messages[-1].text == "Done."
    by_tag = {row.by["tag"]: row.cost_usd for row in ledger.total(by="tag")}
    assert (by_tag.get("tool:think", 0) > 0) == (budget == "1")


@pytest.mark.parametrize("budget", ["0.05", "0.003"])
def test_searches_with_openrouter_are_booked_and_held_to_the_budget(
    emulator, monkeypatch, play, agent, run, ledger, budget
):
    monkeypatch.setenv("OPENROUTER_API_KEY", emulator.api_key)
    monkeypatch.setenv("OPENROUTER_API_BASE", emulator.base_url)
    found = Answer("Lima [1].", annotations=[{"type": "url_citation", "url_citation": PAGE}])
    play(Answer(tool_calls=[call("web_search", query="Peru")]), *([found] if budget == "0.05" else []), Answer("Lima."))
    messages = run(agent(tools=[WebSearch(provider="openrouter")], budget=budget, ledger=ledger, max_tokens=100))
    by_tag = {row.by["tag"]: row.cost_usd for row in ledger.total(by="tag")}
    assert (by_tag.get("tool:web_search", 0) > 0) == (budget == "0.05")
    assert ("example.org" if budget == "0.05" else "BudgetExceededError") in results(messages)[0].text
    assert messages[-1].text == "Lima."


def test_a_refusal_is_raised_where_that_is_the_policy(agent, run):
    with pytest.raises(BudgetExceededError):
        run(agent(budget="0", budget_policy="raise", max_tokens=100))


def test_a_budget_of_a_cent_is_enough_for_a_model_that_might_answer_at_length(emulator, play, agent, run):
    play(CALL, Answer("2"))
    assert run(agent(model="openai/gpt-5-mini", budget="0.01"))[-1].text == "2"
    assert all(request.json["max_tokens"] < 5_000 for request in asked(emulator))


def test_the_policy_of_a_model_is_that_of_its_agent(emulator, play, run):
    play(Answer("Hi!"))
    dear = ChatOpenRouter(
        model="openai/gpt-4o",
        models=["openai/gpt-5-nano"],
        budget_policy="next_model",
        api_key=emulator.api_key,
        base_url=emulator.base_url,
        max_tokens=1000,
    )
    assert run(create_openrouter_agent(dear, ["calculator"], budget="0.005"))[-1].text == "Hi!"
    assert emulator.requests[-1].json["model"] == "openai/gpt-5-nano"


def test_a_shorter_answer_is_asked_for(emulator, play, agent, run, step):
    play(Answer("Hi!"))
    assert run(agent(budget=step, budget_policy="clamp", max_tokens=1000))[-1].text == "Hi!"
    assert 16 <= emulator.requests[-1].json["max_tokens"] <= 100


def test_a_cheaper_model_is_asked(emulator, play, agent, run, step):
    play(Answer("Hi!"))
    chain = {"model": "openai/gpt-4o", "fallbacks": ["openai/gpt-5-nano"], "budget_policy": "next_model"}
    messages = run(agent(budget=step, max_tokens=100, **chain))
    assert messages[-1].text == "Hi!"
    assert emulator.requests[-1].json["model"] == "openai/gpt-5-nano"


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        ({"type": "approve"}, "Hi!"),
        ({"type": "edit", "edited_action": {"name": "raise_budget", "args": {"usd": "0.5"}}}, "Hi!"),
        ({"type": "edit", "edited_action": {"name": "raise_budget", "args": {"usd": "0"}}}, "I stopped"),
        ({"type": "edit", "edited_action": {"name": "raise_budget", "args": {"usd": "much"}}}, "I stopped"),
        ({"type": "reject"}, "I stopped"),
        ("yes", "I stopped"),
    ],
)
@pytest.mark.parametrize("scope", ["run", "thread"])
def test_a_human_may_grant_more(play, agent, run, ledger, scope, decision, said):
    play(Answer("Hi!"))
    limit = "0.00001"
    budget = limit if scope == "run" else Budget("thread:*", limit, "day")
    options = {"ledger": ledger, "max_tokens": 100, "checkpointer": InMemorySaver()}
    made = agent(budget=budget, budget_policy="ask", **options)
    assert len(run(made, **THREAD)) == 1
    (waiting,) = made.get_state(THREAD).interrupts
    (action,) = waiting.value["action_requests"]
    assert action["name"] == "raise_budget"
    assert Decimal(action["args"]["usd"]) > Decimal(limit)
    assert run(made, Command(resume={"decisions": [decision]}), **THREAD)[-1].text.startswith(said)


def test_a_run_is_not_asked_for_twice_in_one_step(emulator, play, agent, run, ledger):
    """The budget around it is somebody else's, and cannot be raised."""
    made = agent(budget="1", budget_policy="ask", ledger=ledger, max_tokens=100, checkpointer=InMemorySaver())
    with ledger.budget("0.00001"):
        run(made, **THREAD)
        messages = run(made, Command(resume={"decisions": [{"type": "approve"}]}), **THREAD)
    assert messages[-1].text.startswith("I stopped")
    assert asked(emulator) == []


def test_an_account_without_credits_ends_in_words(play, agent, run):
    play(Failure(402, "Insufficient credits"))
    assert "the account, or its key, has too little left" in run(agent(budget="1", max_tokens=100))[-1].text


def test_without_a_budget_nothing_is_booked_and_errors_are_raised(play, agent, run):
    play(Failure(402, "Insufficient credits"))
    with pytest.raises(InsufficientCreditsError):
        run(agent())


def test_openrouters_refusal_goes_by_the_policy_where_nothing_is_booked(emulator, play, agent, run):
    play(Failure(402, "Insufficient credits"))
    assert run(agent(budget_policy="answer"))[-1].text.startswith("I stopped")
    play(Failure(402, "Insufficient credits"), Answer("Hi!"))
    made = agent(budget_policy="ask", checkpointer=InMemorySaver())
    run(made, **THREAD)
    assert run(made, Command(resume={"decisions": [{"type": "approve"}]}), **THREAD)[-1].text == "Hi!"
    play(Failure(402, "Insufficient credits"), Answer("Hi!"))
    assert run(agent(fallbacks=["openai/gpt-5-nano"], budget_policy="next_model"))[-1].text == "Hi!"
    assert emulator.requests[-1].json["model"] == "openai/gpt-5-nano"


def test_budgets_of_the_ledger_hold(emulator, agent, run, ledger):
    ledger.set_budget(Budget("total", "0.00001", "day"))
    messages = run(agent(ledger=ledger, max_tokens=100))
    assert "The budget 'total' is $0.00001" in messages[-1].text
    assert asked(emulator) == []


def test_a_budget_of_days_is_kept_in_the_users_own_ledger(monkeypatch, tmp_path, agent, run):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run(agent(budget=Budget("total", "0.00001", "day"), max_tokens=100))
    with SpendLedger(create=False) as kept:
        assert [str(status.budget.limit_usd) for status in kept.budgets()] == ["0.00001"]


def test_spend_is_attributed_by_thread_and_node(play, agent, run, ledger):
    play(CALL, Answer("2"))
    run(agent(ledger=ledger, budget="1", max_tokens=100, checkpointer=InMemorySaver()), **THREAD)
    assert [dict(row.by) for row in ledger.total(by=("thread", "node"))] == [{"thread": "1", "node": "model"}]


def test_runs_that_are_never_heard_of_again_are_forgotten(monkeypatch, ledger):
    monkeypatch.setattr(run_budgets, "MOST_RUNS", 2)
    runs = RunBudgets(ledger, Decimal(1))
    first, second = runs.open("1"), runs.open("2")
    assert runs.open("1") is first
    runs.open("3")
    assert runs.find("2") is None
    assert runs.find("1") is first
    runs.close("1")
    assert runs.find("1") is None
    assert runs.open("2") is not second


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"budget_policy": "ask"}, "checkpointer"),
        ({"budget_policy": "beg"}, "'answer', 'ask', 'clamp', 'next_model', 'raise', not 'beg'"),
        ({"budget_policy": "next_model"}, "fallbacks"),
        ({"budget": "much"}, "limit_usd is a number of USD"),
        ({"budget": -1}, "limit_usd is a number of USD"),
    ],
)
def test_wrong_budgets_are_refused(agent, wrong, said):
    with pytest.raises(ConfigurationError, match=said):
        agent(**wrong)


def test_who_asks_is_not_inside_the_run_that_is_asked_for(play, agent, run, ledger):
    play(Answer("Hi!"))
    agent_with_budget = agent(budget="1", ledger=ledger)
    run(agent_with_budget)
    assert ledger.active_spans() == ()
    budgets = RunBudgets(ledger, Decimal(1))
    budgets.open("a run that is never heard of again")
    assert ledger.active_spans() == ()
