"""A server that sends recorded bytes, in uneven pieces, over HTTP/1.1 on loopback."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable
from typing import Any, Self

_HEADERS_NOT_SENT = {"content-length", "transfer-encoding", "content-encoding", "connection"}


class RawServer:
    """Answers `POST /{name}/...` with the exchange that `load(name)` returns."""

    def __init__(self, load: Callable[[str], dict[str, Any]]) -> None:
        self._load = load
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self.url = ""

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def _close(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.current_task())
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")
                length = next(int(x.partition(":")[2]) for x in lines if x.lower().startswith("content-length:"))
                await reader.readexactly(length)
                name = lines[0].split()[1].split("/")[1]
                await self._answer(writer, name)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.close()
            self._tasks.discard(asyncio.current_task())

    async def _answer(self, writer: asyncio.StreamWriter, name: str) -> None:
        response = self._load(name)["response"]
        headers = {k: v for k, v in response["headers"].items() if k.lower() not in _HEADERS_NOT_SENT}
        headers = {**headers, "content-type": response["content_type"], "transfer-encoding": "chunked"}
        writer.write(f"HTTP/1.1 {response['status']} OK\r\n".encode())
        writer.write("".join(f"{key}: {value}\r\n" for key, value in headers.items()).encode() + b"\r\n")
        for piece in uneven_pieces(response["body_text"].encode(), response.get("recorded_chunk_sizes"), name):
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            await writer.drain()
        writer.write(b"0\r\n\r\n")
        await writer.drain()


def uneven_pieces(body: bytes, recorded_sizes: list[int] | None, seed: str) -> list[bytes]:
    """Cut a body where the network did, or into a few dozen pieces of any sizes, always the same ones for a seed."""
    if recorded_sizes and sum(recorded_sizes) == len(body):
        sizes = recorded_sizes
    else:
        draw = random.Random(seed)
        sizes = [max(1, int(len(body) * draw.random() / 12)) for _ in range(200)]
    pieces, at = [], 0
    for size in sizes:
        if at < len(body):
            pieces.append(body[at : at + size])
            at += size
    return [*pieces, body[at:]] if at < len(body) else pieces
