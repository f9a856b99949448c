"""A client that stops waiting hangs up at once, wherever it was, and the next call is none the worse."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Iterator
from threading import Event, Thread, main_thread

import pytest

from langchain_openrouter.emulator import Answer, ChatRequest, Failure, OpenRouterEmulator, Reply, Verbatim
from tests.unit_tests.traps.wire_replies import SSE, event
from tests.unit_tests.traps.wire_replies import streamed as events
from tests.waiting import PATIENCE, await_until, wait_until

WORD = events(event({"content": "word "})).pieces[0]


class Endless:
    """Answers for ever, with `piece` after `piece`; or, `silent`, not before it is let go."""

    checks_requests = True

    def __init__(self, *, silent: bool = False, status: int = 200) -> None:
        self.silent = silent
        self.status = status
        self.told = 0
        self.let_go = Event()

    def reply(self, request: ChatRequest) -> Reply:
        if self.silent:
            self.let_go.wait(PATIENCE)
            return Answer("Too late.")
        if request.get("stream") and self.status == 200:
            return Verbatim(200, self._tell(WORD), SSE)
        return Verbatim(self.status, self._tell(b" " * 1000))

    def _tell(self, piece: bytes) -> Iterator[bytes]:
        while True:
            yield piece
            self.told += 1


@pytest.fixture(params=[True, False], ids=["before the answer", "within the answer"])
def endless(request, emulator) -> Iterator[Endless]:
    """What the emulator answers with."""
    brain = emulator.brain = Endless(silent=request.param)
    yield brain
    brain.let_go.set()


def is_reached(emulator: OpenRouterEmulator, brain: Endless) -> bool:
    """Whether the server is thinking or in the middle of its answer."""
    return bool(emulator.requests) if brain.silent else brain.told > 10


def assert_left(emulator: OpenRouterEmulator) -> None:
    """The server has seen the client go, and there is no connection any more."""
    wait_until(lambda: emulator.connections == 0)
    (request,) = emulator.requests
    wait_until(lambda: request.aborted_after is not None)


def assert_well(chat, emulator) -> None:
    """The client answers the next call."""
    emulator.brain = Greeter()
    assert chat.invoke("hello").text == "Hi!"
    assert asyncio.run(chat.ainvoke("hello")).text == "Hi!"


class Greeter:
    """Says hi to everybody."""

    checks_requests = True

    def reply(self, request: ChatRequest) -> Reply:
        return Answer("Hi!")


async def read_all(chat):
    async for _ in chat.astream("hello"):
        pass


def waiting_call(chat, mode):
    """A call whose answer never comes to its end."""
    return read_all(chat) if mode == "astream" else chat.ainvoke("hello")


@pytest.mark.parametrize("mode", ["ainvoke", "astream"])
def test_a_task_that_is_cancelled(mode, endless, model, emulator):
    chat = model()

    async def cancel():
        task = asyncio.create_task(waiting_call(chat, mode))
        await await_until(lambda: is_reached(emulator, endless))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await await_until(lambda: emulator.connections == 0)  # while the loop, and with it the pool, goes on

    asyncio.run(cancel())
    assert_left(emulator)
    assert_well(chat, emulator)


@pytest.mark.parametrize("mode", ["ainvoke", "astream"])
def test_a_time_limit_of_ones_own(mode, endless, model, emulator):
    chat = model()

    async def wait_for_it():
        async with asyncio.timeout(None) as limit, asyncio.TaskGroup() as group:
            group.create_task(waiting_call(chat, mode))
            await await_until(lambda: is_reached(emulator, endless))
            limit.reschedule(0)

    async def give_up():
        with pytest.raises(TimeoutError):
            await wait_for_it()
        await await_until(lambda: emulator.connections == 0)

    asyncio.run(give_up())
    assert_left(emulator)
    assert_well(chat, emulator)


@pytest.fixture
def waits(monkeypatch) -> list[float]:
    """The waits in coroutines, in seconds, as they begin."""
    begun: list[float] = []

    def sleep(delay, *args, wait=asyncio.sleep):
        begun.append(delay)
        return wait(delay, *args)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return begun


@pytest.mark.parametrize("mode", ["ainvoke", "astream"])
def test_a_task_that_is_cancelled_between_attempts(mode, model, emulator, play, waits):
    """The answer that failed was read to its end, so that its connection is as good as new; nothing more is sent."""
    play(Failure(429, "Slow down", headers={"retry-after": "50"}), Answer("Hi!"))
    chat = model(max_retries=3)

    async def cancel():
        task = asyncio.create_task(waiting_call(chat, mode))
        await await_until(lambda: 50 in waits)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert emulator.connections == 1
        await chat.ainvoke("hello")
        assert emulator.connections == 1

    asyncio.run(cancel())
    wait_until(lambda: emulator.connections == 0)
    assert [request.aborted_after for request in emulator.requests] == [None, None]


@pytest.mark.parametrize("mode", ["ainvoke", "astream"])
def test_a_task_that_is_cancelled_within_an_error(mode, model, emulator):
    brain = emulator.brain = Endless(status=500)
    chat = model()

    async def cancel():
        task = asyncio.create_task(waiting_call(chat, mode))
        await await_until(lambda: is_reached(emulator, brain))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await await_until(lambda: emulator.connections == 0)

    asyncio.run(cancel())
    assert_left(emulator)


@pytest.mark.parametrize("way", ["break", "close", "collected"])
def test_a_stream_that_is_left(way, model, emulator):
    emulator.brain = Endless()
    chat = model()
    if way == "break":
        for _ in chat.stream("hello"):
            break
    else:
        stream = chat.stream("hello")
        next(stream)
        assert emulator.connections == 1
        if way == "close":
            stream.close()
        else:
            held = [stream]
            held.append(held)  # only the garbage collector frees a cycle
            del held, stream
            gc.collect()
    assert_left(emulator)
    assert_well(chat, emulator)


@pytest.mark.parametrize("way", ["break", "aclose", "collected"])
def test_an_asynchronous_stream_that_is_left(way, model, emulator):
    emulator.brain = Endless()
    chat = model()

    async def leave():
        if way == "break":
            async for _ in chat.astream("hello"):
                break
        else:
            stream = chat.astream("hello")
            await anext(stream)
            assert emulator.connections == 1
            if way == "aclose":
                await stream.aclose()
            else:
                held = [stream]
                held.append(held)
                del held, stream
                gc.collect()
        await await_until(lambda: emulator.connections == 0)

    asyncio.run(leave())
    assert_left(emulator)
    assert_well(chat, emulator)


@pytest.mark.parametrize("mode", ["invoke", "stream"])
@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="this system cannot interrupt a thread")
@pytest.mark.skipif(signal.getsignal(signal.SIGINT) is signal.SIG_IGN, reason="interrupts are ignored, as of a job")
def test_an_interrupt_from_the_keyboard(mode, endless, model, emulator):
    chat = model()

    def interrupt():
        wait_until(lambda: is_reached(emulator, endless))
        signal.pthread_kill(main_thread().ident, signal.SIGINT)

    thread = Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        chat.invoke("hello") if mode == "invoke" else list(chat.stream("hello"))
    thread.join()
    assert_left(emulator)
    assert_well(chat, emulator)
