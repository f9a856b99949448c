"""What a batch says of itself, from all that a server may say of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from langchain_openrouter import OpenRouterError
from langchain_openrouter.emulator import Answer, BatchRules, Failure
from tests.unit_tests.plain_server import json_page, plain_server


def test_says_where_it_stands(model, emulator, play):
    play(Answer("Hi!"), Failure(400, "No."))
    emulator.batches.rules = BatchRules(polls=2)
    batch = model().submit_batch(["a", "b"])
    assert repr(batch) == f"<Batch {batch.id} validating, 0 of 2 answered>"
    batch.wait(sleep=lambda _: None)
    assert repr(batch) == f"<Batch {batch.id} completed, 1 of 2 answered, 1 failed, {batch.cost:f} USD>"


def test_keeps_what_it_does_not_know(model):
    batch = model().submit_batch(["a"])
    with plain_server(lambda _: json_page({**batch.body, "tomorrow": [1]})) as server:
        assert model(base_url=server.url).resume_batch(batch.id).body["tomorrow"] == [1]


def served(model, **facts):
    """A batch of which a server says these facts."""
    with plain_server(lambda _: json_page({"id": "batch-1", **facts})) as server:
        return model(base_url=server.url).resume_batch("batch-1")


def row(custom_id, **usage):
    body = {"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}], "usage": usage}
    return {"custom_id": custom_id, "response": {"status_code": 200, "body": body}, "error": None}


FAILED = {"custom_id": "f", "response": None, "error": {"type": "server_error", "message": "No."}}


@pytest.mark.parametrize(
    ("facts", "cost"),
    [
        ({"usage": {"cost": 0.5}, "results": [row("a", cost=0.1)]}, Decimal("0.5")),
        ({"usage": {"cost": 0}, "results": [row("a")]}, Decimal(0)),
        ({"usage": None, "results": [row("a", cost=0.1), row("b", cost=0.2), FAILED]}, Decimal("0.3")),
        ({"usage": {"cost": None}, "results": [row("a", cost=0.1), row("b", cost=0.2)]}, Decimal("0.3")),
        ({"usage": None, "results": [row("a", cost=0.1), row("b")]}, None),
        ({"usage": None, "results": [FAILED]}, None),
        ({"usage": None, "results": None}, None),
        ({}, None),
    ],
)
def test_cost(model, facts, cost):
    assert served(model, status="completed", **facts).cost == cost


def test_a_batch_that_says_next_to_nothing(model):
    batch = served(model, status="in_progress")
    assert (batch.counts.total, batch.model, batch.provider, batch.error) == (None,) * 4
    assert (batch.created_at, batch.expires_at, batch.usage) == (None,) * 3
    assert repr(batch) == "<Batch batch-1 in_progress>"


def test_results_that_came_though_the_batch_was_cancelled(model):
    batch = served(model, status="cancelled", results=[row("a")])
    assert batch.results()["a"].text == "x"


@pytest.mark.parametrize("page", [json_page({"data": []}), json_page([1])])
def test_what_is_no_batch(model, page):
    with (
        plain_server(lambda _: page) as server,
        pytest.raises(OpenRouterError, match=r"not a batch|not a JSON object"),
    ):
        model(base_url=server.url).resume_batch("batch-1")
