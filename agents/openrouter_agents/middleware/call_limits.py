"""Bounds on what one run may do: calls of models and of tools, and steps of the graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from langchain.agents.middleware import ModelCallLimitMiddleware, ToolCallLimitMiddleware, hook_config
from langchain.agents.middleware.model_call_limit import ModelCallLimitState
from langchain_core.messages import AIMessage
from langgraph.runtime import Runtime
from typing_extensions import override

from langchain_openrouter import ConfigurationError
from openrouter_agents.middleware.request_editing import AnyMiddleware, Request, RequestEditor, with_answer_due

_MANY = 1_000
"""Model calls of a run that has no limit of its own."""


class LimitModelCalls(RequestEditor, ModelCallLimitMiddleware[Any, Any]):
    """Ends a run after its last model call, which is made without tools, so that it is an answer.

    Args:
        most: Model calls of a run.
    """

    def __init__(self, most: int) -> None:
        super().__init__(run_limit=most)
        self._most = most

    @property
    @override
    def name(self) -> str:
        """LangChain's own name for it, by which one given by the caller replaces it."""
        return ModelCallLimitMiddleware.__name__

    @override
    def edit(self, request: Request) -> Request:
        made: object = request.state.get("run_model_call_count", 0)
        if made != self._most - 1:
            return request
        return with_answer_due(request, f"it may ask the model {_times(self._most)}, and this is the last time")

    @hook_config(can_jump_to=["end"])
    @override
    def before_model(self, state: ModelCallLimitState[Any], runtime: Runtime[Any]) -> dict[str, Any] | None:
        ended = super().before_model(state, runtime)
        if ended is None:
            return None
        said = (
            f"I stopped at the limit of {_times(self._most)} that a run may ask the model, before there was an answer. "
            "Ask me to go on."
        )
        return {**ended, "messages": [AIMessage(said)]}


def tool_call_limits(most: int, by_tool: Mapping[str, int], names: Iterable[str]) -> list[AnyMiddleware]:
    """Bound the calls of tools in a run. The model is told of each call that is not carried out.

    Args:
        most: Calls of all tools together.
        by_tool: Calls of single tools, by name.
        names: The tools that there are.

    Raises:
        ConfigurationError: A limit is below 1, or of a tool that is not there.
    """
    known = set(names)
    for name, limit in by_tool.items():
        check_limit(f"tool_call_limits[{name!r}]", limit)
        check_tool_name("tool_call_limits", name, known)
    return [
        ToolCallLimitMiddleware(run_limit=check_limit("max_tool_calls", most)),
        *(ToolCallLimitMiddleware(tool_name=name, run_limit=limit) for name, limit in by_tool.items()),
    ]


def check_limit(option: str, limit: int) -> int:
    """Make sure that a limit is at least 1.

    Raises:
        ConfigurationError: It is not.
    """
    if limit < 1:
        raise ConfigurationError(f"{option} is a number of at least 1, not {limit!r}.")
    return limit


def check_tool_name(option: str, name: str, known: set[str]) -> None:
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
    limits = [one.run_limit for one in middleware if isinstance(one, ModelCallLimitMiddleware)]
    return nodes * (min((limit for limit in limits if limit), default=_MANY) + 1)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
