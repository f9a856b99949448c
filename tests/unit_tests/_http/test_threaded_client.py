"""Threads have connections of their own, no more than they need, and leave none behind."""

from __future__ import annotations

import gc
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from langchain_openrouter._http.clients import Request
from langchain_openrouter._http.threaded_client import ThreadedClient
from tests.unit_tests._http.conftest import says_hi
from tests.unit_tests._http.sockets import connections, connections_to, needs_proc
from tests.unit_tests.plain_server import Page, PlainServer, plain_server

pytestmark = needs_proc


class Clock:
    """Shows the time that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client_of(clock):
    """Make a client: `client_of(most=2)`."""
    clients = []

    def make(**limits: float) -> ThreadedClient:
        limits = {"most": 20, "most_idle": 20, "idle_for": 60.0, **limits}
        clients.append(ThreadedClient(single_transport, clock=clock, **limits))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def single_transport() -> httpx.HTTPTransport:
    return httpx.HTTPTransport(limits=httpx.Limits(max_connections=1), trust_env=False)


def asking(url: str, pool: float | None = 30.0) -> Request:
    return Request("GET", url, None, httpx.Headers({"host": "127.0.0.1"}), httpx.Timeout(30.0, pool=pool))


def open_some(client: ThreadedClient, server: PlainServer, count: int) -> list[httpx.Response]:
    """Open answers that are still to be read."""
    return [client.open(asking(server.url)) for _ in range(count)]


def read_all(responses: list[httpx.Response]) -> None:
    for response in responses:
        response.read()


def test_calls_at_the_same_time_have_connections_of_their_own(client_of, server):
    client = client_of()
    opened = open_some(client, server, 5)
    assert connections_to(server.url) == 5
    read_all(opened)
    read_all(open_some(client, server, 5))
    assert connections_to(server.url) == 5


def test_calls_one_after_the_other_keep_to_the_connection_that_was_used_last(client_of, server, clock):
    client = client_of()
    read_all(open_some(client, server, 5))
    for clock.now in (30.0, 59.0, 61.0, 90.0):
        read_all(open_some(client, server, 1))
    assert connections_to(server.url) == 1


def test_connections_that_nobody_uses_are_closed_beside_one_that_is(client_of, server, clock):
    client = client_of(idle_for=60.0)
    read_all(open_some(client, server, 5))
    clock.now = 59.0
    read_all(open_some(client, server, 2))
    assert connections_to(server.url) == 5
    clock.now = 61.0
    read_all(open_some(client, server, 1))
    assert connections_to(server.url) == 2


def test_no_more_than_so_many_are_kept_when_nobody_uses_them(client_of, server):
    client = client_of(most_idle=3)
    opened = open_some(client, server, 8)
    assert connections_to(server.url) == 8
    read_all(opened)
    assert connections_to(server.url) == 3


def test_no_more_than_so_many_at_the_same_time(client_of, server):
    client = client_of(most=2)
    first, _ = open_some(client, server, 2)
    with pytest.raises(httpx.PoolTimeout):
        client.open(asking(server.url, pool=0.001))
    first.read()
    assert client.open(asking(server.url)).read()
    assert connections_to(server.url) == 2


def test_a_call_waits_for_its_turn(client_of, server):
    client = client_of(most=1)
    (first,) = open_some(client, server, 1)
    with ThreadPoolExecutor(4) as threads:
        waiting = [threads.submit(lambda: client.open(asking(server.url)).read()) for _ in range(4)]
        assert not any(call.done() for call in waiting)
        first.read()
    assert all(b"Hi!" in call.result() for call in waiting)
    assert connections_to(server.url) == 1


def test_an_answer_that_is_left_closes_its_connection_and_ends_its_turn(client_of, server):
    client = client_of(most=1)
    for _ in range(3):
        client.open(asking(server.url)).close()
        assert connections_to(server.url) == 0
    response = client.open(asking(server.url))
    next(iter(response.stream))
    response.close()
    response.close()
    assert connections_to(server.url) == 0
    read_all(open_some(client, server, 1))


def test_an_answer_that_breaks_off_ends_its_turn(client_of):
    with plain_server(lambda _: Page(b"half", promised=8)) as server:
        client = client_of(most=1)
        for _ in range(3):
            with pytest.raises(httpx.RemoteProtocolError):
                client.open(asking(server.url, pool=0.001)).read()
        assert connections_to(server.url) == 0


def test_calls_that_find_nobody_end_their_turns(client_of, server):
    client = client_of(most=1)
    with plain_server(says_hi) as gone:
        nowhere = gone.url
    for _ in range(3):
        with pytest.raises(httpx.ConnectError):
            client.open(asking(nowhere, pool=0.001))
    with pytest.raises(httpx.UnsupportedProtocol):
        client.open(asking("nowhere", pool=0.001))
    read_all(open_some(client, server, 1))


def test_closing_ends_what_is_in_use_and_keeps_nothing_that_comes_back(client_of):
    longer_than_buffers = Page(b"x" * 20_000_000)
    with plain_server(lambda _: longer_than_buffers) as server:
        client = client_of()
        idle, in_use = open_some(client, server, 2)
        idle.read()
        client.close()
        client.close()
        assert connections_to(server.url) == 0
        with pytest.raises(httpx.HTTPError):
            in_use.read()
        read_all(open_some(client, server, 1))  # by a call that had the client when it was closed
        assert connections_to(server.url) == 0


def test_closing_again_ends_what_was_opened_after_the_first_time(client_of, server):
    client = client_of()
    read_all(open_some(client, server, 1))
    client.close()
    (in_use,) = open_some(client, server, 1)
    client.close()
    assert connections_to(server.url) == 0
    in_use.close()


ACTS = st.lists(st.sampled_from(["open", "read", "leave", "wait", "close"]), max_size=40)


@settings(max_examples=30, deadline=None)
@given(acts=ACTS)
@example(acts=["open", "read", "close"])
def test_turns_and_connections_balance_whatever_happens(acts):
    with plain_server(says_hi) as server:  # one for each example, so that what one leaves fails no other
        balance(server, acts)


def balance(server: PlainServer, acts: list[str]) -> None:
    clock, opened, widest = Clock(), [], 0
    client = ThreadedClient(single_transport, most=4, most_idle=2, idle_for=60.0, clock=clock)
    for act in acts:
        match act:
            case "open" if len(opened) < 4:
                opened += open_some(client, server, 1)
                widest = max(widest, len(opened))
            case "read" if opened:
                opened.pop().read()
            case "leave" if opened:
                opened.pop(0).close()
            case "wait":
                clock.now += 61.0
            case "close" if not opened:
                client.close()
        assert len(opened) <= connections_to(server.url) <= min(widest, len(opened) + 2)
    for response in opened:
        response.close()
    opened = open_some(client, server, 4)  # every turn is there, and no more
    with pytest.raises(httpx.PoolTimeout):
        client.open(asking(server.url, pool=0.001))
    client.close()
    assert connections_to(server.url) == 0
    for response in opened:
        response.close()


def meeting(parties: int):
    """An answer that nobody gets before so many ask at the same time."""
    barrier = threading.Barrier(parties)

    def answer(path: str) -> Page:
        barrier.wait(timeout=60)
        return says_hi(path)

    return answer


def test_a_batch_has_as_many_connections_as_threads(model_at):
    with plain_server(meeting(8)) as server:
        chat = model_at(server)
        chat.batch(["hello"] * 64, config={"max_concurrency": 8})
        assert connections_to(server.url) == 8
        chat.close()
        assert connections_to(server.url) == 0


def contexts() -> int:
    """How many objects of OpenSSL that load certificates are alive."""
    gc.collect()
    return sum(isinstance(one, ssl.SSLContext) for one in gc.get_objects())


def test_the_connections_of_threads_share_what_tls_loads(model_at, certificates, authority_file):
    with plain_server(meeting(8), certificates) as server:
        before = contexts()
        chat = model_at(server, verify=str(authority_file))
        chat.batch(["hello"] * 8, config={"max_concurrency": 8})
        assert connections_to(server.url) == 8
        assert contexts() - before <= 1


def test_a_pool_that_goes_takes_the_connections_of_all_threads_with_it(model, emulator):
    chat = model()
    chat.batch(["hello"] * 32, config={"max_concurrency": 8})
    assert 1 <= connections(emulator) <= 8
    del chat
    gc.collect()
    assert connections(emulator) == 0
