"""How often a request is sent, and after how long: counted by the server and computed without waiting."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import SimpleNamespace
from typing import Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_openrouter import APIConnectionError, APITimeoutError, ChatOpenRouter, OpenRouterError
from langchain_openrouter._http import transport
from langchain_openrouter._http.retry import FIRST_BACKOFF, LONGEST_BACKOFF, LONGEST_RETRY_AFTER, Attempts
from langchain_openrouter.emulator import Answer, Failure, Interruption
from langchain_openrouter.errors import BadRequestError, RateLimitError, ServiceUnavailableError


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def delays(attempts: Attempts, error: OpenRouterError, clock: Clock | None = None) -> list[float]:
    """All waits until the error goes to the caller."""
    made = []
    with contextlib.suppress(type(error)):
        while len(made) < 50:
            made.append(attempts.delay_after(error))
            if clock:
                clock.now += made[-1]
    return made


def test_the_wait_doubles_up_to_a_limit():
    waits = delays(Attempts(6, None, draw=lambda: 1.0), ServiceUnavailableError("m"))
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]
    assert (waits[0], waits[-1]) == (FIRST_BACKOFF, LONGEST_BACKOFF)


def test_the_wait_is_drawn_from_all_of_its_range():
    """Full jitter: clients that failed together do not come back together."""
    assert delays(Attempts(3, None, draw=lambda: 0.5), ServiceUnavailableError("m")) == [0.25, 0.5, 1.0]
    assert delays(Attempts(3, None, draw=lambda: 0.0), ServiceUnavailableError("m")) == [0.0, 0.0, 0.0]


def test_retry_after_is_kept_to_the_second():
    assert delays(Attempts(3, None, draw=lambda: 1.0), RateLimitError("m", retry_after=7.25)) == [7.25] * 3


def test_retry_after_beyond_patience_goes_to_the_caller():
    error = RateLimitError("m", retry_after=LONGEST_RETRY_AFTER + 1)
    assert delays(Attempts(3, None), error) == []


def test_no_wait_reaches_over_the_deadline():
    clock = Clock()
    assert delays(Attempts(9, 10.0, clock=clock), RateLimitError("m", retry_after=4.0), clock) == [4.0, 4.0]


def test_the_same_error_object_is_raised():
    error = BadRequestError("m")
    with pytest.raises(BadRequestError) as raised:
        Attempts(3, None).delay_after(error)
    assert raised.value is error


@given(
    max_retries=st.integers(0, 20),
    timeout=st.none() | st.floats(0.001, 1000),
    retry_after=st.none() | st.floats(0, 200),
    draw=st.floats(0, 0.999),
)
def test_never_more_than_promised(max_retries, timeout, retry_after, draw):
    """At most `max_retries` waits, all of them before the deadline."""
    clock = Clock()
    attempts = Attempts(max_retries, timeout, clock=clock, draw=lambda: draw)
    waits = delays(attempts, RateLimitError("m", retry_after=retry_after), clock)
    assert len(waits) <= max_retries
    assert timeout is None or sum(waits) <= timeout + 1e-9
    assert attempts.remaining() is None or attempts.remaining() >= 0


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 524, 529])
def test_what_passes_is_sent_once_more_for_each_retry(status, ask, model, play, emulator):
    play(*[Failure(status, "not now")] * 9)
    with pytest.raises(OpenRouterError):
        ask(model(max_retries=2), "hello")
    assert len(emulator.requests) == 3


@pytest.mark.parametrize("status", [429, 500, 503])
def test_no_retries_means_one_request(status, ask, model, play, emulator):
    play(*[Failure(status, "not now")] * 9)
    with pytest.raises(OpenRouterError):
        ask(model(max_retries=0), "hello")
    assert len(emulator.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422])
def test_what_cannot_work_is_sent_once(status, ask, model, play, emulator):
    play(*[Failure(status, "no")] * 9)
    with pytest.raises(OpenRouterError):
        ask(model(max_retries=5), "hello")
    assert len(emulator.requests) == 1


@pytest.mark.usefixtures("no_waiting")
def test_a_retry_that_works_is_an_answer_like_any_other(ask, model, play, emulator):
    play(Failure(503, "not now"), Failure(429, "not now"), Answer("Hello"))
    assert ask(model(), "hello").text == "Hello"
    assert len(emulator.requests) == 3
    assert len({str(request.json) for request in emulator.requests}) == 1


def test_retry_after_zero_is_at_once(ask, model, play):
    play(Failure(429, "not now", headers={"retry-after": "0"}), Answer("Hello"))
    assert ask(model(), "hello").text == "Hello"


def test_the_wait_that_the_server_asks_for_is_the_one_that_is_waited(ask, model, play, monkeypatch):
    waited = []

    async def sleep(seconds):
        waited.append(seconds)

    monkeypatch.setattr(transport, "asyncio", SimpleNamespace(sleep=sleep))
    monkeypatch.setattr(transport, "time", SimpleNamespace(sleep=waited.append))
    play(Failure(429, "not now", headers={"retry-after": "3"}), Answer("Hello"))
    ask(model(), "hello")
    assert waited == [3.0]


@pytest.mark.parametrize("failure", [None, Failure(502, "died")])
def test_what_began_to_answer_is_never_sent_again(failure, ask, model, play, emulator):
    play(*[Interruption(Answer("So far"), failure)] * 9)
    with pytest.raises(OpenRouterError):
        ask(model(max_retries=5), "hello")
    assert len(emulator.requests) == 1


class Listener:
    """A server that accepts, reads, and then stays silent or hangs up; it counts the requests."""

    def __init__(self, *, hangs_up: bool) -> None:
        self._hangs_up = hangs_up
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._held: list[socket.socket] = []
        self.requests = 0
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}/api/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()
        for held in self._held:
            held.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                received = b""
                while not received.endswith(b"}"):
                    received += connection.recv(65536)
                self.requests += 1
                if self._hangs_up:
                    connection.close()
                else:
                    self._held.append(connection)


def model_at(url: str, **fields: object) -> ChatOpenRouter:
    return ChatOpenRouter(model="m", api_key="k", base_url=url, **fields)


def test_a_silent_server_is_asked_once(ask):
    """The request may have been billed."""
    with Listener(hangs_up=False) as server:
        with pytest.raises(APITimeoutError, match=r"No answer from .* in 0\.05 s.*may be billed") as raised:
            ask(model_at(server.url, timeout=0.05, max_retries=5), "hello")
        assert server.requests == 1
    assert raised.value.is_retryable is False


@pytest.mark.usefixtures("no_waiting")
def test_a_server_that_hangs_up_is_asked_once(ask):
    """The request may have been billed."""
    with Listener(hangs_up=True) as server:
        with pytest.raises(
            APIConnectionError, match=r"closed the connection without an answer.*may be billed"
        ) as raised:
            ask(model_at(server.url, max_retries=5), "hello")
        assert server.requests == 1
    assert raised.value.is_retryable is False


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("max_retries", [0, 3])
def test_a_refused_port_is_tried_as_often_as_promised(max_retries, ask, monkeypatch):
    """Nothing was sent, so trying again is safe."""
    made = []
    decide = Attempts.delay_after
    monkeypatch.setattr(Attempts, "delay_after", lambda self, error: made.append(error) or decide(self, error))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(APIConnectionError) as raised:
        ask(model_at(f"http://127.0.0.1:{port}", max_retries=max_retries), "hello")
    assert len(made) == max_retries + 1
    assert raised.value.is_retryable is True
