"""The record of a request says whether its client waited for the answer."""

from __future__ import annotations

from itertools import repeat
from threading import Event

import httpx
import pytest

from langchain_openrouter.emulator import Answer, Interruption, Verbatim
from tests.waiting import PATIENCE, wait_until

SSE = {"content-type": "text/event-stream"}
ENDLESS = Verbatim(200, repeat(b": OPENROUTER PROCESSING\n\n"), SSE)


class Slow:
    """Answers when it is told to."""

    checks_requests = True

    def __init__(self):
        self.may_answer = Event()

    def reply(self, request):
        self.may_answer.wait(PATIENCE)
        return Answer("Hi!")


@pytest.mark.parametrize("streamed", [True, False])
def test_a_client_that_stays(streamed, served):
    assert served.chat(stream=streamed).text
    served.get("/models")
    assert served.emulator.connections == 1
    served.client.close()
    wait_until(lambda: served.emulator.connections == 0)
    assert [request.aborted_after for request in served.emulator.requests] == [None, None]


def test_a_client_that_leaves_a_stream(serve):
    served = serve([ENDLESS])
    with served.client.stream("POST", "/chat/completions", json=served.body(stream=True)) as answer:
        pieces = answer.iter_bytes()  # closes the connection once nobody holds it
        next(pieces)
        (request,) = served.emulator.requests
        assert request.aborted_after is None
    wait_until(lambda: request.aborted_after is not None)
    assert request.aborted_after > 0
    wait_until(lambda: served.emulator.connections == 0)


@pytest.mark.parametrize("streamed", [True, False])
def test_a_client_that_leaves_before_the_answer(streamed, serve):
    """The model thinks on, and what it says then is billed: of a stream the part that was told, which is nothing."""
    brain = Slow()
    served = serve(brain)
    with pytest.raises(httpx.ReadTimeout):
        served.client.post("/chat/completions", json=served.body(stream=streamed), timeout=0.1)
    (request,) = served.emulator.requests
    wait_until(lambda: request.aborted_after is not None)
    brain.may_answer.set()
    (entry,) = served.emulator.book.wait_for(1)
    assert request.aborted_after == 0
    assert (entry.cancelled, entry.completion_tokens > 0) == (streamed, not streamed)


def test_an_answer_that_the_server_cuts_is_not_the_clients_doing(serve):
    served = serve([Interruption(Answer("Half an answer"))])
    with pytest.raises(httpx.RemoteProtocolError):
        served.chat(stream=True)
    wait_until(lambda: served.emulator.connections == 0)
    assert served.emulator.requests[0].aborted_after is None


def test_stopping_is_not_the_clients_doing(serve):
    served = serve([ENDLESS])
    with served.client.stream("POST", "/chat/completions", json=served.body(stream=True)) as answer:
        pieces = answer.iter_bytes()
        next(pieces)
        served.emulator.stop()
    assert served.emulator.requests[0].aborted_after is None
    assert served.emulator.connections == 0
