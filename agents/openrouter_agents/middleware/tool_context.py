"""What a tool, and whatever it calls, knows of the run that it works for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from langchain.agents.middleware import ToolCallRequest
from typing_extensions import override

from openrouter_agents.middleware.current_run import run_id
from openrouter_agents.middleware.request_editing import AnyMiddleware, Result


class TellToolsTheirRun(AnyMiddleware):
    """Tags what tools ask models for, and gives runs without a thread one of their own.

    - A model call inside a tool has the tag `tool:NAME`, so that a `SpendLedger` and callbacks attribute what it cost,
      and a `Budget("tag:tool:NAME", ...)` bounds it.
    - Without a thread, tools that keep state by thread (the sandbox) would share it between all runs of the agent.
    """

    @override
    def wrap_tool_call(self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Result]) -> Result:
        _tell(request)
        return handler(request)

    @override
    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[Result]]
    ) -> Result:
        _tell(request)
        return await handler(request)


def _tell(request: ToolCallRequest) -> None:
    # In place, because LangGraph hands this very object, which belongs to the one call, to the tool.
    config = request.runtime.config
    tag = f"tool:{request.tool_call['name']}"
    tags = config.get("tags") or []
    config["tags"] = tags if tag in tags else [*tags, tag]
    settings = config.get("configurable") or {}
    if "thread_id" not in settings:
        config["configurable"] = {**settings, "thread_id": run_id(request.state["messages"])}
