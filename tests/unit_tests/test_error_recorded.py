"""The class of every error that was ever recorded, whichever of OpenRouter's APIs it came from."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import httpx
import orjson
import pytest

from langchain_openrouter import errors
from langchain_openrouter._error_body import parse_error
from langchain_openrouter._http.failure import Target, status_error
from tests.wire.recorded import MISSING, load_exchange, load_index, read_said

FAILED = [entry["id"] for entry in load_index() if entry["status"] >= 400]
INSIDE = [entry["id"] for entry in load_index() if {"error_in_200", "error_midstream"} & set(entry["tags"])]

if not FAILED:
    pytest.skip(MISSING, allow_module_level=True)

CLASSES = {
    "BadRequestError": 23,
    "ContextLengthExceededError": 2,
    "InvalidModelError": 11,
    "AuthenticationError": 7,
    "ModerationError": 3,
    "NotFoundError": 4,
    "NoEndpointsError": 92,
    "RateLimitError": 38,
}
"""How many there are of each: a rule that takes too much or too little shows here."""

WORDS = {
    r"maximum context length is \d+ tokens": "ContextLengthExceededError",
    r"is not a valid model ID": "InvalidModelError",
    r"[Aa]uth\w* (?:credentials|header)": "AuthenticationError",
    r"Content violates usage guidelines": "ModerationError",
    r"Generation \S+ not found": "NotFoundError",
    r"No endpoints found|alpha period": "NoEndpointsError",
    r"[Rr]ate.limit": "RateLimitError",
}
"""Words of OpenRouter and of providers, and the class that they mean."""


def parse(exchange: dict[str, Any]) -> errors.APIStatusError:
    response = exchange["response"]
    headers, body = httpx.Headers(response["headers"]), response["body_text"].encode()
    return status_error(response["status"], headers, body, Target("https://openrouter.ai/api/v1", 120.0))


@pytest.mark.parametrize("exchange_id", FAILED)
def test_class_by_words(exchange_id):
    exchange = load_exchange(exchange_id)
    error = parse(exchange)
    text = exchange["response"]["body_text"]
    meant = {cls for words, cls in WORDS.items() if re.search(words, text)} or {"BadRequestError"}
    assert {type(error).__name__} == meant
    assert error.status_code == exchange["response"]["status"]
    assert error.body == orjson.loads(text)


def test_all_of_them():
    classes = Counter(type(parse(load_exchange(exchange_id))).__name__ for exchange_id in FAILED)
    assert classes == CLASSES


@pytest.mark.parametrize("exchange_id", INSIDE)
def test_inside_a_200(exchange_id):
    """Providers that break are upstream errors; the one 400 is an answer that was cut, and no overflow."""
    wire = read_said(load_exchange(exchange_id)).error
    error = parse_error(wire, status=200)
    assert type(error) is (errors.UpstreamError if wire["code"] == 502 else errors.BadRequestError)


@pytest.mark.parametrize("exchange_id", FAILED)
def test_reads_as_a_sentence(exchange_id):
    """No JSON in it, but for what is JSON in the message itself; what to do comes last."""
    error = parse(load_exchange(exchange_id))
    assert str(error).endswith(type(error).advice)
    assert '{"' not in str(error)
