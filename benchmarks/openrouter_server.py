"""A server that answers every chat like OpenRouter: `python openrouter_server.py DELAY` prints its port.

It answers after `DELAY` seconds, and `GET /key` says what the answers that are no streams have cost so far. Its base
URLs say what a stream is of, and how long it is: `/KIND/CHUNKS/api/v1`.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from answers import key, models, streamed, unstreamed


@contextmanager
def serving(delay: float = 0.0) -> Iterator[int]:
    """Run the server in a process of its own, and give its port.

    Args:
        delay: Seconds before each answer.
    """
    with subprocess.Popen([sys.executable, __file__, str(delay)], stdout=subprocess.PIPE, text=True) as server:
        try:
            yield int(next(iter(server.stdout or ())))
        finally:
            server.kill()


def base_url(port: int, kind: str = "text", chunks: int = 1000) -> str:
    """The base URL where streams are of this kind and length."""
    return f"http://127.0.0.1:{port}/{kind}/{chunks}/api/v1"


class Answering(asyncio.Protocol):
    """One connection: any request is answered by its path and by whether it asks for a stream."""

    billed = 0
    """Answers so far that are no streams, on all connections."""

    def __init__(self, delay: float) -> None:
        self.delay, self.read = delay, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what asyncio gives for TCP
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that is complete."""
        self.read += data
        while b"\r\n\r\n" in self.read:
            head, _, rest = self.read.partition(b"\r\n\r\n")
            length = next((int(x[15:]) for x in head.split(b"\r\n") if x.lower().startswith(b"content-length:")), 0)
            if len(rest) < length:
                return
            asked, self.read = rest[:length], rest[length:]
            if head.startswith(b"GET "):
                self.transport.write(models() if b"/models" in head else key(Answering.billed))
            else:
                self.answer(self.chat(head, asked))

    def chat(self, head: bytes, asked: bytes) -> bytes:
        """The response to a chat, which is billed."""
        if b'"stream":true' not in asked.replace(b" ", b""):
            Answering.billed += 1
            return unstreamed(Answering.billed)
        _, kind, chunks, _ = head.decode().split("/", 3)
        return streamed(kind, int(chunks))

    def answer(self, answer: bytes) -> None:
        """Write an answer, after the delay where there is one."""
        if self.delay:
            asyncio.get_running_loop().call_later(self.delay, self.transport.write, answer)
        else:
            self.transport.write(answer)


async def main() -> None:
    """Serve until killed."""
    delay = float(sys.argv[1])
    server = await asyncio.get_running_loop().create_server(lambda: Answering(delay), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
