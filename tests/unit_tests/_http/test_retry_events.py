"""Whoever wants to know is told what is tried again and why, before the wait, and cannot lose the call by it."""

from __future__ import annotations

import copy
import json
import logging
import pickle
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace

import pytest
from langchain_core.load import dumps

from langchain_openrouter import (
    ChatOpenRouter,
    ConfigurationError,
    ModelCatalogue,
    RateLimitError,
    RetryEvent,
    ServiceUnavailableError,
)
from langchain_openrouter._http import transport
from langchain_openrouter.emulator import Answer, Failure
from tests.unit_tests.plain_server import Page, json_page, plain_server
from tests.unit_tests.retrieval_clients import call, embeddings_at, rerank_at

pytestmark = pytest.mark.usefixtures("no_waiting")


@pytest.fixture
def waits(monkeypatch):
    """All that happens, in its order: waits are kept and not waited."""
    happened = []

    async def sleep(seconds):
        happened.append(seconds)

    monkeypatch.setattr(transport, "asyncio", SimpleNamespace(sleep=sleep))
    monkeypatch.setattr(transport, "time", SimpleNamespace(sleep=happened.append))
    return happened


def test_each_retry_is_told_before_its_wait(ask, model, play, waits):
    play(Failure(503, "not now"), Failure(429, "slow down", headers={"retry-after": "3"}), Answer("Hello"))
    assert ask(model(max_retries=4, on_retry=waits.append), "hello").text == "Hello"
    first, first_wait, second, second_wait = waits
    assert (first_wait, second_wait) == (first.delay, second.delay) == (0.0, 3.0)
    assert [type(event.error) for event in (first, second)] == [ServiceUnavailableError, RateLimitError]
    assert (first.attempt, first.max_retries, first.method, first.path) == (1, 4, "POST", "/chat/completions")
    assert (second.attempt, second.max_retries) == (2, 4)


def test_a_failure_that_goes_to_the_caller_is_no_retry(ask, model, play):
    told = []
    play(*[Failure(503, "not now")] * 3)
    with pytest.raises(ServiceUnavailableError) as raised:
        ask(model(max_retries=2, on_retry=told.append), "hello")
    assert [event.attempt for event in told] == [1, 2]
    assert raised.value is not told[-1].error
    play(Failure(400, "never"))
    with pytest.raises(ValueError, match="never"):
        ask(model(on_retry=told.append), "hello")
    assert len(told) == 2


def test_a_call_may_have_a_listener_of_its_own(ask, model, play):
    told, not_told = [], []
    play(Failure(503, "not now"), Answer("Hello"))
    ask(model(on_retry=not_told.append), "hello", on_retry=told.append)
    assert (len(told), not_told) == (1, [])


def in_half_a_minute():
    return format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)


@pytest.mark.parametrize(
    ("hint", "least", "most"),
    [
        (lambda: {"headers": {"retry-after": "7.5"}}, 7.5, 7.5),
        (lambda: {"headers": {"retry-after": in_half_a_minute()}}, 25, 30),
        (lambda: {"availability": {"code": "temporarily_unavailable", "retryable": True, "retry_after": 9}}, 9, 9),
        (lambda: {"metadata": {"retry_after_seconds": 5}}, 5, 5),
    ],
    ids=["seconds", "date", "availability", "metadata"],
)
def test_the_server_says_how_long(hint, least, most, ask, model, play, waits):
    play(Failure(503, "not now", **hint()), Answer("Hello"))
    ask(model(on_retry=waits.append), "hello")
    event, waited = waits
    assert least <= event.delay <= most
    assert waited == event.delay


@pytest.mark.parametrize("method", ["embed_query", "aembed_query", "rerank", "arerank"])
def test_embeddings_and_reranking_tell_too(method):
    told = []
    with plain_server(lambda _: json_page({"error": {"message": "not now"}}, status=503)) as server:
        make = rerank_at if "rerank" in method else embeddings_at
        client = make(server, max_retries=1, on_retry=told.append)
        with pytest.raises(ServiceUnavailableError):
            call(client, method, "a", *([["b"]] if "rerank" in method else []))
    (event,) = told
    assert event.path == ("/rerank" if "rerank" in method else "/embeddings")


@pytest.mark.parametrize("method", ["fetch", "afetch"])
def test_the_catalogue_tells_too(method):
    told = []
    pages = iter([json_page({}, status=503), Page(b"{", promised=9), json_page({"data": [{"id": "acme/first"}]})])
    with plain_server(lambda _: next(pages)) as server:
        assert call(ModelCatalogue(server.url, ttl=0, on_retry=told.append), method)
    assert [(event.method, event.path) for event in told] == [("GET", "/models?output_modalities=all")] * 2


def test_batches_tell_too(model, emulator):
    """Looking at a batch is a GET."""
    told = []
    batch = model().submit_batch(["hello"])
    pages = iter([json_page({}, status=503), json_page(dict(batch.body))])
    with plain_server(lambda _: next(pages)) as server:
        ChatOpenRouter(model="m", api_key="k", base_url=server.url, on_retry=told.append).resume_batch(batch.id)
    assert [event.method for event in told] == ["GET"]


def test_a_listener_that_fails_does_not_lose_the_call(ask, model, play, caplog):
    def fail(event):
        raise LookupError("oops")

    play(Failure(503, "not now"), Answer("Hello"))
    assert ask(model(on_retry=fail), "hello").text == "Hello"
    assert "on_retry failed; the call goes on." in caplog.text
    assert "LookupError: oops" in caplog.text


def test_a_listener_can_still_be_interrupted(ask, model, play):
    def interrupt(event):
        raise KeyboardInterrupt

    play(Failure(503, "not now"), Answer("Hello"))
    with pytest.raises(KeyboardInterrupt):
        ask(model(on_retry=interrupt), "hello")


def test_retries_are_logged(ask, model, play, emulator, caplog):
    play(Failure(429, "slow down", headers={"retry-after": "0"}), Answer("Hello"))
    with caplog.at_level(logging.INFO, "langchain_openrouter"):
        ask(model(max_retries=3), "hello")
    (record,) = [record for record in caplog.records if record.name == "langchain_openrouter"]
    assert record.levelno == logging.INFO
    assert record.getMessage().startswith(
        "POST /chat/completions failed (attempt 1 of 4), trying again in 0.00 s: RateLimitError: "
    )
    assert emulator.api_key not in caplog.text


@pytest.mark.parametrize("wrong", ["print", 5])
def test_what_cannot_be_called_is_refused(wrong, ask, model):
    with pytest.raises(ValueError, match="on_retry"):
        model(on_retry=wrong)
    with pytest.raises(ConfigurationError, match="on_retry must be a plain function"):
        ask(model(), "hello", on_retry=wrong)
    with pytest.raises(ConfigurationError, match="on_retry must be a plain function"):
        ModelCatalogue(on_retry=wrong)


def test_what_would_have_to_be_awaited_is_refused(model):
    async def listen(event):
        """Never awaited."""

    with pytest.raises(ConfigurationError, match="on_retry must be a plain function"):
        model(on_retry=listen)


class Listener:
    """Has a state, as listeners do."""

    def __init__(self) -> None:
        self.told: list[RetryEvent] = []

    def __call__(self, event: RetryEvent) -> None:
        self.told.append(event)


def test_copies_share_the_listener_and_what_travels_has_none(model, play):
    chat = model(on_retry=Listener())
    assert copy.deepcopy(chat).on_retry is copy.copy(chat).on_retry is chat.on_retry
    assert pickle.loads(pickle.dumps(chat)).on_retry is None
    assert "on_retry" not in json.loads(dumps(chat))["kwargs"]
    assert "on_retry" not in repr(chat)
    play(Failure(503, "not now"), Answer("Hello"))
    copy.deepcopy(chat).invoke("hello")
    assert len(chat.on_retry.told) == 1


def test_an_event_cannot_be_changed():
    event = RetryEvent(1, 2, 0.5, ServiceUnavailableError("m"), "POST", "/chat/completions")
    with pytest.raises(AttributeError):
        event.delay = 0.0
