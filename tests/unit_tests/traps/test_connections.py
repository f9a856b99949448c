"""Time and sockets: sane limits where none are asked for, and nothing left behind by a thousand models."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path

import pytest

from langchain_openrouter._http.aiohttp_client import AiohttpClient
from langchain_openrouter._http.threaded_client import ThreadedClient
from langchain_openrouter.emulator import Answer, ChatRequest

DESCRIPTORS = Path("/proc/self/fd")


class Greeter:
    """Says hi to everybody."""

    checks_requests = True

    def reply(self, request: ChatRequest) -> Answer:
        return Answer("Hi!")


@pytest.fixture
def timeouts(monkeypatch):
    """What the connections of the package's own pools are told to wait for, request by request."""
    seen = []

    def watching(send):
        def watch(client, request):
            seen.append(request.timeout.as_dict())
            return send(client, request)

        return watch

    for cls in (ThreadedClient, AiohttpClient):
        monkeypatch.setattr(cls, "open", watching(cls.open))
    return seen


def test_without_a_timeout_the_limits_are_minutes(timeouts, ask, model):
    """Neither httpx's five seconds nor for ever (python-sdk#72, deepagents#2423)."""
    ask(model(), "hello")
    assert timeouts == [{"connect": 10.0, "read": 120.0, "write": 120.0, "pool": 120.0}]


def test_a_timeout_is_in_seconds(timeouts, ask, model):
    """langchain#39812."""
    ask(model(timeout=30), "hello")
    (waits,) = timeouts
    assert 1 < waits["read"] <= 30


def descriptors():
    """How many files and sockets this process holds, those of the emulator among them."""
    gc.collect()
    return len(list(DESCRIPTORS.iterdir()))


@pytest.mark.skipif(not DESCRIPTORS.exists(), reason="only Linux lists descriptors in /proc")
def test_a_thousand_models_leave_nothing_open(model, emulator):
    """Neither while an event loop runs on nor after it (langchain#37498, #38610)."""
    emulator.brain = Greeter()

    async def talk():
        await model().ainvoke("hello")
        at_first = descriptors()
        for _ in range(500):
            await model().ainvoke("hello")
        return descriptors() - at_first

    model().invoke("hello")
    asyncio.run(model().ainvoke("hello"))
    before = descriptors()
    for _ in range(500):
        model().invoke("hello")
    grown = asyncio.run(talk())
    assert grown <= 4  # a connection that is closing has two ends
    assert descriptors() <= before
