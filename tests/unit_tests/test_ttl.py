"""For how long things are new."""

from __future__ import annotations

import pytest

from langchain_openrouter._ttl import ttl_of
from langchain_openrouter.errors import ConfigurationError

VARIABLE = "OPENROUTER_CACHE_TTL_MODELS"


@pytest.mark.parametrize(("text", "seconds"), [("", 3600), ("300000", 300), ("0", 0), ("1.5", 0.0015)])
def test_the_variable_is_in_milliseconds(monkeypatch, text, seconds):
    monkeypatch.setenv(VARIABLE, text)
    assert ttl_of(None, VARIABLE, 3600) == seconds


@pytest.mark.parametrize("text", ["an hour", "-1", "nan"])
def test_a_variable_that_is_no_time_is_an_error(monkeypatch, text):
    monkeypatch.setenv(VARIABLE, text)
    with pytest.raises(ConfigurationError, match=f"{VARIABLE} is a number of milliseconds"):
        ttl_of(None, VARIABLE, 3600)


@pytest.mark.parametrize("given", [0, 2.5, float("inf")])
def test_what_is_given_wins(monkeypatch, given):
    monkeypatch.setenv(VARIABLE, "7000")
    assert ttl_of(given, VARIABLE, 3600) == given


@pytest.mark.parametrize("given", [-1, float("nan")])
def test_a_time_that_is_none_is_an_error(given):
    with pytest.raises(ConfigurationError, match="`ttl` is in seconds"):
        ttl_of(given, VARIABLE, 3600)
