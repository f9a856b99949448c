"""The least that HTTP and JSON cost: HTTP libraries and orjson, and nothing else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import orjson
from asking import REQUEST

if TYPE_CHECKING:
    import aiohttp
    import httpx

STREAM = {**REQUEST, "stream": True}
AT_ONCE = 1000


class HttpxFloor:
    """httpx; in asynchronous calls over aiohttp, which is the quicker way."""

    def __init__(self, _: str, url: str) -> None:
        import httpx

        self.url = f"{url}/chat/completions"
        self.client = httpx.Client()
        self.idle: list[httpx.Client] = []
        self.over_aiohttp: httpx.AsyncClient | None = None

    def invoke(self) -> int:
        """Ask once."""
        orjson.loads(self.client.post(self.url, json=REQUEST).content)
        return 1

    def stream(self) -> int:
        """Ask once, and read chunk by chunk."""
        events = Events()
        with self.client.stream("POST", self.url, json=STREAM) as answer:
            return sum(events.read(piece) for piece in answer.iter_bytes())

    def batch(self, count: int, workers: int) -> int:
        """Ask often, over threads. Each has a client of its own: those that share one wait for each other."""
        with ThreadPoolExecutor(workers) as pool:
            return sum(pool.map(self.invoke_in_thread, range(count)))

    def invoke_in_thread(self, _: int) -> int:
        """Ask once, with a client that nobody else has at the time."""
        import httpx

        try:
            client = self.idle.pop()
        except IndexError:
            client = httpx.Client()
        orjson.loads(client.post(self.url, json=REQUEST).content)
        self.idle.append(client)
        return 1

    async def ainvoke(self) -> int:
        """Ask once."""
        answer = await self.async_client().post(self.url, json=REQUEST)
        orjson.loads(answer.content)
        return 1

    async def astream(self) -> int:
        """Ask once, and read chunk by chunk."""
        events = Events()
        async with self.async_client().stream("POST", self.url, json=STREAM) as answer:
            return sum([events.read(piece) async for piece in answer.aiter_bytes()])

    def async_client(self) -> httpx.AsyncClient:
        """The client of the running event loop, made at its first call."""
        if self.over_aiohttp is None:
            import httpx
            from httpx_aiohttp import AiohttpTransport

            limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
            self.over_aiohttp = httpx.AsyncClient(transport=AiohttpTransport(limits=limits))
        return self.over_aiohttp


class AiohttpFloor:
    """aiohttp, which has asynchronous calls only."""

    def __init__(self, _: str, url: str) -> None:
        self.url = f"{url}/chat/completions"
        self.session: aiohttp.ClientSession | None = None

    async def ainvoke(self) -> int:
        """Ask once."""
        async with self.open_session().post(self.url, json=REQUEST) as answer:
            orjson.loads(await answer.read())
        return 1

    async def astream(self) -> int:
        """Ask once, and read chunk by chunk."""
        events = Events()
        async with self.open_session().post(self.url, json=STREAM) as answer:
            return sum([events.read(piece) async for piece in answer.content.iter_any()])

    def open_session(self) -> aiohttp.ClientSession:
        """The session of the running event loop, made at its first call."""
        if self.session is None:
            import aiohttp

            self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE))
        return self.session


class Events:
    """Counts the events of a stream, and parses each."""

    def __init__(self) -> None:
        self.rest = b""

    def read(self, piece: bytes) -> int:
        """How many events a piece from the network completes; comments and the end are none."""
        *events, self.rest = (self.rest + piece).split(b"\n\n")
        return sum(1 for event in events if event.startswith(b"data: {") and orjson.loads(event[6:]))
