"""LangGraph agents on OpenRouter."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from openrouter_agents.citations import Citations
    from openrouter_agents.costs import Spend, SpendCollector, sum_spend
    from openrouter_agents.graph import create_openrouter_agent
    from openrouter_agents.middleware.progress import StreamProgress, report_progress
    from openrouter_agents.middleware.untrusted_results import after_untrusted_content
    from openrouter_agents.threads import open_threads
    from openrouter_agents.tool_ledger import current_ledger
    from openrouter_agents.tools import (
        Calculator,
        CodeInterpreter,
        DateTime,
        FetchPage,
        SpendTool,
        WebSearch,
        resolve_tools,
    )

__all__ = [
    "Calculator",
    "Citations",
    "CodeInterpreter",
    "DateTime",
    "FetchPage",
    "Spend",
    "SpendCollector",
    "SpendTool",
    "StreamProgress",
    "WebSearch",
    "after_untrusted_content",
    "create_openrouter_agent",
    "current_ledger",
    "open_threads",
    "report_progress",
    "resolve_tools",
    "sum_spend",
]

_HOMES: Final = {
    "Calculator": "tools",
    "Citations": "citations",
    "CodeInterpreter": "tools",
    "DateTime": "tools",
    "FetchPage": "tools",
    "Spend": "costs",
    "SpendCollector": "costs",
    "StreamProgress": "middleware.progress",
    "SpendTool": "tools",
    "WebSearch": "tools",
    "after_untrusted_content": "middleware.untrusted_results",
    "create_openrouter_agent": "graph",
    "current_ledger": "tool_ledger",
    "open_threads": "threads",
    "report_progress": "middleware.progress",
    "resolve_tools": "tools",
    "sum_spend": "costs",
}


def __getattr__(name: str) -> object:
    # Lazily: LangChain's agents take seconds to import, which `openrouter-agent --help` need not wait for.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
