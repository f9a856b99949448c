"""The emulator's life: a server on a free loopback port, in a thread of its own."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from concurrent.futures import Future
from decimal import Decimal
from threading import Lock, Thread
from types import TracebackType
from typing import Self

try:
    import uvicorn
    from uvicorn.protocols.http.h11_impl import H11Protocol
    from uvicorn.server import ServerState

    from langchain_openrouter.emulator.api import PREFIX, Api
    from langchain_openrouter.emulator.recording import ReceivedRequest
    from langchain_openrouter.emulator.watching import show
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] not in {"starlette", "uvicorn", "h11"}:
        raise
    raise ImportError(
        "The OpenRouter emulator needs starlette and uvicorn. Install them with: "
        "pip install 'langchain-openrouter-agents[emulator]'"
    ) from error

from langchain_openrouter.emulator.accounting import Account, LimitReset
from langchain_openrouter.emulator.batch_job import BatchRules
from langchain_openrouter.emulator.batches import Batches
from langchain_openrouter.emulator.book import Book
from langchain_openrouter.emulator.brain import Brain
from langchain_openrouter.emulator.faults import Faults
from langchain_openrouter.emulator.generations import GenerationRules, Generations

HOST = "127.0.0.1"
KEEP_ALIVE_SECONDS = 600
"""Clients keep connections for later; one that the server has closed meanwhile would look like a fault."""

_LOG = logging.getLogger(__name__)
_LOG.addHandler(logging.NullHandler())


class OpenRouterEmulator:
    """An OpenRouter on loopback, with its own catalogue, books and brain.

    Use it as a context manager, in plain or in async code, or call `start` and `stop`. It costs nothing, knows no
    network, and can be stopped and started again; its port stays the same, its books go on.

    Args:
        brain: What answers chat requests; `None`: a `ReadingBrain`. Can be replaced while it runs.
        port: The port on 127.0.0.1; 0: a free one.
        api_key: The key for inference.
        management_key: The key for `/credits` and `/activity`.
        credits_usd: Credits bought, in USD: a number or decimal text. Spent credits are answered with 402.
        key_limit_usd: What the inference key may spend, in USD; `None`: no limit. A spent limit is answered with 403.
        key_limit_reset: When that starts anew, in UTC: `daily`, `weekly` (Mondays) or `monthly`; `None`: never.
        batch_rules: How batches go; `None`: the first look at one finds it done.
        generation_rules: How records of generations are found; `None`: at once, with what was billed.

    `faults` has the failures that are set up in advance: `faults.add("/credits", Failure(500, "down"))`.
    """

    def __init__(  # noqa: PLR0913 - all are optional
        self,
        brain: Brain | None = None,
        *,
        port: int = 0,
        api_key: str = "sk-or-v1-emulator",
        management_key: str = "sk-or-v1-emulator-management",
        credits_usd: str | float | Decimal = "10",
        key_limit_usd: str | float | Decimal | None = None,
        key_limit_reset: LimitReset | None = None,
        batch_rules: BatchRules | None = None,
        generation_rules: GenerationRules | None = None,
    ) -> None:
        self.brain: Brain = _default_brain() if brain is None else brain
        self.api_key = api_key
        self.management_key = management_key
        limit = None if key_limit_usd is None else Decimal(str(key_limit_usd))
        self.account = Account(Decimal(str(credits_usd)), limit, key_limit_reset)
        self.batches = Batches(batch_rules or BatchRules())
        self.generations = Generations(generation_rules or GenerationRules())
        self.faults = Faults()
        self._port = port
        self._requests: list[ReceivedRequest] = []
        self._running: _Running | None = None
        self._lock = Lock()

    def __repr__(self) -> str:
        where = f"at {self.base_url}" if self._running else "stopped"
        return f"<OpenRouterEmulator {where}, {len(self.book.entries)} generations>"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.start)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)

    @property
    def base_url(self) -> str:
        """What clients take as the base URL; known once the emulator has started."""
        if self._port == 0:
            raise RuntimeError("The emulator has no port before it has started: call start() or use `with`.")
        return f"http://{HOST}:{self._port}{PREFIX}"

    @property
    def book(self) -> Book:
        """What was generated and what it cost."""
        return self.account.book

    @property
    def requests(self) -> list[ReceivedRequest]:
        """A copy of all requests so far, oldest first, refused ones too."""
        return list(self._requests)

    @property
    def connections(self) -> int:
        """How many connections are open at the moment, those that clients keep for later among them."""
        running = self._running
        return 0 if running is None else running.connections

    def start(self) -> Self:
        """Start serving and return once connections are accepted. Starting twice does nothing.

        Raises:
            OSError: The port is taken.
        """
        with self._lock:
            if self._running is None:
                self._running = _Running(Api(self), self._record, self._port)
                self._port = self._running.port
        return self

    def stop(self) -> None:
        """Stop serving and close all connections; streams break off. Stopping twice does nothing."""
        with self._lock:
            if self._running is not None:
                self._running.stop()
                self._running = None

    def _record(self, request: ReceivedRequest) -> None:
        self._requests.append(request)
        show(request)


class _Running:
    """A thread with an event loop that serves until it is told to stop."""

    def __init__(self, api: Api, record: Callable[[ReceivedRequest], None], port: int) -> None:
        self._socket = _listening_socket(port)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            api.application(record),
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
        config.load()
        self._config = config
        self._state = ServerState()
        self._stopping: asyncio.Event
        self._loop: asyncio.AbstractEventLoop
        started: Future[None] = Future()
        self._thread = Thread(target=self._run, args=(started,), name="openrouter-emulator", daemon=True)
        self._thread.start()
        started.result()

    @property
    def connections(self) -> int:
        return len(self._state.connections)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self, started: Future[None]) -> None:
        try:
            asyncio.run(self._serve(started))
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    async def _serve(self, started: Future[None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        state = self._state
        # uvicorn.Server polls ten times a second and waits a tenth of a second to stop; tests start hundreds of these.
        server = await self._loop.create_server(self._protocol, sock=self._socket)
        started.set_result(None)
        await self._stopping.wait()
        server.close()
        for connection in list(state.connections):
            connection.transport.abort()
        for task in state.tasks:
            task.cancel()
        await asyncio.gather(*state.tasks, return_exceptions=True)

    def _protocol(self) -> H11Protocol:
        protocol = H11Protocol(self._config, self._state, {}, self._loop)
        # Connections are cut on purpose here: uvicorn's own logger would call that an error.
        protocol.logger = _LOG
        return protocol


def _listening_socket(port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it, each answer takes 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError:
        listening.close()
        raise
    listening.listen(2048)
    return listening


def _default_brain() -> Brain:
    from langchain_openrouter.emulator.brains.reading import ReadingBrain

    return ReadingBrain()
