"""An emulator, a model that talks to it, and the four ways to ask."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk

from langchain_openrouter import ChatOpenRouter, _credit_cache
from langchain_openrouter.emulator import Answer, OpenRouterEmulator, Reply, ScriptBrain, watch_requests
from tests.request_judge import judge

Ask = Callable[..., AIMessage]


def pytest_addoption(parser: pytest.Parser) -> None:
    default = str(Path(__file__).parent / "cassettes")
    parser.addoption(
        "--cassettes", default=default, help="Where the tests that are marked `recorded` have their cassettes."
    )
    parser.addoption("--calls", type=int, default=300, help="How many calls are mixed until the books are compared.")
    parser.addoption("--rounds", type=int, default=3, help="How often a process is killed while it writes a ledger.")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a test that sends an emulator what OpenRouter's OpenAPI document does not allow, unless it says so."""
    with watch_requests() as seen:
        result = yield
    judge(seen, item.get_closest_marker("invalid_requests"))
    return result


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Hide the OpenRouter settings, the kept models and the kept credits, of whoever runs the tests."""
    # another test's emulator may have had the same port
    _credit_cache._caches.clear()
    for name in [name for name in os.environ if name.startswith("OPENROUTER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OPENROUTER_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "openrouter-cache"))
    # an agent under test must not search the web, where it could
    monkeypatch.setenv("OPENROUTER_SEARCH_PROVIDERS", "offline-corpus")
    monkeypatch.setenv("OPENROUTER_CACHE_TTL_SEARCH", "0")


@pytest.fixture
def emulator() -> Iterator[OpenRouterEmulator]:
    """An OpenRouter on loopback that says hi fifty times, unless `play` gives it a script."""
    with OpenRouterEmulator(ScriptBrain([Answer("Hi!")] * 50)) as running:
        yield running


@pytest.fixture
def play(emulator: OpenRouterEmulator) -> Callable[..., None]:
    """Give the emulator a script: `play(reply, reply, ...)`."""

    def start(*replies: Reply, **settings: Any) -> None:
        emulator.brain = ScriptBrain(replies, **settings)

    return start


@pytest.fixture
def model(emulator: OpenRouterEmulator) -> Callable[..., ChatOpenRouter]:
    """Make a model that talks to the emulator: `model(**fields)`."""

    def make(**fields: Any) -> ChatOpenRouter:
        defaults = {"model": "openai/gpt-4o-mini", "api_key": emulator.api_key, "base_url": emulator.base_url}
        return ChatOpenRouter(**{**defaults, **fields})

    return make


@pytest.fixture(params=["invoke", "ainvoke", "stream", "astream"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Ask in one of LangChain's four ways, and get the whole answer: `ask(model, input, **options)`."""
    return {"invoke": _invoke, "ainvoke": _ainvoke, "stream": _stream, "astream": _astream}[request.param]


@pytest.fixture
def collect() -> Callable[[str, Any], AIMessage]:
    """Ask in the way that is named: `collect("astream", model)`."""
    return lambda mode, model: {"stream": _stream, "astream": _astream}[mode](model, "hello")


def _invoke(model: Any, asked: Any, /, **options: Any) -> AIMessage:
    return model.invoke(asked, **options)


def _ainvoke(model: Any, asked: Any, /, **options: Any) -> AIMessage:
    async def run() -> AIMessage:
        return await model.ainvoke(asked, **options)

    return asyncio.run(run())


def _stream(model: Any, asked: Any, /, **options: Any) -> AIMessage:
    return add_up(list(model.stream(asked, **options)))


def _astream(model: Any, asked: Any, /, **options: Any) -> AIMessage:
    async def run() -> AIMessage:
        return add_up([chunk async for chunk in model.astream(asked, **options)])

    return asyncio.run(run())


def add_up(chunks: list[AIMessageChunk]) -> AIMessageChunk:
    """Join the chunks of a stream as LangChain does."""
    first, *rest = chunks
    return first + rest if rest else first
