"""The agent's tools: to calculate, search and read the web, run code, and know the time and what it all has cost."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from openrouter_agents.tools.calculator import Calculator
    from openrouter_agents.tools.code_interpreter import CodeInterpreter
    from openrouter_agents.tools.date_time import DateTime
    from openrouter_agents.tools.fetch_page import FetchPage
    from openrouter_agents.tools.mcp_calls import McpLimits
    from openrouter_agents.tools.mcp_tools import McpServerError, aload_mcp_tools, load_mcp_tools, open_mcp_tools
    from openrouter_agents.tools.registry import TOOL_NAMES, ToolLike, ToolNameError, resolve_tools
    from openrouter_agents.tools.spend import SpendTool
    from openrouter_agents.tools.web_search import WebSearch

__all__ = [
    "TOOL_NAMES",
    "Calculator",
    "CodeInterpreter",
    "DateTime",
    "FetchPage",
    "McpLimits",
    "McpServerError",
    "SpendTool",
    "ToolLike",
    "ToolNameError",
    "WebSearch",
    "aload_mcp_tools",
    "load_mcp_tools",
    "open_mcp_tools",
    "resolve_tools",
]

_HOMES: Final = {
    "Calculator": "calculator",
    "CodeInterpreter": "code_interpreter",
    "DateTime": "date_time",
    "McpLimits": "mcp_calls",
    "McpServerError": "mcp_tools",
    "SpendTool": "spend",
    "FetchPage": "fetch_page",
    "TOOL_NAMES": "registry",
    "ToolLike": "registry",
    "ToolNameError": "registry",
    "WebSearch": "web_search",
    "aload_mcp_tools": "mcp_tools",
    "load_mcp_tools": "mcp_tools",
    "open_mcp_tools": "mcp_tools",
    "resolve_tools": "registry",
}


def __getattr__(name: str) -> object:
    # Lazily, because one tool's needs (a sandbox, a corpus) should not slow the start of another.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
