"""httpx's asynchronous transport over aiohttp, which takes answers from recorders too."""

from __future__ import annotations

import httpx
from httpx_aiohttp import AiohttpTransport
from httpx_aiohttp.transport import AiohttpResponseStream


class RecordableTransport(AiohttpTransport):
    """Takes the headers of an answer that has no raw ones: one that vcrpy before 9 plays back."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return the answer, whose body is still to be read."""
        response = await super().handle_async_request(request)
        if not response.headers and isinstance(response.stream, AiohttpResponseStream):
            played = response.stream._aiohttp_response  # noqa: SLF001 - the only way to the headers
            response.headers = httpx.Headers(list(played.headers.items()))
        return response
