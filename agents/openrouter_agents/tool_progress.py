"""How a tool tells whoever streams how far it is."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from langgraph.types import StreamWriter

    from openrouter_agents.middleware.progress_events import ToolProgress


class RunningCall(NamedTuple):
    """The tool call that this context belongs to, and where its news go."""

    tool: str
    tool_call_id: str | None
    write: StreamWriter


running_call: Final[ContextVar[RunningCall | None]] = ContextVar("openrouter_agents_running_call", default=None)
"""Set by `StreamProgress` around each call."""


def report_progress(message: str, fraction: float | None = None) -> None:
    """Stream from inside a tool how far it is, as a `ToolProgress`; does nothing where nobody streams.

    ```python
    def read_all(paths: list[str]) -> str:
        \"\"\"Read files.\"\"\"
        for number, path in enumerate(paths):
            report_progress(f"reading {path}", number / len(paths))
    ```

    Args:
        message: What it is doing.
        fraction: How much is done, from 0 to 1; `None`: that is not known.
    """
    call = running_call.get()
    if call is None:
        return
    event: ToolProgress = {
        "type": "tool_progress",
        "tool": call.tool,
        "tool_call_id": call.tool_call_id,
        "message": message,
    }
    if fraction is not None:
        event["fraction"] = fraction
    call.write(event)
