"""A server that answers every chat like OpenRouter, with bytes that are encoded once.

`python openrouter_server.py DELAY CHUNKS` prints its port. It answers after `DELAY` seconds. An unstreamed answer has
some 60 tokens; a streamed one has `CHUNKS` chunks of content.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

CHUNKS = 1000
EVENTS_PER_WRITE = 10

FACTS = {"id": "gen-1790000000-0123456789abcdefghij", "provider": "OpenAI", "model": "openai/gpt-5-mini", "created": 1}

USAGE = {
    "prompt_tokens": 10,
    "completion_tokens": 60,
    "total_tokens": 70,
    "cost": 0.000123,
    "is_byok": False,
    "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0, "image_tokens": 0},
    "cost_details": {"upstream_inference_cost": None},
}


@contextmanager
def serving(delay: float = 0.0, chunks: int = CHUNKS) -> Iterator[str]:
    """Run the server in a process of its own, and give its base URL.

    Args:
        delay: Seconds before each answer.
        chunks: Chunks of content of a streamed answer.
    """
    command = [sys.executable, __file__, str(delay), str(chunks)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            port = next(iter(server.stdout or ())).strip()
            yield f"http://127.0.0.1:{port}/api/v1"
        finally:
            server.kill()


def body(choice: dict[str, Any], kind: str, **more: Any) -> bytes:  # noqa: ANN401 - any JSON
    """One JSON body or event."""
    finish = choice.setdefault("finish_reason", None)
    choice = {"index": 0, "logprobs": None, "native_finish_reason": finish, **choice}
    return json.dumps({**FACTS, "object": kind, "choices": [choice], **more}).encode()


def unstreamed() -> bytes:
    """A whole HTTP response."""
    message = {"role": "assistant", "content": "All the world is a stage. " * 12, "refusal": None, "reasoning": None}
    data = body({"message": message, "finish_reason": "stop"}, "chat.completion", usage=USAGE, system_fingerprint=None)
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(data), data)


def streamed(chunks: int) -> bytes:
    """A whole HTTP response with events, `EVENTS_PER_WRITE` to a piece of the chunked body."""
    kind = "chat.completion.chunk"
    events = [body({"delta": {"role": "assistant", "content": f" word{n}"}}, kind) for n in range(chunks)]
    events.append(body({"delta": {"role": "assistant", "content": ""}, "finish_reason": "stop"}, kind))
    events.append(body({"delta": {"role": "assistant", "content": ""}}, kind, usage=USAGE))
    lines = [b": OPENROUTER PROCESSING\n\n", *(b"data: %b\n\n" % event for event in events), b"data: [DONE]\n\n"]
    writes = [b"".join(lines[at : at + EVENTS_PER_WRITE]) for at in range(0, len(lines), EVENTS_PER_WRITE)]
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(data), data) for data in writes) + b"0\r\n\r\n"


class Answering(asyncio.Protocol):
    """One connection: any request is answered by whether it asks for a stream."""

    def __init__(self, whole: bytes, stream: bytes, delay: float) -> None:
        self.whole, self.stream, self.delay = whole, stream, delay
        self.read = b""

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
            wants_stream = b'"stream":true' in asked.replace(b" ", b"")
            self.answer(self.stream if wants_stream else self.whole)

    def answer(self, answer: bytes) -> None:
        """Write an answer, after the delay where there is one."""
        if self.delay:
            asyncio.get_running_loop().call_later(self.delay, self.transport.write, answer)
        else:
            self.transport.write(answer)


async def main() -> None:
    """Serve until killed."""
    delay, chunks = float(sys.argv[1]), int(sys.argv[2])
    whole, stream = unstreamed(), streamed(chunks)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Answering(whole, stream, delay), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
