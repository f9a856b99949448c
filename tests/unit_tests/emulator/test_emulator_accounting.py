"""Money: what is billed, what is left, what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from langchain_openrouter.emulator import Answer, Failure, Interruption, ScriptBrain
from langchain_openrouter.emulator.catalogue import search

# One emulator for all examples of a test: its books must add up over all of them.
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
MODELS = st.sampled_from([model.id for model in search({}) if not model.id.startswith("openrouter/")])


def test_the_book_is_the_sum_of_the_costs_on_the_wire(serve):
    served = serve(ScriptBrain([Answer("word " * 7, reasoning="hm " * 5)] * 10_000), credits_usd="1000000")
    seen = []

    @SHARED
    @given(st.text("abc ", min_size=1, max_size=400), MODELS, st.booleans(), st.none() | st.integers(1, 40))
    def spend(text, model, streamed, limit):
        if streamed:
            seen.append(served.cost_in(served.events(text, model=model, max_tokens=limit)[-1]))
        else:
            seen.append(served.cost_in(served.chat(text, model=model, max_tokens=limit).json()))
        assert served.emulator.book.entries[-1].cost == seen[-1]

    spend()
    assert served.emulator.book.total == sum(seen)
    credits_left = served.get("/credits", management=True).json()["data"]
    assert Decimal(repr(credits_left["total_usage"])) == sum(seen)


def test_a_body_and_a_stream_cost_the_same(serve):
    served = serve(Answer("word " * 20, reasoning="hm " * 5))
    assert served.chat().json()["usage"] == served.events()[-1]["usage"]


def test_usage_counts_by_the_rule(served):
    tool = {"type": "function", "function": {"name": "add"}}
    usage = served.chat("12345678", tools=[tool]).json()["usage"]
    assert usage["prompt_tokens"] == 3 + 2 + 12
    assert usage["completion_tokens"] == 1
    assert usage["total_tokens"] == 18
    assert Decimal(repr(usage["cost"])) == 17 * Decimal("0.00000015") + Decimal("0.0000006")
    assert usage["is_byok"] is False


def test_given_usage_replaces_the_computed_one(serve):
    served = serve(
        Answer("Hi", usage={"cost": 0.25, "prompt_tokens": 7, "server_tool_use": {"web_search_requests": 1}})
    )
    usage = served.chat().json()["usage"]
    assert (usage["cost"], usage["prompt_tokens"]) == (0.25, 7)
    assert usage["server_tool_use"] == {"web_search_requests": 1}
    entry = served.emulator.book.entries[0]
    assert (entry.cost, entry.prompt_tokens) == (Decimal("0.25"), 7)


def test_a_cost_of_null_bills_nothing(serve):
    served = serve(Answer("Hi", usage={"cost": None, "prompt_tokens_details": None}))
    assert served.chat().json()["usage"]["cost"] is None
    assert served.emulator.book.total == 0


def test_spent_credits_are_402(serve):
    served = serve(Answer("Hi", usage={"cost": 0.01}), credits_usd="0.01")
    assert served.chat().status_code == 200
    response = served.chat()
    assert response.status_code == 402
    assert response.json()["error"]["message"].startswith("Insufficient credits")
    assert served.chat(model="z-ai/glm-5.2:free").status_code == 200


def test_debts_block_free_models_too(serve):
    served = serve(Answer("Hi", usage={"cost": 0.02}), credits_usd=0.01)
    assert served.chat().status_code == 200
    assert served.chat(model="z-ai/glm-5.2:free").status_code == 402


def test_more_tokens_than_the_balance_pays_for_are_402(serve):
    served = serve(credits_usd="0.0000012")
    error = served.chat("x", max_tokens=10).json()["error"]
    assert error["code"] == 402
    assert "You requested up to 10 tokens, but can only afford 1." in error["message"]
    assert served.chat("x", max_tokens=1).status_code == 200


def test_a_spent_key_is_403_while_there_are_credits(serve):
    served = serve(Answer("Hi", usage={"cost": 0.02}), key_limit_usd=Decimal("0.02"))
    before = served.get("/key").json()["data"]
    assert served.chat().status_code == 200
    response = served.chat()
    assert response.status_code == 403
    assert response.json()["error"]["message"].startswith("Key limit exceeded")
    assert response.json()["error"]["metadata"]["limit_source"] == "openrouter_key_limit"
    after = served.get("/key").json()["data"]
    assert [(page["limit"], page["limit_remaining"], page["usage"]) for page in (before, after)] == [
        (0.02, 0.02, 0.0),
        (0.02, 0.0, 0.02),
    ]


def test_the_management_key_has_no_limit_and_the_label_hides_the_key(served):
    page = served.get("/key", management=True).json()["data"]
    assert (page["limit"], page["is_management_key"], page["usage"]) == (None, True, 0)
    assert served.emulator.management_key not in str(page)


def test_a_generation_can_be_looked_up(serve):
    served = serve(Answer("Four.", reasoning="Two and two."))
    response = served.chat(user="ann", session_id="s1")
    generation_id = response.headers["x-generation-id"]
    assert generation_id == response.json()["id"]
    page = served.get(f"/generation?id={generation_id}").json()["data"]
    assert Decimal(repr(page["total_cost"])) == served.cost_in(response.json())
    assert (page["external_user"], page["session_id"], page["streamed"]) == ("ann", "s1", False)
    assert page["native_tokens_reasoning"] == 3
    assert served.emulator.book.find(generation_id).status == "completed"


def test_an_unknown_generation_is_404(served):
    response = served.get("/generation?id=gen-1-x")
    assert (response.status_code, response.json()["error"]["message"]) == (404, "Generation gen-1-x not found")


@pytest.mark.parametrize("streamed", [True, False])
def test_an_error_in_the_middle_is_free(serve, streamed):
    served = serve(
        [Interruption(Answer("Half a"), Failure(502, "Gone", metadata={"error_type": "provider_unavailable"}))]
    )
    response = served.chat(stream=streamed)
    assert response.status_code == 200
    assert '"message":"Gone"' in response.text
    assert '"finish_reason":"error"' in response.text
    assert "[DONE]" not in response.text
    entry = served.emulator.book.entries[0]
    assert (entry.status, entry.cost, entry.completion_tokens) == ("failed", 0, 2)
    if not streamed:
        choice = response.json()["choices"][0]
        assert choice["message"]["content"] == "Half a"
        assert choice["error"] == {"message": "Gone", "code": 502, "metadata": {"error_type": "provider_unavailable"}}


def test_a_failure_is_not_booked(serve):
    served = serve([Failure(429, "Slow down", code="slow", metadata={"raw": "x"})])
    body = served.chat().json()
    assert body["error"] == {"message": "Slow down", "code": "slow", "metadata": {"raw": "x"}}
    assert served.emulator.book.entries == ()
