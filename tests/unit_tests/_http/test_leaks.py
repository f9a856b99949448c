"""A thousand models leave nothing behind, and what waits for its turn holds nothing."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
import textwrap
import threading
import weakref
from collections import Counter

import pytest

from langchain_openrouter import ChatOpenRouter
from langchain_openrouter.emulator import Answer, ChatRequest
from tests.unit_tests.plain_server import Page, plain_server
from tests.unit_tests.traps.wire_replies import whole
from tests.waiting import PATIENCE, wait_until

PACKAGES = {"langchain_openrouter", "httpx", "httpcore", "httpx_aiohttp", "aiohttp", "asyncio", "h11"}
HI = Page(whole({"content": "Hi!"}).pieces[0], headers={"content-type": "application/json"})


def of_packages() -> Counter[str]:
    """The objects that are alive, of the classes of this package and of those that carry its requests."""
    gc.collect()
    kinds = Counter(type(one) for one in gc.get_objects())
    return Counter({f"{kind.__module__}.{kind.__name__}": count for kind, count in kinds.items() if is_theirs(kind)})


def is_theirs(kind: type) -> bool:
    return str(kind.__module__).partition(".")[0] in PACKAGES


class Greeter:
    """Says hi to everybody."""

    checks_requests = True

    def reply(self, request: ChatRequest) -> Answer:
        return Answer("Hi!")


LIVES = """
    import asyncio, gc, json, sys, threading
    from pathlib import Path
    from langchain_openrouter import ChatOpenRouter
    from tests.unit_tests._http.test_leaks import of_packages

    way, key, url = sys.argv[1:]

    def model():
        return ChatOpenRouter(model="openai/gpt-4o-mini", api_key=key, base_url=url)

    def sync(count):
        for _ in range(count):
            model().invoke("hello")
            next(model().stream("hello"))

    async def on_one_loop(count):
        for _ in range(count):
            await model().ainvoke("hello")
            async for _ in model().astream("hello"):
                break

    def loop_after_loop(count):
        kept = model()
        for _ in range(count):
            asyncio.run(kept.ainvoke("hello"))
            asyncio.run(model().ainvoke("hello"))

    def look():
        descriptors = Path("/proc/self/fd")
        return {
            "theirs": of_packages(),
            "descriptors": len(list(descriptors.iterdir())) if descriptors.exists() else 0,
            "threads": threading.active_count(),
            "objects": len(gc.get_objects()),
            "blocks": sys.getallocatedblocks(),
        }

    async def settle():
        await asyncio.sleep(0.05)  # what is closing takes a turn of the loop or two
        return look()

    async def live_on_one_loop():
        await on_one_loop(20)
        before = await settle()
        await on_one_loop(500)
        return [before, await settle()]

    def live(run):
        run(20)
        before = look()
        run(500)
        return [before, look()]

    runs = {"sync": sync, "loop after loop": loop_after_loop}
    print(json.dumps(live(runs[way]) if way in runs else asyncio.run(live_on_one_loop())))
"""


@pytest.mark.parametrize("way", ["sync", "one loop", "loop after loop"])
def test_a_thousand_calls_of_short_lived_models(way, emulator):
    """In a process of its own, that holds nothing else."""
    emulator.brain = Greeter()
    script = [sys.executable, "-W", "error", "-c", textwrap.dedent(LIVES), way, emulator.api_key, emulator.base_url]
    done = subprocess.run(script, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    before, after = json.loads(done.stdout)
    # a connection that was left may still be closing
    assert after["descriptors"] <= before["descriptors"] + 2
    assert after["threads"] <= before["threads"]
    grown = Counter(after["theirs"]) - Counter(before["theirs"])
    assert {name: count for name, count in grown.items() if count > 10} == {}
    # far less than one object and a few blocks of memory for each of a thousand models
    assert after["objects"] - before["objects"] < 500
    assert after["blocks"] - before["blocks"] < 5000


def test_a_pool_goes_with_its_last_user(model, emulator):
    first, second = model(), model()
    first.invoke("hello")
    second.invoke("hello")
    pool = weakref.ref(first._transport()._pool)
    del first
    gc.collect()
    assert (pool() is None, emulator.connections) == (False, 1)
    del second
    gc.collect()
    assert pool() is None
    wait_until(lambda: emulator.connections == 0)


FORK = """
    import gc, os, sys
    from langchain_openrouter import ChatOpenRouter

    chat = ChatOpenRouter(model="openai/gpt-4o-mini", api_key=sys.argv[1], base_url=sys.argv[2])
    stream = chat.stream("hello")
    said = [next(stream).text]
    child = os.fork()
    if child == 0:
        answer = chat.invoke("hello").text
        del stream
        gc.collect()
        os._exit(0 if len(answer) == 150_000 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    said += [chunk.text for chunk in stream]
    print(len("".join(said)))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_child_that_drops_its_parents_stream_does_not_end_it(emulator, play):
    """The answer is longer than the buffers between the two, so that the parent reads on while the child is gone."""
    play(*[Answer("word " * 30_000)] * 2)
    script = [sys.executable, "-c", textwrap.dedent(FORK), emulator.api_key, emulator.base_url]
    done = subprocess.run(script, capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout.strip() == "150000", done.stderr


AT_ONCE = 10


def alive_in_the_middle(prompts: int) -> int:
    """How many objects of the client are alive when half of the prompts of a batch have been answered.

    Calls that are under way have more of them at some times than at others: it is looked when all wait for an answer.
    """
    seen: list[int] = []
    everybody_waits = threading.Barrier(AT_ONCE, action=lambda: seen.append(alive()))

    def alive() -> int:
        return sum(count for name, count in of_packages().items() if not name.startswith("asyncio"))

    def answer(path: str) -> Page:
        if len(server.asked) >= prompts // 2 and not seen:
            everybody_waits.wait(PATIENCE)
        return HI

    with plain_server(answer) as server:
        chat = ChatOpenRouter(model="openai/gpt-4o-mini", api_key="sk-none", base_url=server.url)
        asyncio.run(chat.abatch(["hello"] * prompts, config={"max_concurrency": AT_ONCE}))
    assert len(server.asked) == prompts
    (found,) = seen
    return found


def test_prompts_that_wait_for_their_turn_hold_nothing(monkeypatch):
    """However long a batch is, requests are made in their turn."""
    monkeypatch.setenv("OPENROUTER_CACHE_TTL_MODELS", "0")
    alive_in_the_middle(50)
    few, many = alive_in_the_middle(300), alive_in_the_middle(1200)
    assert abs(many - few) < 100
