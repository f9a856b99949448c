"""People who approve tool calls, by LangChain's own middleware."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

from langchain.agents.middleware import HumanInTheLoopMiddleware, InterruptOnConfig

from langchain_openrouter import ConfigurationError
from openrouter_agents.middleware.call_limits import check_tool_name
from openrouter_agents.middleware.request_editing import AnyMiddleware

Reviewed: TypeAlias = Sequence[str] | Mapping[str, bool | InterruptOnConfig]
"""Names of tools, each of whose calls is approved, edited or rejected; or LangChain's own settings by name."""


def human_review(reviewed: Reviewed, names: Collection[str]) -> list[AnyMiddleware]:
    """Make what asks people, where anything is to be asked.

    Args:
        reviewed: What they are asked about.
        names: The tools that there are.

    Raises:
        ConfigurationError: It is one text, names a tool that is not there, or has settings that say nothing.
    """
    if isinstance(reviewed, str):
        raise ConfigurationError(f"Give a list for human_in_the_loop, such as [{reviewed!r}], not one text.")
    if not reviewed:
        return []
    for name in reviewed:
        check_tool_name("human_in_the_loop", name, names)
    settings: dict[str, bool | InterruptOnConfig] = (
        dict(reviewed)
        if isinstance(reviewed, Mapping)
        else {name: {"allowed_decisions": ["approve", "edit", "reject"]} for name in reviewed}
    )
    try:
        return [HumanInTheLoopMiddleware(settings)]
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
