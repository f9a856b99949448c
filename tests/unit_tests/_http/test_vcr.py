"""Tests with vcrpy work as its users write them, in all four ways to ask."""

from __future__ import annotations

import asyncio
import gzip

import pytest
import vcr

from langchain_openrouter import RateLimitError
from langchain_openrouter._http.transport import Transport
from langchain_openrouter.emulator import Answer, Failure
from tests.unit_tests.plain_server import Page, plain_server


@pytest.mark.parametrize("settings", [{}, {"decode_compressed_response": True}], ids=["plain", "decoded"])
def test_an_answer_is_played(ask, model, emulator, play, tmp_path, settings):
    play(Answer("Hello there, my friend.", reasoning="A greeting."))
    with vcr.use_cassette(str(tmp_path / "tape.yaml"), **settings):
        recorded = ask(model(), "Hi")
    emulator.stop()
    with vcr.use_cassette(str(tmp_path / "tape.yaml"), record_mode="none", **settings):
        played = ask(model(), "Hi")
    assert played.text == recorded.text == "Hello there, my friend."
    assert played.usage_metadata == recorded.usage_metadata
    assert played.response_metadata == recorded.response_metadata
    assert played.additional_kwargs == recorded.additional_kwargs


def test_an_error_is_played(ask, model, emulator, play, tmp_path):
    play(Failure(429, "Slow down", headers={"retry-after": "7"}))
    with vcr.use_cassette(str(tmp_path / "tape.yaml")), pytest.raises(RateLimitError):
        ask(model(max_retries=0), "Hi")
    emulator.stop()
    played = vcr.use_cassette(str(tmp_path / "tape.yaml"), record_mode="none")
    with played, pytest.raises(RateLimitError, match="Slow down") as caught:
        ask(model(max_retries=0), "Hi")
    assert caught.value.retry_after == 7


@pytest.mark.parametrize("way", ["get", "aget"])
def test_a_compressed_answer_is_played(way, tmp_path):
    def fetch():
        transport = Transport(server.url, {}, max_retries=0)
        return asyncio.run(transport.aget("/x")) if way == "aget" else transport.get("/x")

    page = Page(gzip.compress(b"Hello"), headers={"content-encoding": "gzip"})
    with plain_server(lambda _: page) as server, vcr.use_cassette(str(tmp_path / "tape.yaml")):
        assert fetch().content == b"Hello"
    with vcr.use_cassette(str(tmp_path / "tape.yaml"), record_mode="none"):
        assert fetch().content == b"Hello"
