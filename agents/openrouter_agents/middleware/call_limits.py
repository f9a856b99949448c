"""Bounds on what one run may do: calls of models and of tools, and steps of the graph."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from difflib import get_close_matches

from langchain.agents.middleware import ModelCallLimitMiddleware, ToolCallLimitMiddleware, ToolCallRequest
from langchain_core.messages import AIMessage, ToolMessage
from typing_extensions import override

from langchain_openrouter import ConfigurationError
from openrouter_agents.middleware.current_run import answers_of_run
from openrouter_agents.middleware.request_editing import (
    AnyMiddleware,
    Request,
    RequestEditor,
    Result,
    stop,
    with_answer_due,
)

_MANY = 1_000
"""Model calls of a run that has no limit of its own."""


class LimitModelCalls(RequestEditor):
    """Ends a run after its last model call, which is made without tools, so that it is an answer.

    Unlike LangChain's, it adds no nodes to the graph, each of which a checkpointer would write down at every step; and
    it goes on counting when a run is resumed.

    Args:
        most: Model calls of a run.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self.run_limit = check_limit("max_model_calls", most)

    @property
    @override
    def name(self) -> str:
        """That of LangChain's, which replaces it where the caller gives one."""
        return ModelCallLimitMiddleware.__name__

    @override
    def edit(self, request: Request) -> Request | AIMessage:
        left = self.run_limit - len(answers_of_run(request.messages))
        limit = _times(self.run_limit)
        if left <= 0:
            return stop(
                "model_calls", f"a run may ask the model {limit}, and there was no answer yet. Ask me to go on."
            )
        if left == 1:
            return with_answer_due(request, f"it may ask the model {limit}, and this is the last time")
        return request


class LimitToolCalls(AnyMiddleware):
    """Does not carry out calls of tools beyond so many in a run, and tells the model so.

    Args:
        most: Calls of all tools together.
        by_tool: Calls of single tools, by name.
        names: The tools that there are.

    Raises:
        ConfigurationError: A limit is below 1, or of a tool that is not there.
    """

    def __init__(self, most: int, by_tool: Mapping[str, int], names: Collection[str]) -> None:
        super().__init__()
        self._most = check_limit("max_tool_calls", most)
        for name, limit in by_tool.items():
            check_limit(f"tool_call_limits[{name!r}]", limit)
            check_tool_name("tool_call_limits", name, names)
        self._by_tool = by_tool

    @property
    @override
    def name(self) -> str:
        """That of LangChain's, which replaces it where the caller gives one."""
        return ToolCallLimitMiddleware.__name__

    @override
    def wrap_tool_call(self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Result]) -> Result:
        return self._refusal(request) or handler(request)

    @override
    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[Result]]
    ) -> Result:
        return self._refusal(request) or await handler(request)

    def _refusal(self, request: ToolCallRequest) -> ToolMessage | None:
        name = request.tool_call["name"]
        before = _calls_before(request)
        limit = self._by_tool.get(name)
        if limit is not None and before.count(name) >= limit:
            return _refuse(request, f"{name} may be called {_times(limit)} in a run, and was")
        if len(before) >= self._most:
            return _refuse(request, f"tools may be called {_times(self._most)} in a run, and were")
        return None


def _calls_before(request: ToolCallRequest) -> list[str]:
    """The tools that were called in this run before this call, beside it in the same answer too."""
    calls = [call for answer in answers_of_run(request.state["messages"]) for call in answer.tool_calls]
    # From the end, because some models use their ids again.
    while calls and calls.pop()["id"] != request.tool_call["id"]:
        pass
    return [call["name"] for call in calls]


def _refuse(request: ToolCallRequest, why: str) -> ToolMessage:
    call = request.tool_call
    text = f"Error: this call was not carried out, because {why}. Do without it, and answer with what you have."
    return ToolMessage(text, tool_call_id=call["id"], name=call["name"], status="error")


def check_limit(option: str, limit: int) -> int:
    """Make sure that a limit is at least 1.

    Raises:
        ConfigurationError: It is not.
    """
    if limit < 1:
        raise ConfigurationError(f"{option} is a number of at least 1, not {limit!r}.")
    return limit


def check_tool_name(option: str, name: str, known: Collection[str]) -> None:
    """Make sure that there is a tool of that name.

    Raises:
        ConfigurationError: There is none.
    """
    if name not in known:
        close = get_close_matches(name, known, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise ConfigurationError(
            f"{option} names a tool that the agent does not have: {name!r}.{hint} It has: {', '.join(sorted(known))}."
        )


def most_steps(nodes: int, middleware: Iterable[AnyMiddleware]) -> int:
    """The recursion limit of a graph: steps that no run takes that keeps to its model calls.

    Args:
        nodes: Nodes of the graph. Each is passed at most once for a model call.
        middleware: All that the agent has, whose limit of model calls counts.
    """
    limits = [one.run_limit for one in middleware if isinstance(one, LimitModelCalls | ModelCallLimitMiddleware)]
    return nodes * (min((limit for limit in limits if limit), default=_MANY) + 1)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
