"""What was charged for recorded calls, beside what would have been held for them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from langchain_openrouter.model_list import parse_models
from langchain_openrouter.spend.estimate import plan_hold
from langchain_openrouter.spend.price_table import find_in_table
from langchain_openrouter.spend.prompt_bound import bound_prompt
from tests.wire.listings import listings
from tests.wire.recorded import MISSING, chat_ids, load_exchange, load_index, read_said

KINDS = {
    "/api/v1/chat/completions": "chat",
    "/api/v1/responses": "chat",
    "/api/v1/embeddings": "embeddings",
    "/api/v1/rerank": "rerank",
}
CALLS = [entry["id"] for entry in load_index() if entry["path"] in KINDS]
COST = re.compile(r'"cost":\s*([0-9.eE+-]+)')
pytestmark = pytest.mark.skipif(not CALLS or not listings(), reason=MISSING)


def cost_of(exchange: dict[str, Any]) -> Decimal | None:
    """What the last usage of the answer says."""
    found = COST.findall(exchange["response"]["body_text"])
    return Decimal(found[-1]) if found and isinstance(exchange["request"]["json"], dict) else None


def test_no_recorded_call_cost_more_than_its_hold():
    """Advice, searches, pictures, films, reasoning that is not counted: at the prices of August 2026."""
    pytest.importorskip("genai_prices", reason="the extra `prices` is not installed")
    models = parse_models(listings()["august"])
    held = 0
    for exchange_id in CALLS:
        exchange = load_exchange(exchange_id)
        cost = cost_of(exchange)
        if cost is None:
            continue
        plan = plan_hold(
            exchange["request"]["json"],
            kind=KINDS[exchange["request"]["path"]],
            find_model=models.find,
            at=datetime.now(UTC),
            find_estimate=find_in_table,
        )
        if plan.hold_usd is not None:
            assert cost <= plan.hold_usd, exchange_id
            held += 1
    assert held > 450


def test_no_recorded_prompt_had_more_tokens_than_bytes():
    """With room for what models are told besides, and without what OpenRouter's own tools and routers add."""
    counted = 0
    for exchange_id in chat_ids():
        exchange = load_exchange(exchange_id)
        body = exchange["request"]["json"]
        usage = read_said(exchange).usage if isinstance(body, dict) else None
        is_plain = isinstance(body, dict) and "openrouter" not in str(body.get("model")) + str(body.get("tools"))
        if not usage or not usage.get("prompt_tokens") or not is_plain or bound_prompt(body).media:
            continue
        assert usage["prompt_tokens"] <= bound_prompt(body).text_tokens, exchange_id
        counted += 1
    assert counted > 500
