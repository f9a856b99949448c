"""Every way in which OpenRouter says that there is not enough money, over HTTP, in all four ways to ask."""

from __future__ import annotations

from decimal import Decimal

import pytest

from langchain_openrouter import errors
from langchain_openrouter._error_body import parse_error
from langchain_openrouter.emulator import Answer, Failure
from tests.unit_tests.raised import raised_by

AFFORD = (
    "This request requires more credits, or fewer max_tokens. You requested up to 64,000 tokens, but can only afford "
    "2666. To increase, visit https://openrouter.ai/settings/"
)


CAPACITY = "More credits are required to run this request. 128000 token capacity required, 19484 available."


def test_more_tokens_than_python_reads_into_a_number():
    words = f"You requested up to {'9' * 5000} tokens, but can only afford 57."
    assert parse_error({"message": words}, status=402).requested_tokens is None


@pytest.mark.parametrize(
    ("status", "words", "metadata", "cls", "tokens"),
    [
        (402, f"{AFFORD}credits and add more credits", {"provider_name": None}, "InsufficientCredits", (64000, 2666)),
        (402, "Prompt tokens limit exceeded: 9000 > 1200. To increase, ...", None, "InsufficientCredits", (9000, 1200)),
        (402, "Insufficient credits. Add more using ...", None, "InsufficientCredits", (None, None)),
        (402, f"{AFFORD}keys and create a key with a higher monthly limit", None, "KeyLimit", (64000, 2666)),
        (
            402,
            f"{CAPACITY} To increase, visit https://openrouter.ai/settings/keys and create a key with a higher limit",
            None,
            "KeyLimit",
            (128000, 19484),
        ),
        (
            402,
            "max_tokens limit exceeded: 100000 > 9577. Create a key with a higher limit",
            None,
            "KeyLimit",
            (100000, 9577),
        ),
        (402, "Visit https://openrouter.ai/... and adjust the key's daily limit", None, "KeyLimit", (None, None)),
        (402, "Key limit exceeded (total limit). Manage it using ...", None, "KeyLimit", (None, None)),
        (403, "Key limit exceeded (total limit). Manage it using ...", None, "KeyLimit", (None, None)),
        (402, "Too much", {"limit_source": "openrouter_key_limit"}, "KeyLimit", (None, None)),
        (403, "Workspace monthly budget of $500.00 exceeded. Contact ...", None, "BudgetBlocked", (None, None)),
        (403, "Budget limit exceeded (monthly limit)", None, "BudgetBlocked", (None, None)),
        (403, "Too much", {"limit_source": "openrouter_guardrail_budget"}, "BudgetBlocked", (None, None)),
        (403, "Too much", {"limit_source": "openrouter_workspace_budget"}, "BudgetBlocked", (None, None)),
        (
            402,
            "This request would exceed your available credits given your current in-flight requests.",
            {"reason": "in_flight_budget_exhausted", "limit_source": "openrouter_in_flight_budget"},
            "InFlightBudget",
            (None, None),
        ),
        (
            402,
            "This request would exceed your available credits given your current in-flight requests.",
            None,
            "InFlightBudget",
            (None, None),
        ),
        (
            402,
            "Too much for your in-flight requests",
            {"reason": "weight_exceeds_budget", "limit_source": "openrouter_credits"},
            "InsufficientCredits",
            (None, None),
        ),
    ],
)
def test_out_of_money(status, words, metadata, cls, tokens, ask, model, play):
    play(Failure(status, words, metadata=metadata))
    error = raised_by(ask, model)
    assert type(error) is getattr(errors, f"{cls}Error")
    assert isinstance(error, errors.InsufficientCreditsError)
    assert (error.requested_tokens, error.affordable_tokens) == tokens
    assert error.limit_source == (metadata or {}).get("limit_source")
    assert error.status_code == status
    assert error.is_retryable is (cls == "InFlightBudget")


@pytest.mark.parametrize(
    ("words", "metadata", "limit"),
    [
        ("Workspace monthly budget of $500.00 exceeded. Contact your workspace admin.", None, "500.00"),
        ("Workspace lifetime budget of $1,234.56 exceeded.", None, "1234.56"),
        ("The $20 daily budget is exceeded", None, "20"),
        ("Budget limit exceeded (monthly limit)", None, None),
        ("Workspace budget exceeded, for $5 more ask your admin", None, None),
        ("Budget limit exceeded", {"limit_usd": 0.1, "spend_usd": 0.3}, "0.1"),
        ("Budget limit exceeded", {"limit_usd": 0}, "0"),
        ("Budget limit exceeded", {"limit_usd": True}, None),
    ],
)
def test_the_limit_in_usd(words, metadata, limit, ask, model, play):
    play(Failure(403, words, metadata=metadata))
    error = raised_by(ask, model)
    assert type(error) is errors.BudgetBlockedError
    assert error.limit_usd == (None if limit is None else Decimal(limit))


def test_when_the_limit_is_lifted(ask, model, play):
    metadata = {"limit_source": "openrouter_workspace_budget", "resets_at": "2026-10-12T00:00:00.000Z"}
    play(Failure(403, "Too much", metadata=metadata), Failure(403, "Budget exceeded"))
    assert raised_by(ask, model).resets_at.isoformat() == "2026-10-12T00:00:00+00:00"
    assert raised_by(ask, model).resets_at is None


def test_a_running_request_gives_its_money_back(ask, model, play, emulator):
    """The only 402 that is tried again."""
    play(
        Failure(
            402, "In flight", metadata={"limit_source": "openrouter_in_flight_budget"}, headers={"retry-after": "0"}
        ),
        Answer("Hello"),
    )
    assert ask(model(max_retries=1), "hello").text == "Hello"
    assert len(emulator.requests) == 2


def test_the_servers_own_advice_replaces_ours(ask, model, play):
    play(Failure(402, "No money", metadata={"limit_source": "openrouter_credits", "remedy_hint": "Rob a bank"}))
    assert str(raised_by(ask, model)) == "OpenRouter error 402: No money. Rob a bank."
