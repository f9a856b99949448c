"""All of an agent's middleware, in its order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain.agents.middleware import ToolErrorMiddleware
from langchain_core.tools import BaseTool

from openrouter_agents.citations import Citations
from openrouter_agents.middleware.call_limits import LimitModelCalls, LimitToolCalls
from openrouter_agents.middleware.context_window import FitContext
from openrouter_agents.middleware.human_review import Reviewed, human_review
from openrouter_agents.middleware.open_calls import AnswerOpenCalls
from openrouter_agents.middleware.plain_images import PlainImages
from openrouter_agents.middleware.progress import StreamProgress
from openrouter_agents.middleware.repeated_calls import StopRepeatedCalls
from openrouter_agents.middleware.request_editing import AnyMiddleware
from openrouter_agents.middleware.tool_context import TellToolsTheirRun
from openrouter_agents.middleware.tool_errors import describe_tool_error
from openrouter_agents.middleware.tool_time import LimitToolTime
from openrouter_agents.middleware.untrusted_results import MarkUntrusted, gives_untrusted


@dataclass(frozen=True, slots=True)
class RunLimits:
    """What one run may do."""

    max_model_calls: int
    max_tool_calls: int
    tool_call_limits: Mapping[str, int] = field(default_factory=dict)
    """Calls of single tools, by name."""
    tool_timeout: float | None = None
    """Seconds that a call of a tool may take; `None`: as long as it wants to."""


def stack_middleware(
    limits: RunLimits,
    tools: Sequence[BaseTool | dict[str, Any]],
    reviewed: Reviewed,
    budget: Sequence[AnyMiddleware],
    given: Sequence[AnyMiddleware],
) -> list[AnyMiddleware]:
    """Put the middleware that every agent needs around what was given.

    Requests pass from the first to the last, so that what repairs a history comes before what measures it. Failures of
    tools are caught outside of the given ones, so that a retry among them sees each failure before it is a message.
    What there is no money for is no failure: it is dealt with inside of them, where no retry or fallback sees it.

    Args:
        limits: What one run may do.
        tools: The tools that there are. Where there are searches, their results are numbered and cited; where others
            write what tools give, images of answers are shown as text.
        reviewed: Which calls people approve.
        budget: What keeps the agent to its budget, if anything does.
        given: The caller's own middleware. One of a kind that is built in replaces ours.

    Returns:
        All middleware, outermost first.

    Raises:
        ConfigurationError: A limit or a name of a tool is none.
    """
    tool_names = [tool.name for tool in tools if isinstance(tool, BaseTool)]
    ours: list[AnyMiddleware] = [
        StreamProgress(),
        AnswerOpenCalls(),
        LimitModelCalls(limits.max_model_calls),
        LimitToolCalls(limits.max_tool_calls, limits.tool_call_limits, tool_names),
        StopRepeatedCalls(),
        FitContext(),
        ToolErrorMiddleware(describe_tool_error),
        MarkUntrusted(),
        *([Citations()] if any(getattr(tool, "gives_sources", False) for tool in tools) else []),
        # Inside of the citations, whose places are those in the text as it is in the end.
        *([PlainImages()] if any(map(gives_untrusted, tools)) else []),
        *([] if limits.tool_timeout is None else [LimitToolTime(limits.tool_timeout)]),
        TellToolsTheirRun(),
        *human_review(reviewed, tool_names),
    ]
    taken = {middleware.name for middleware in given}
    return [*(middleware for middleware in ours if middleware.name not in taken), *given, *budget]
