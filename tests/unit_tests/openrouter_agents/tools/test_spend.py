"""What an agent may learn of its own costs, told by real ledgers, handlers and messages, paid to the emulator."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from langchain_core.messages import ToolMessage
from langchain_tests.integration_tests import ToolsIntegrationTests
from langchain_tests.unit_tests import ToolsUnitTests

from langchain_openrouter import Budget, OpenRouterCreditsCallbackHandler, SpendLedger
from langchain_openrouter.emulator import Answer, ToolCall
from openrouter_agents import SpendTool, create_openrouter_agent, sum_spend


class TestSpendUnit(ToolsUnitTests):
    @property
    def tool_constructor(self):
        return SpendTool

    @property
    def tool_invoke_params_example(self):
        return {"by": "model"}


class TestSpendIntegration(ToolsIntegrationTests):
    @property
    def tool_constructor(self):
        return SpendTool

    @property
    def tool_invoke_params_example(self):
        return {}


@pytest.fixture
def ledger(tmp_path):
    with SpendLedger(tmp_path / "spend.db", strict=False) as made:
        yield made


@pytest.fixture
def ask(emulator, play):
    """Have an agent use its tool `spend`: `ask(thread, user, by=..., **options)` gives what it was told."""

    def run(thread="t1", user=None, by=None, callbacks=(), **options):
        call = ToolCall("spend", json.dumps({} if by is None else {"by": by}))
        play(Answer(tool_calls=[call]), Answer("Done."))
        agent = create_openrouter_agent(
            **{"tools": ["calculator", "datetime", "spend"], "api_key": emulator.api_key, **options},
            base_url=emulator.base_url,
        )
        metadata = {} if user is None else {"user_id": user}
        config = {"configurable": {"thread_id": thread}, "metadata": metadata, "callbacks": list(callbacks)}
        messages = agent.invoke({"messages": [("human", "What did that cost?")]}, config)["messages"]
        told = next(message for message in messages if isinstance(message, ToolMessage))
        assert told.status == "success", told.text
        return json.loads(told.text), messages

    return run


def first_call(messages):
    return sum_spend(messages[:2])


def test_the_agent_learns_what_it_has_cost_from_the_ledger_of_its_model(ask, ledger):
    told, messages = ask(ledger=ledger)
    spent = first_call(messages)
    assert told["conversation"] == {
        "cost_usd": f"{spent.cost:f}",
        "model_calls": 1,
        "input_tokens": spent.input_tokens,
        "output_tokens": spent.output_tokens,
        "calls_of_unknown_cost": 0,
    }
    assert told["left"] == []
    assert "No budget" in told["notes"][0]
    again, _ = ask(ledger=ledger)
    assert again["conversation"]["model_calls"] == 3


def test_what_is_left_is_told_with_the_end_of_its_window(ask, ledger):
    ledger.set_budget(Budget("total", "500", "day"))
    ledger.set_budget(Budget("thread:*", "50"))
    told, messages = ask(ledger=ledger)
    cost = first_call(messages).cost
    thread, total = told["left"]
    assert thread["budget"] == "thread"
    assert thread["resets_at"] is None
    assert Decimal(thread["remaining_usd"]) == Decimal(50) - cost
    assert total["budget"] == "total, per day"
    assert Decimal(total["spent_usd"]) == cost
    assert total["resets_at"].endswith("+00:00")


def test_of_a_pattern_that_nothing_was_spent_of_all_is_left(ask, ledger):
    ledger.set_budget(Budget("user:*", "0.50", "week"))
    told = json.loads(SpendTool(ledger=ledger).invoke({}, {"metadata": {"user_id": "ann"}}))
    assert [(each["budget"], each["remaining_usd"]) for each in told["left"]] == [("user, per week", "0.5")]


def test_users_learn_nothing_of_each_other(ask, ledger):
    ledger.set_budget(Budget("total", "500", "day"))
    ledger.set_budget(Budget("user:*", "50", "day"))
    ledger.set_budget(Budget("user:bob", "25", "day"))
    bob, bobs = ask("t1", "bob", ledger=ledger)
    ask("t2", "bob", ledger=ledger)
    ann, anns = ask("t1", "ann", by="model", ledger=ledger)
    assert ann["conversation"]["model_calls"] == 1
    assert ann["user"] == ann["conversation"]
    assert [each["budget"] for each in ann["left"]] == ["user, per day"]
    assert Decimal(ann["left"][0]["remaining_usd"]) == Decimal(50) - first_call(anns).cost
    assert "shared with other users" in ann["notes"][0]
    assert "bob" not in json.dumps(ann)
    assert Decimal(bob["left"][0]["remaining_usd"]) == Decimal(25) - first_call(bobs).cost


def test_a_run_without_a_user_is_not_told_of_those_of_users(ask, ledger):
    ask("t1", "bob", ledger=ledger)
    told, _ = ask("t1", ledger=ledger)
    assert told["conversation"]["model_calls"] == 1


def test_keys_are_in_no_answer(ask, ledger, emulator):
    ask(ledger=ledger)
    (entry, *_) = ledger.entries()
    ledger.set_budget(Budget(f"key:{entry.attribution.key_hash}", "1"))
    told, _ = ask(by="model", ledger=ledger)
    assert told["left"][0]["budget"] == "key"
    text = json.dumps(told)
    assert entry.attribution.key_hash not in text
    assert emulator.api_key not in text


@pytest.mark.parametrize(("by", "name"), [("model", "openai/gpt-5-mini"), ("node", "model"), ("tool", "none")])
def test_costs_are_divided(ask, ledger, by, name):
    told, _ = ask(by=by, ledger=ledger)
    ((found, part),) = told["by"].items()
    assert found.startswith(name)
    assert part == told["conversation"]


def test_the_budget_of_a_run_comes_with_a_ledger_that_is_read(ask):
    told, messages = ask(budget="50")
    cost = first_call(messages).cost
    assert Decimal(told["conversation"]["cost_usd"]) == cost
    (left,) = told["left"]
    assert (left["budget"], left["limit_usd"], Decimal(left["spent_usd"])) == ("this question", "50", cost)
    assert Decimal(left["remaining_usd"]) == Decimal(50) - cost
    assert told["notes"] == []


def test_users_learn_what_is_left_of_their_question_and_not_of_blocks_around(ask, ledger):
    with ledger.budget("40", "of the whole team"):
        told, _messages = ask(user="ann", budget="50", ledger=ledger)
    (left,) = told["left"]
    assert left["budget"] == "this question"
    assert "team" not in json.dumps(told)


def test_without_a_ledger_the_handler_of_the_run_is_asked(ask):
    handler = OpenRouterCreditsCallbackHandler(low_balance_usd=None)
    ask("t0", callbacks=[handler])
    told, messages = ask("t1", callbacks=[handler])
    assert Decimal(told["conversation"]["cost_usd"]) == first_call(messages).cost
    assert told["conversation"]["model_calls"] == 1
    assert "callback handler" in told["notes"][0]


def test_without_either_the_answers_themselves_are_added_up(ask):
    told, messages = ask()
    assert Decimal(told["conversation"]["cost_usd"]) == first_call(messages).cost
    assert "no ledger" in told["notes"][0]


def test_outside_of_an_agent_nothing_is_known_and_that_is_said():
    told = json.loads(SpendTool().invoke({}))
    assert told["conversation"]["model_calls"] == 0
    assert "Nobody keeps track" in told["notes"][0]


def test_a_ledger_that_cannot_be_read_is_an_error_without_its_address(ledger):
    tool = SpendTool(ledger=ledger)
    ledger.close()
    message = tool.invoke({"name": "spend", "args": {}, "id": "1", "type": "tool_call"})
    assert message.status == "error"
    assert message.text == "Error: the ledger cannot be read now. Nothing was told."


def test_the_model_sees_nothing_but_what_it_may_ask():
    (argument,) = SpendTool().tool_call_schema.model_json_schema()["properties"]
    assert argument == "by"


def test_wrong_arguments_are_an_error_that_names_the_right_ones():
    message = SpendTool().invoke({"name": "spend", "args": {"by": "user"}, "id": "1", "type": "tool_call"})
    assert message.status == "error"
    assert '"model", "node", "tool"' in message.text
