"""Where batches are, and what is sent twice: nothing that OpenRouter may have accepted."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from langchain_openrouter import ChatOpenRouter, OpenRouterError
from langchain_openrouter.emulator import Answer, BatchRules, OpenRouterEmulator, ScriptBrain
from langchain_openrouter.errors import NotFoundError, RateLimitError, StreamInterruptedError

V1, BETA = "/api/v1/batches", "/api/beta/batches"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr("langchain_openrouter._http.retry.FIRST_BACKOFF", 0.0)


@pytest.fixture(params=["create", "acreate"])
def submit(request):
    """Submit in both ways."""

    def go(model, inputs=("x",)):
        if request.param == "create":
            return model.submit_batch(list(inputs))
        return asyncio.run(model.asubmit_batch(list(inputs)))

    return go


@contextmanager
def emulated(**rules) -> Iterator[tuple[OpenRouterEmulator, ChatOpenRouter]]:
    with OpenRouterEmulator(ScriptBrain([Answer("Hi!")] * 9), batch_rules=BatchRules(**rules)) as emulator:
        yield emulator, ChatOpenRouter(model="openai/gpt-4o-mini", api_key=emulator.api_key, base_url=emulator.base_url)


@pytest.mark.parametrize(
    ("addresses", "asked"),
    [
        (("/api/v1", "/api/beta"), [("POST", V1), ("POST", V1)]),
        (("/api/v1",), [("POST", V1), ("POST", V1)]),
        (("/api/beta",), [("POST", V1), ("POST", BETA), ("POST", BETA)]),
    ],
)
def test_both_addresses_are_tried_and_the_right_one_is_remembered(submit, addresses, asked):
    with emulated(addresses=addresses) as (emulator, model):
        assert submit(model).wait().results()["request-0"].text == "Hi!"
        assert submit(model).wait().results()["request-0"].text == "Hi!"
    assert [(one.method, one.path) for one in emulator.requests if one.method == "POST"] == asked


def test_where_neither_address_has_batches(submit):
    with emulated(addresses=()) as (_, model), pytest.raises(NotFoundError, match="404"):
        submit(model)


def test_an_id_is_one_part_of_the_path():
    with emulated() as (emulator, model), pytest.raises(NotFoundError):
        model.resume_batch("../models?x=1")
    assert {one.query for one in emulator.requests} == {""}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.append(self.path)
        status, headers, body, promised = self.server.answers.pop(0)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("connection", "close")
        self.send_header("content-length", str(promised if promised is not None else len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def answering(*answers):
    """A server that gives these answers (status, headers, body, promised length) to POSTs, one by one."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.asked, server.answers = [], list(answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/api/v1"
        # a key of its own, as connections are kept by address and key, and the system may give a port out again
        key = f"k-{uuid.uuid4()}"
        yield server, ChatOpenRouter(model="openai/gpt-4o-mini", api_key=key, base_url=url, max_retries=3)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


ACCEPTED = (202, {}, b'{"id": "batch-1", "status": "validating"}', None)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 529])
def test_what_may_have_been_accepted_is_not_sent_again(submit, status):
    oops = (status, {}, b'{"error": {"message": "Oops."}}', None)
    with answering(oops, ACCEPTED) as (server, model), pytest.raises(OpenRouterError, match="Oops") as caught:
        submit(model)
    assert server.asked == [V1]
    assert caught.value.is_retryable is False


def test_an_answer_that_breaks_off_is_not_asked_for_again(submit):
    with answering((202, {}, b'{"id": ', 99), ACCEPTED) as (server, model), pytest.raises(StreamInterruptedError):
        submit(model)
    assert server.asked == [V1]


def test_what_was_refused_for_the_rate_is_sent_again(submit):
    with answering((429, {"retry-after": "0"}, b"{}", None), ACCEPTED) as (server, model):
        assert submit(model).id == "batch-1"
    assert server.asked == [V1, V1]


def test_a_rate_that_stays_too_high(submit):
    slow = (429, {"retry-after": "0"}, b'{"error": {"message": "Slow."}}', None)
    with answering(*[slow] * 4) as (server, model), pytest.raises(RateLimitError, match="Slow"):
        submit(model)
    assert len(server.asked) == 4


def test_405_is_elsewhere_too(submit):
    with answering((405, {}, b"", None), ACCEPTED) as (server, model):
        assert submit(model).id == "batch-1"
    assert server.asked == [V1, BETA]
