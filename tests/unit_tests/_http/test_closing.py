"""Connections close when they are told to, and whoever closed them can go on; clients of one's own stay open."""

from __future__ import annotations

import asyncio
import gc

import httpx
import pytest

from langchain_openrouter import ChatOpenRouter, ModelCatalogue, OpenRouterEmbeddings, OpenRouterRerank
from langchain_openrouter._http.threaded_client import ThreadedClient
from tests.unit_tests._http.sockets import connections, needs_proc

CALLS = {
    ChatOpenRouter: ("openai/gpt-4o-mini", "invoke", "ainvoke", "hello"),
    OpenRouterEmbeddings: ("openai/text-embedding-3-small", "embed_query", "aembed_query", "hello"),
    OpenRouterRerank: ("cohere/rerank-v3.5", "rerank", "arerank", "hello", ["hello"]),
}


def test_close_and_use_again(model):
    chat = model()
    chat.invoke("hello")
    chat.close()
    chat.close()
    assert chat.invoke("hello").text == "Hi!"


async def test_aclose_and_use_again(model):
    chat = model()
    await chat.ainvoke("hello")
    await chat.aclose()
    await chat.aclose()
    assert (await chat.ainvoke("hello")).text == "Hi!"
    await chat.aclose()


def test_what_was_closed_is_not_kept(model):
    keeper = model()
    for _ in range(20):
        with model() as chat:
            chat.invoke("hello")
    gc.collect()
    assert sum(isinstance(one, ThreadedClient) for one in gc.get_objects()) <= 1
    assert keeper.invoke("hello").text == "Hi!"


def test_close_before_any_call(model):
    model().close()
    asyncio.run(model().aclose())


@needs_proc
def test_close_closes_the_sockets(model, emulator):
    chat = model()
    chat.invoke("hello")
    assert connections(emulator) == 1
    chat.close()
    assert connections(emulator) == 0


@pytest.fixture(params=[*CALLS, ModelCatalogue])
def holder(request, emulator):
    """Any of what holds connections, the names of a call of it and of its asynchronous twin, and what that takes."""
    if request.param is ModelCatalogue:
        return ModelCatalogue(emulator.base_url, ttl=0), "endpoints", "aendpoints", ["openai/gpt-4o-mini"]
    model, call, acall, *arguments = CALLS[request.param]
    return request.param(model=model, api_key=emulator.api_key, base_url=emulator.base_url), call, acall, arguments


@needs_proc
def test_a_with_block_closes_the_connections_at_its_end(holder, emulator):
    held, call, _, arguments = holder
    with held as same:
        assert same is held
        assert getattr(same, call)(*arguments)
        assert connections(emulator) == 1
    assert connections(emulator) == 0
    assert getattr(held, call)(*arguments)


@needs_proc
async def test_an_async_with_block_closes_the_connections_at_its_end(holder, emulator):
    held, _, call, arguments = holder
    async with held as same:
        assert same is held
        assert await getattr(same, call)(*arguments)
        assert connections(emulator) == 1
    for _ in range(20):  # sockets close with the loop's next turns
        await asyncio.sleep(0)
    assert connections(emulator) == 0
    assert await getattr(held, call)(*arguments)


def fail_within(chat):
    with chat:
        chat.invoke("hello")
        raise LookupError


def test_a_with_block_lets_errors_out(model):
    chat = model()
    with pytest.raises(LookupError):
        fail_within(chat)
    assert chat.invoke("hello").text == "Hi!"


def test_a_client_of_ones_own_is_used_and_never_closed(model, emulator):
    with httpx.Client(headers={"x-mine": "1"}) as mine:
        chat = model(http_client=mine)
        with chat:
            chat.invoke("hello")
        del chat
        gc.collect()
        assert not mine.is_closed
    assert emulator.requests[0].headers["x-mine"] == "1"


async def test_an_async_client_of_ones_own_is_used_and_never_closed(model, emulator):
    async with httpx.AsyncClient(headers={"x-mine": "1"}) as mine:
        chat = model(http_async_client=mine)
        await chat.ainvoke("hello")
        await chat.aclose()
        assert not mine.is_closed
    assert emulator.requests[0].headers["x-mine"] == "1"
