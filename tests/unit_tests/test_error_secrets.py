"""A server that repeats the key it was sent does not get it into an error."""

from __future__ import annotations

import json
import logging
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_openrouter import APIStatusError, ResponseFormatError
from langchain_openrouter._error_body import parse_error
from langchain_openrouter.emulator import Answer, Failure, Interruption, Verbatim

KEY = "sk-or-v1-0123456789abcdef0123456789abcdef"
BYOK = "sk-proj-AbCdEfGhIjKlMnOpQrStUvWx"
SHORT = "sk-or-abcdefgh"


def traces(error: BaseException) -> str:
    state = json.dumps(error.__dict__, default=repr)
    return f"{error} {error!r} {state} {pickle.dumps(error)!r}"


@pytest.mark.parametrize(
    "reply",
    [
        Failure(401, f"Key {KEY} is disabled"),
        Failure(400, "Provider returned error", metadata={"raw": {"error": [f"bad {KEY}"]}, "provider_name": KEY}),
        Failure(403, "No", metadata={"headers": {"Authorization": f"Bearer {KEY}"}}),
        Failure(404, "No", error_type="not_found", availability={"constraint": {"field": "k", "detail": KEY}}),
        Interruption(Answer("So far"), Failure(502, f"Upstream refused {KEY}")),
        Verbatim(500, [f"<html>Bearer {KEY}</html>".encode()], {"content-type": "text/html"}),
        Verbatim(500, [json.dumps({"message": KEY}).encode()]),
        Verbatim(200, [json.dumps({"error": KEY}).encode()]),
    ],
)
def test_no_trace_of_the_key(reply, ask, model, play, caplog):
    play(reply)
    with caplog.at_level(logging.DEBUG), pytest.raises(APIStatusError) as raised:
        ask(model(max_retries=0), "hello")
    assert KEY not in traces(raised.value) + caplog.text
    assert KEY[:-4][-12:] not in traces(raised.value)
    assert "sk-or-...cdef" in traces(raised.value)


def test_no_trace_of_the_key_in_a_response_that_failed(ask, model, play):
    play(Interruption(Answer("So far"), Failure(502, f"Upstream refused {KEY}")))
    with pytest.raises(APIStatusError) as raised:
        ask(model(max_retries=0, use_responses_api=True), "hello")
    assert KEY not in traces(raised.value)
    assert "sk-or-...cdef" in str(raised.value.body)


def test_no_trace_of_the_key_in_an_answer_that_cannot_be_read(ask, model, play):
    play(Verbatim(200, [f"data: Who is {KEY}?\n\n".encode()], {"content-type": "text/event-stream"}))
    with pytest.raises(ResponseFormatError, match=r"Who is sk-or-\.\.\.cdef") as raised:
        ask(model(max_retries=0), "hello")
    assert KEY not in traces(raised.value)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (f"Key {KEY}.", "Key sk-or-...cdef."),
        (f"Incorrect API key provided: {BYOK}", "Incorrect API key provided: sk-...UvWx"),
        (f"short {SHORT}", "short sk-or-..."),
        ("Bearer abcdefghijklmnopqrstuvwxyz", "Bearer ...wxyz"),
        ("A Bearer token is missing", "A Bearer token is missing"),
        ("the risk-assessment of task-or-1234567890", "the risk-assessment of task-or-1234567890"),
    ],
)
def test_the_last_four_characters_tell_which_key_it_was(words, shown):
    error = parse_error({"message": words}, status=400, body={"error": {"message": [words]}})
    assert shown in str(error)
    assert error.body == {"error": {"message": [shown]}}


@given(secret=st.from_regex(r"[A-Za-z0-9_-]{20,60}", fullmatch=True), around=st.text(max_size=10))
def test_any_key_in_any_place(secret, around):
    key = f"sk-or-{secret}"
    wire = {"message": f"{around} {key}", "metadata": {"raw": [{"a": [f'"{key}"']}]}}
    error = parse_error(wire, status=401, body=[wire])
    assert key not in traces(error)
    assert wire["metadata"]["raw"] == [{"a": [f'"{key}"']}], "what was given is left as it was"
