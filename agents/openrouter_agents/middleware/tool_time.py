"""Goes on without a tool that gives no result."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import wait
from contextvars import copy_context
from functools import partial

from langchain.agents.middleware import ToolCallRequest
from langchain_core.messages import ToolMessage
from typing_extensions import override

from langchain_openrouter import ConfigurationError
from langchain_openrouter.daemon_jobs import start_in_daemon
from openrouter_agents.middleware.request_editing import AnyMiddleware, Result


class LimitToolTime(AnyMiddleware):
    """Tells the model of a tool that takes too long, so that its run does not wait for ever.

    Asynchronous tools are cancelled, which ends the workers of a code interpreter. Synchronous ones cannot be stopped
    from outside: they go on in a thread of their own, and what they give is lost.

    Args:
        seconds: How long a call may take.

    Raises:
        ConfigurationError: It is no time.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        if seconds <= 0:
            raise ConfigurationError(f"tool_timeout is a number of seconds, or None for no limit, not {seconds!r}.")
        self._seconds = seconds

    @override
    def wrap_tool_call(self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Result]) -> Result:
        future = start_in_daemon(partial(copy_context().run, handler, request), "tool-call")
        wait([future], self._seconds)
        return future.result() if future.done() else self._too_late(request)

    @override
    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[Result]]
    ) -> Result:
        limit = asyncio.timeout(self._seconds)
        try:
            async with limit:
                return await handler(request)
        except TimeoutError:
            if limit.expired():
                return self._too_late(request)
            raise

    def _too_late(self, request: ToolCallRequest) -> ToolMessage:
        call = request.tool_call
        return ToolMessage(
            f"Error: {call['name']} gave no result within {self._seconds:g} seconds. What it was asked for may have "
            "been done, wholly or in part, or not at all. Go on without it, or say that it took too long.",
            tool_call_id=call["id"],
            name=call["name"],
            status="error",
        )
