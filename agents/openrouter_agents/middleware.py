"""What keeps a run alive: a bound on model calls, and tools whose failures stay inside their messages."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from langchain.agents.middleware import (
    AgentMiddleware,
    ModelCallLimitMiddleware,
    ModelRequest,
    ModelResponse,
    ToolCallRequest,
    ToolErrorMiddleware,
)
from langchain_core.messages import AIMessage, AnyMessage, ToolMessage
from typing_extensions import override

_LOG = logging.getLogger(__name__)
_LOG.addHandler(logging.NullHandler())

_UNANSWERED = "Error: this call was interrupted before it gave a result."

AnyMiddleware = AgentMiddleware[Any, Any, Any]


def essential_middleware(max_model_calls: int, given: Sequence[AnyMiddleware]) -> list[AnyMiddleware]:
    """Put the middleware that every agent needs around what was given.

    Args:
        max_model_calls: Model calls after which a run ends with a message that says so.
        given: The caller's own middleware. One of a kind that is essential replaces ours.

    Returns:
        All middleware, outermost first: failures of tools are caught outside the given ones, so that a retry among
        them sees each failure before it becomes a message.
    """
    ours: list[AnyMiddleware] = [
        ModelCallLimitMiddleware(run_limit=max_model_calls),
        AnswerOpenCalls(),
        ToolErrorMiddleware(describe_tool_error),
    ]
    taken = {middleware.name for middleware in given}
    return [*(middleware for middleware in ours if middleware.name not in taken), *given]


def describe_tool_error(error: Exception, request: ToolCallRequest) -> str:
    """Tell the model that a tool raised, by the kind of the exception: its text may hold paths and keys."""
    name = request.tool_call["name"]
    _LOG.debug("The tool %s raised.", name, exc_info=error)
    return (
        f"Error: {name} failed inside ({type(error).__name__}) and gave no result. "
        "Try other arguments or another tool, or tell the user that it failed."
    )


class AnswerOpenCalls(AgentMiddleware[Any, Any, Any]):
    """Gives every open tool call in the history an answer, for the model's eyes only.

    A run that is cancelled while its tools work leaves calls without results on its thread. Providers refuse such a
    history with 400, for ever: the thread would be lost.
    """

    @override
    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        return handler(_without_open_calls(request))

    @override
    async def awrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]]
    ) -> ModelResponse[Any]:
        return await handler(_without_open_calls(request))


def answer_open_calls(messages: Sequence[AnyMessage]) -> list[AnyMessage]:
    """Add an error result, right after its message, for each tool call that has none."""
    answered = {message.tool_call_id for message in messages if isinstance(message, ToolMessage)}
    whole: list[AnyMessage] = []
    for message in messages:
        whole.append(message)
        if isinstance(message, AIMessage):
            whole += [
                ToolMessage(_UNANSWERED, tool_call_id=call["id"], name=call["name"], status="error")
                for call in message.tool_calls
                if call["id"] not in answered
            ]
    return whole


def _without_open_calls(request: ModelRequest[Any]) -> ModelRequest[Any]:
    whole = answer_open_calls(request.messages)
    return request if len(whole) == len(request.messages) else request.override(messages=whole)
