"""The two kinds of response: JSON, and pieces of bytes that are written one by one and may stop short."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from langchain_openrouter.emulator.answering import ConnectionCutError
from langchain_openrouter.emulator.brain import JSON, Failure
from langchain_openrouter.emulator.failures import error_body
from langchain_openrouter.emulator.stream import to_json


def json_response(body: Mapping[str, JSON], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON body."""
    return Response(to_json(body), status, headers=headers, media_type="application/json")


def failure_response(failure: Failure) -> Response:
    """An error before anything was generated."""
    return json_response(error_body(failure), failure.status, failure.headers)


class Pieces(Response):
    """Writes each piece on its own, stops when the client goes away, and can leave the body without an end.

    The server closes the connection of a body that has no end.
    """

    def __init__(self, pieces: Iterable[bytes], status: int, headers: Mapping[str, str], *, cut: bool = False) -> None:
        self.pieces = iter(pieces)
        self.cut = cut
        self.status_code = status
        self.background = None
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - an ASGI app
        """Send the response."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        gone = asyncio.ensure_future(_client_goes_away(receive))
        try:
            for piece in self.pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                # Sending seldom waits, and a client that goes away is only noticed when something does.
                await asyncio.sleep(0)
                if gone.done():
                    return
            if self.cut:
                return
        except ConnectionCutError:
            return
        finally:
            gone.cancel()
            close = getattr(self.pieces, "close", None)
            if close is not None:
                close()
        await send({"type": "http.response.body", "body": b""})


async def _client_goes_away(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
