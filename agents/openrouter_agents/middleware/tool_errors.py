"""What the model is told of a tool that raised."""

from __future__ import annotations

import logging

from langchain.agents.middleware import ToolCallRequest

_LOG = logging.getLogger(__name__)
_LOG.addHandler(logging.NullHandler())


def describe_tool_error(error: Exception, request: ToolCallRequest) -> str:
    """Tell the model that a tool raised, by the kind of the exception: its text may hold paths and keys."""
    name = request.tool_call["name"]
    _LOG.debug("The tool %s raised.", name, exc_info=error)
    return (
        f"Error: {name} failed inside ({type(error).__name__}) and gave no result. "
        "Try other arguments or another tool, or tell the user that it failed."
    )
