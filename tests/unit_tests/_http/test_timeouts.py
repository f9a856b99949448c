"""How long a call may take: what is accepted, and which limit ends what, against servers that are slow on purpose."""

from __future__ import annotations

import asyncio
import json
import math
import pickle
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.load import dumps

from langchain_openrouter import (
    APITimeoutError,
    ChatOpenRouter,
    ConfigurationError,
    OpenRouterEmbeddings,
    OpenRouterRerank,
    Timeout,
)
from langchain_openrouter.timeouts import Limits, parse_timeout
from tests.unit_tests.proxies import serving

GAP = 0.05
"""Seconds between the pieces that a slow server sends. Limits that must hold are many times as long."""
EVENT = b'data: {"id": "gen-1", "choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": %s}]}\n\n'
ANSWER = b'{"id": "gen-1", "choices": [{"message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}]}'


class SlowServer(ThreadingHTTPServer):
    """Sends a sign of life again and again before it comes to an end: a comment in a stream, else white space.

    Args:
        signs: How many; `None`: for as long as somebody listens.
    """

    daemon_threads = True

    def __init__(self, signs: int | None) -> None:
        super().__init__(("127.0.0.1", 0), _SlowHandler)
        self.signs = signs
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hang up."""


class _SlowHandler(BaseHTTPRequestHandler):
    server: SlowServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        streams = body.get("stream", False)
        self.send_response(200)
        self.send_header("content-type", "text/event-stream" if streams else "application/json")
        self.send_header("x-generation-id", "gen-1")
        self.end_headers()
        if streams:
            self.wfile.write(EVENT % b"null")
        for _ in iter(int, 1) if self.server.signs is None else range(self.server.signs):
            time.sleep(GAP)
            self.wfile.write(b": OPENROUTER PROCESSING\n\n" if streams else b" ")
        self.wfile.write(EVENT % b'"stop"' + b"data: [DONE]\n\n" if streams else ANSWER)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def slow(signs: int | None) -> Iterator[SlowServer]:
    server = SlowServer(signs)
    with serving(server):
        yield server


def address_of(listening: socket.socket) -> SimpleNamespace:
    """What `model_at` needs of a socket that listens."""
    return SimpleNamespace(url=f"http://127.0.0.1:{listening.getsockname()[1]}")


@pytest.mark.parametrize(
    "limits", [20 * GAP, Timeout(idle=20 * GAP), httpx.Timeout(20 * GAP)], ids=["number", "typed", "httpx"]
)
@pytest.mark.parametrize("mode", ["stream", "astream"])
def test_comments_keep_a_stream_alive(mode, limits, collect, model_at):
    """They come for longer than the silence that is allowed, and than a number that bounds whole answers."""
    with slow(signs=25) as server:
        assert collect(mode, model_at(server, timeout=limits)).text == "HiHi"


@pytest.mark.parametrize("mode", ["stream", "astream"])
def test_a_total_of_ones_own_ends_a_stream(mode, collect, model_at):
    chat = model_at(server := SlowServer(None), timeout=Timeout(total=4 * GAP))
    with serving(server), pytest.raises(APITimeoutError, match=r"not complete in 0\.2 s \(`total`\)") as raised:
        collect(mode, chat)
    error = raised.value
    assert (error.limit, error.seconds, error.partial, error.generation_id) == ("total", 0.2, "Hi", "gen-1")
    assert error.is_retryable is False
    assert vars(pickle.loads(pickle.dumps(error))).items() >= {"limit": "total", "seconds": 0.2}.items()


@pytest.mark.parametrize("limits", [4 * GAP, Timeout(total=4 * GAP)], ids=["number", "typed"])
@pytest.mark.parametrize("mode", ["invoke", "ainvoke"])
def test_white_space_does_not_keep_a_whole_answer_alive(mode, limits, model_at):
    with slow(signs=None) as server:
        chat = model_at(server, timeout=limits)
        with pytest.raises(APITimeoutError) as raised:
            asyncio.run(chat.ainvoke("hello")) if mode == "ainvoke" else chat.invoke("hello")
    assert (raised.value.limit, raised.value.seconds, raised.value.generation_id) == ("total", 0.2, "gen-1")


def test_silence_ends_a_call(ask, model_at):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        chat = model_at(address_of(silent), timeout=Timeout(idle=0.1, total=60))
        with pytest.raises(APITimeoutError, match=r"No answer from .* in 0\.1 s \(`idle`\).*may be billed") as raised:
            ask(chat, "hello")
    assert (raised.value.limit, raised.value.seconds) == ("idle", 0.1)


def test_the_total_ends_silence_that_may_last(ask, model_at):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        chat = model_at(address_of(silent), timeout=Timeout(idle=None, total=0.1))
        with pytest.raises(APITimeoutError) as raised:
            ask(chat, "hello")
    assert (raised.value.limit, raised.value.seconds) == ("total", 0.1)


def test_a_connection_that_does_not_open_ends_a_call(ask, model_at):
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as waiting:
        for _ in range(4):  # nobody accepts them, so that there is no room for another
            filler = waiting.enter_context(socket.socket())
            filler.settimeout(0)
            filler.connect_ex(full.getsockname())
        chat = model_at(address_of(full), timeout=Timeout(connect=0.1), max_retries=0)
        with pytest.raises(APITimeoutError, match=r"Cannot connect to .* in 0\.1 s \(`connect`\)") as raised:
            ask(chat, "hello")
    assert (raised.value.limit, raised.value.seconds, raised.value.is_retryable) == ("connect", 0.1, True)


@pytest.mark.parametrize("limits", [0.1, Timeout(idle=0.1), {"idle": 0.1}, httpx.Timeout(0.1)])
@pytest.mark.parametrize("name", ["timeout", "request_timeout"])
def test_a_call_may_have_limits_of_its_own(name, limits, ask, model_at):
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(APITimeoutError) as raised:
        ask(model_at(address_of(silent)), "hello", **{name: limits})
    assert raised.value.seconds == 0.1


def test_no_limits_at_all(ask, model_at):
    nothing = Timeout(connect=None, idle=None, total=None)
    with slow(signs=1) as server:
        assert ask(model_at(server, timeout=nothing), "hello").text.startswith("Hi")


@pytest.mark.parametrize(
    ("timeout", "limits"),
    [
        (None, Limits(10, 120, 120, 120, 600)),
        (30, Limits(10, 30, 30, 30, 30)),
        ("5", Limits(5, 5, 5, 5, 5)),
        (Timeout(), Limits(10, 120, 120, 120, 600)),
        (Timeout(connect=5, idle=30, total=120), Limits(5, 30, 30, 30, 120, bounds_streams=True)),
        (Timeout(idle=30, write=3, pool=2), Limits(10, 30, 3, 2, 600)),
        (Timeout(idle=None, total=None), Limits(10, None, None, None, None, bounds_streams=True)),
        (httpx.Timeout(7, connect=3), Limits(3, 7, 7, 7, None, bounds_streams=True)),
        (httpx.Timeout(None), Limits(None, None, None, None, None, bounds_streams=True)),
    ],
)
def test_what_a_timeout_stands_for(timeout, limits):
    assert parse_timeout(timeout) == limits


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists))
def test_a_timeout_is_read_or_refused(given):
    try:
        limits = parse_timeout(given)
    except ConfigurationError:
        return
    assert all(limit is None or 0 < limit < math.inf for limit in limits[:5])


WRONG = [0, -1, math.nan, math.inf, True, "soon", (5, 30), object(), Timeout(total=0), Timeout(idle=-1), {"read": 5}]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: type(wrong).__name__)
def test_what_is_no_time_is_refused(wrong, ask, model, emulator):
    for make in (ChatOpenRouter, OpenRouterEmbeddings, OpenRouterRerank):
        with pytest.raises(ConfigurationError, match="timeout"):
            make(model="m", api_key="k", timeout=wrong)
    with pytest.raises(ConfigurationError, match="timeout"):
        ask(model(), "hello", timeout=wrong)
    chat = model()
    chat.request_timeout = wrong
    with pytest.raises(ConfigurationError, match="timeout"):
        ask(chat, "hello")
    assert emulator.requests == []


@pytest.mark.parametrize("wrong", [-1, 1.5, True, "3"])
def test_what_is_no_number_of_retries_is_refused(wrong, ask, model, emulator):
    with pytest.raises(ConfigurationError, match="max_retries must be a whole number of at least 0"):
        ask(model(), "hello", max_retries=wrong)
    assert emulator.requests == []


def test_limits_travel_with_the_model(model, emulator, monkeypatch):
    monkeypatch.setenv("OPENROUTER_API_KEY", emulator.api_key)
    chat = model(timeout=httpx.Timeout(7, connect=3))
    plain = {"connect": 3, "idle": 7, "write": 7, "pool": 7, "total": None}
    assert chat.request_timeout == pickle.loads(pickle.dumps(chat)).request_timeout == plain
    assert json.loads(dumps(chat))["kwargs"]["request_timeout"] == plain
