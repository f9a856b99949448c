"""A record of every request: what came, and whether its client waited for the answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from langchain_openrouter.emulator.brain import JSON


@dataclass(slots=True)
class ReceivedRequest:
    """A request as it reached the emulator. Its representation leaves the headers out: they hold the key."""

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case."""
    json: JSON
    """`None`: there was no body, or it was not JSON."""
    query: str = ""
    aborted_after: int | None = None
    """How many pieces of the body (events and comments of a stream) had been written when the client went away, before
    the answer was whole. `None`: it stayed, or is still there."""


class Recorder:
    """Reads the whole body first, so that every request can be recorded, even one that nobody handles."""

    def __init__(self, app: ASGIApp, record: Callable[[ReceivedRequest], None]) -> None:
        self._app = app
        self._record = record

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Record a request and have it answered."""
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        request = Request(scope)
        headers = dict(request.headers.items())
        received = ReceivedRequest(request.method, request.url.path, headers, _json(body), request.url.query)
        self._record(received)
        await _Exchange(received, body, receive, send).run(self._app, scope)


class _Exchange:
    """A request that is being answered, with an eye on its client."""

    def __init__(self, request: ReceivedRequest, body: bytes, receive: Receive, send: Send) -> None:
        self._request = request
        self._unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        self._receive = receive
        self._send = send
        self._written = 0
        self._is_whole = False

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        """Answer the request."""
        self._gone = asyncio.create_task(self._client_goes_away())
        try:
            await app(scope, self._replay, self._count)
        finally:
            self._gone.cancel()

    async def _replay(self) -> Message:
        return self._unread.pop() if self._unread else await asyncio.shield(self._gone)

    async def _count(self, message: Message) -> None:
        if message["type"] == "http.response.body":
            self._is_whole = not message.get("more_body", False)
            self._written += not self._is_whole
        await self._send(message)

    async def _client_goes_away(self) -> Message:
        while (message := await self._receive())["type"] != "http.disconnect":
            pass
        # the server says so, too, once the answer is out
        if not self._is_whole:
            self._request.aborted_after = self._written
        return message


def _json(body: bytes) -> JSON:
    try:
        parsed: JSON = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return parsed
