"""LangGraph agents on OpenRouter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from langchain_openrouter.lazy_names import lazy_names

if TYPE_CHECKING:
    from openrouter_agents.citations import Citations
    from openrouter_agents.costs import Spend, SpendCollector, sum_spend
    from openrouter_agents.graph import create_openrouter_agent
    from openrouter_agents.middleware.plain_images import PlainImages
    from openrouter_agents.middleware.progress import StreamProgress
    from openrouter_agents.middleware.untrusted_results import after_untrusted_content
    from openrouter_agents.threads import open_threads
    from openrouter_agents.tool_ledger import current_ledger
    from openrouter_agents.tool_progress import report_progress
    from openrouter_agents.tools import (
        Calculator,
        CodeInterpreter,
        DateTime,
        FetchPage,
        SpendTool,
        WebSearch,
        index_documents,
        resolve_tools,
    )

__all__ = [
    "Calculator",
    "Citations",
    "CodeInterpreter",
    "DateTime",
    "FetchPage",
    "PlainImages",
    "Spend",
    "SpendCollector",
    "SpendTool",
    "StreamProgress",
    "WebSearch",
    "after_untrusted_content",
    "create_openrouter_agent",
    "current_ledger",
    "index_documents",
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
    "PlainImages": "middleware.plain_images",
    "Spend": "costs",
    "SpendCollector": "costs",
    "SpendTool": "tools",
    "StreamProgress": "middleware.progress",
    "WebSearch": "tools",
    "after_untrusted_content": "middleware.untrusted_results",
    "create_openrouter_agent": "graph",
    "current_ledger": "tool_ledger",
    "index_documents": "tools",
    "open_threads": "threads",
    "report_progress": "tool_progress",
    "resolve_tools": "tools",
    "sum_spend": "costs",
}


# LangChain's agents take seconds to import, which `openrouter-agent --help` need not wait for.
if not TYPE_CHECKING:
    __getattr__ = lazy_names(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
