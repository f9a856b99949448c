"""Connections are shared, follow their event loop, and are gone when nobody needs them."""

from __future__ import annotations

import asyncio
import gc
import os
import pickle
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor

import pytest

from langchain_openrouter._http.pool import shared_pool
from langchain_openrouter.emulator import Answer, ChatRequest
from langchain_openrouter.network import Network
from tests.unit_tests._http.sockets import connections, needs_proc


def test_one_pool_per_url_and_key():
    one = shared_pool("http://127.0.0.1:1", b"key", Network())
    assert shared_pool("http://127.0.0.1:1", b"key", Network()) is one
    assert shared_pool("http://127.0.0.1:1", b"other key", Network()) is not one
    assert shared_pool("http://127.0.0.1:2", b"key", Network()) is not one


def test_models_share_connections(model):
    first, second = model(), model()
    assert first._transport()._pool is second._transport()._pool


def test_models_with_different_keys_do_not(model):
    assert model()._transport()._pool is not model(api_key="sk-other")._transport()._pool


def test_several_event_loops_in_one_process(model):
    chat = model()
    answers = [asyncio.run(chat.ainvoke("hello")).text for _ in range(3)]
    assert answers == ["Hi!"] * 3


def test_event_loops_in_several_threads(model):
    chat = model()
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: asyncio.run(chat.ainvoke("hello")).text, range(12)))
    assert answers == ["Hi!"] * 12


def test_threads_share_one_client(model):
    chat = model()
    with ThreadPoolExecutor(8) as threads:
        clients = set(threads.map(lambda _: id(chat._transport()._pool.client()), range(64)))
    assert len(clients) == 1


def test_many_calls_at_once(model):
    async def run():
        chat = model()
        return await asyncio.gather(*(chat.ainvoke("hello") for _ in range(40)))

    assert len(asyncio.run(run())) == 40


@needs_proc
def test_short_lived_models_leave_no_connections(model, emulator):
    for _ in range(20):
        model().invoke("hello")
        asyncio.run(model().ainvoke("hello"))
    gc.collect()
    assert connections(emulator) == 0


@needs_proc
def test_a_model_keeps_its_connections(model, emulator):
    chat = model()
    for _ in range(5):
        chat.invoke("hello")
    assert connections(emulator) == 1


class Greeter:
    """Says hi to everybody."""

    checks_requests = True

    def reply(self, request: ChatRequest) -> Answer:
        return Answer("Hi!")


@needs_proc
@pytest.mark.parametrize("kept", [True, False], ids=["beside one that lives on", "each on its own"])
def test_two_hundred_models_on_one_loop(kept, model, emulator):
    emulator.brain = Greeter()

    async def run():
        keeper = model()
        if kept:
            await keeper.ainvoke("hello")
        for _ in range(200):
            await model().ainvoke("hello")
        gc.collect()
        for _ in range(20):  # sockets of models that are gone close with the loop's next turns
            await asyncio.sleep(0)
        return connections(emulator)

    assert asyncio.run(run()) <= 1


@needs_proc
@pytest.mark.parametrize("mode", ["stream", "astream"])
def test_a_stream_that_is_left_early_closes_its_connection(mode, model, play, emulator):
    play(*[Answer("word " * 2000)] * 6)

    async def leave_early(chat):
        stream = chat.astream("hello")
        async for _ in stream:
            break
        await stream.aclose()

    def leave(chat):
        if mode == "astream":
            asyncio.run(leave_early(chat))
        else:
            for _ in chat.stream("hello"):
                break

    chat = model()
    leave(chat)
    assert connections(emulator) == 0


def test_a_model_that_has_called_can_be_pickled(model, emulator, monkeypatch):
    monkeypatch.setenv("OPENROUTER_API_KEY", emulator.api_key)
    chat = model()
    chat.invoke("hello")
    asyncio.run(chat.ainvoke("hello"))
    assert pickle.loads(pickle.dumps(chat)).invoke("hello").text == "Hi!"


def test_a_cancelled_call_leaves_the_pool_usable(model):
    async def run():
        chat = model()
        task = asyncio.create_task(chat.ainvoke("hello"))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return (await chat.ainvoke("hello")).text

    assert asyncio.run(run()) == "Hi!"


FORK = """
    import asyncio, os, sys, warnings
    warnings.simplefilter("error")
    from langchain_openrouter import ChatOpenRouter

    chat = ChatOpenRouter(model="openai/gpt-4o-mini", api_key=sys.argv[1], base_url=sys.argv[2])
    assert chat.invoke("hello").text == "Hi!"
    for asynchronous in (False, True):
        child = os.fork()
        if child == 0:
            answer = asyncio.run(chat.ainvoke("hello")) if asynchronous else chat.invoke("hello")
            os._exit(0 if answer.text == "Hi!" else 1)
        assert chat.invoke("hello").text == "Hi!"
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    print("both")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_child_and_its_parent_keep_apart(emulator):
    script = [sys.executable, "-c", textwrap.dedent(FORK), emulator.api_key, emulator.base_url]
    done = subprocess.run(script, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.strip() == "both", done.stderr


def test_a_process_that_ends_without_closing_ends_in_silence(emulator):
    # Development mode also logs every step that took over 0.1 s, as a warning: on a busy machine, that may be any step.
    script = """
        import asyncio, logging, sys
        from langchain_openrouter import ChatOpenRouter
        logging.getLogger("asyncio").setLevel(logging.ERROR)
        chat = ChatOpenRouter(model="openai/gpt-4o-mini", api_key=sys.argv[1], base_url=sys.argv[2])
        chat.invoke("hello")
        asyncio.run(chat.ainvoke("hello"))
    """
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", textwrap.dedent(script)]
    done = subprocess.run(
        [*command, emulator.api_key, emulator.base_url], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
