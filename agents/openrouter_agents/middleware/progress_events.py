"""What agents stream beside tokens and results: plain dictionaries, which any server can send as JSON."""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

ToolStatus: TypeAlias = Literal["success", "error", "interrupted", "cancelled"]
"""How a tool ended. `interrupted`: it waits for a human, and will begin anew with the answer."""


class ToolStarted(TypedDict):
    """A tool begins to work."""

    type: Literal["tool_started"]
    tool: str
    tool_call_id: str | None


class ToolProgress(TypedDict):
    """A tool tells how far it is."""

    type: Literal["tool_progress"]
    tool: str
    tool_call_id: str | None
    message: str
    fraction: NotRequired[float]
    """How much is done, from 0 to 1."""


class ToolEnded(TypedDict):
    """A tool has ended, one way or the other."""

    type: Literal["tool_ended"]
    tool: str
    tool_call_id: str | None
    status: ToolStatus
    seconds: float


class SpendSoFar(TypedDict):
    """A step that asked models has ended.

    Amounts are USD as decimal text, `None` where an answer did not tell its cost. The run is all that follows a
    question, also when it is interrupted and resumed.
    """

    type: Literal["spend"]
    tool: str | None
    """The tool that asked a model; `None`: the agent itself did."""
    cost: str | None
    """Of this step, with its retries."""
    run_cost: str | None
    run_model_calls: int
    """Requests that were sent, retries included."""
    run_input_tokens: int
    run_output_tokens: int


ProgressEvent: TypeAlias = ToolStarted | ToolProgress | ToolEnded | SpendSoFar
"""Everything that `StreamProgress` streams, told apart by `type`."""
