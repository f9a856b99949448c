"""What the emulator tells of its account: by OpenRouter's document, and with the failures that were set up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from langchain_openrouter.emulator import Answer, Failure, GenerationRules, Verbatim
from langchain_openrouter.emulator.accounting import as_on_the_wire
from tests.openapi import document


@pytest.fixture
def spent(served):
    """Book a generation of so many USD, so many days ago: `spent(served, usd, days)`."""
    served.chat()
    billed = served.emulator.book.entries[0]

    def book(served, usd, days, **facts):
        created = datetime.now(UTC) - timedelta(days=days)
        entry = replace(
            billed, generation_id=f"gen-{usd}-{days}", cost=as_on_the_wire(usd), created_at=created, **facts
        )
        served.emulator.book.add(entry)

    return book


@pytest.mark.parametrize(("path", "management"), [("/key", False), ("/key", True), ("/credits", True)])
def test_pages_are_as_documented(serve, path, management):
    served = serve(key_limit_usd="5", key_limit_reset="weekly")
    served.chat()
    document().accepts_response(path, 200, served.get(path, management=management).json())


def test_the_activity_is_as_documented(served, spent):
    spent(served, 1, 3)
    document().accepts_response("/activity", 200, served.get("/activity", management=True).json())
    refused = served.get("/activity")
    assert refused.json()["error"]["message"] == "Only management keys can perform this operation"


def test_the_activity_has_completed_days_of_a_month(served, spent):
    for days in (0, 1, 30, 31):
        spent(served, 1 + days, days)
    page = served.get("/activity", management=True).json()["data"]
    assert [row["usage"] for row in page] == [2, 31]


def test_usage_is_that_of_each_window(serve, spent):
    served = serve()
    now = datetime.now(UTC)
    for number, days in enumerate((0, 1, 7, 40)):
        spent(served, 10**number, days, upstream_cost=as_on_the_wire(2 * 10**number))
    data = served.get("/key").json()["data"]
    week = 1 + (10 if now.weekday() >= 1 else 0)
    month = 1 + (10 if now.day > 1 else 0) + (100 if now.day > 7 else 0)
    assert [data[f"usage{span}"] for span in ("", "_daily", "_weekly", "_monthly")] == [1111, 1, week, month]
    assert [data[f"byok_usage{span}"] for span in ("", "_daily")] == [2222, 2]


def test_a_limit_holds_in_its_window(serve, spent):
    served = serve(key_limit_usd="5", key_limit_reset="daily", credits_usd="1000")
    spent(served, 100, 1)
    assert served.chat().status_code == 200
    spent(served, 6, 0)
    refused = served.chat()
    assert refused.status_code == 403
    assert "Key limit exceeded (daily limit)" in refused.json()["error"]["message"]
    data = served.get("/key").json()["data"]
    assert data["limit_remaining"] < 0
    assert data["effective_budget"]["resets_at"].startswith(
        f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}T00:00:00"
    )


def test_free_requests_are_counted_by_the_day(serve):
    served = serve(credits_usd="5")
    assert served.chat(model="z-ai/glm-5.2:free").status_code == 200
    told = served.get("/key").json()["data"]["free_model_daily_requests"]
    assert told == {"limit": 50, "used": 1, "remaining": 49}


def test_a_record_is_found_after_some_looks_and_may_differ(serve):
    served = serve(generation_rules=GenerationRules(unseen_looks=2, cost=lambda entry: entry.cost * 2))
    generation_id = served.chat().json()["id"]
    statuses = [served.get(f"/generation?id={generation_id}").status_code for _ in range(3)]
    assert statuses == [404, 404, 200]
    page = served.get(f"/generation?id={generation_id}").json()
    document().accepts("GenerationResponse", page)
    assert as_on_the_wire(page["data"]["total_cost"]) == 2 * served.emulator.book.total
    assert served.get("/generation?id=gen-unknown").status_code == 404


def test_a_provider_key_of_ones_own_is_in_the_books(serve):
    usage = {"is_byok": True, "cost": 0.001, "cost_details": {"upstream_inference_cost": 0.02}}
    served = serve(Answer("Hi!", usage=usage))
    generation_id = served.chat().json()["id"]
    page = served.get(f"/generation?id={generation_id}").json()["data"]
    assert (page["total_cost"], page["upstream_inference_cost"], page["is_byok"]) == (0.001, 0.02, True)
    assert served.get("/key").json()["data"]["byok_usage_daily"] == 0.02


@pytest.mark.parametrize("path", ["/key", "/models", "/chat/completions"])
def test_failures_that_were_set_up_come_in_their_order(served, path):
    faults = (Failure(500, "down"), Failure(429, "slow down", headers={"retry-after": "3"}))
    served.emulator.faults.add(path, *faults)
    ask = served.chat if path == "/chat/completions" else lambda: served.get(path)
    answers = [ask() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [500, 429, 200]
    assert answers[1].headers["retry-after"] == "3"
    assert len(served.emulator.requests) == 3


def test_a_failure_may_be_anything(served):
    served.emulator.faults.add("/key", Verbatim(200, [b"{"]), Verbatim(200, [b"{"], cut=True))
    assert served.get("/key").text == "{"
    with pytest.raises(httpx.RemoteProtocolError):
        served.get("/key")
    assert served.get("/key").status_code == 200
