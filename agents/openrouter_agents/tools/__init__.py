"""The agent's tools: to calculate, search and read the web, run code, and know the time and what it all has cost."""

from typing import TYPE_CHECKING, Final

from langchain_openrouter.lazy_names import lazy_names

if TYPE_CHECKING:
    from openrouter_agents.tools.calculator import Calculator
    from openrouter_agents.tools.code_interpreter import CodeInterpreter
    from openrouter_agents.tools.container import ContainerSandbox
    from openrouter_agents.tools.date_time import DateTime
    from openrouter_agents.tools.deepagents_sandbox import DeepAgentsSandbox
    from openrouter_agents.tools.documents.contracts import DocumentIndexError, DocumentLimits
    from openrouter_agents.tools.documents.indexing import index_documents
    from openrouter_agents.tools.fetch_page import FetchPage
    from openrouter_agents.tools.mcp_calls import McpLimits
    from openrouter_agents.tools.mcp_tools import McpServerError, aload_mcp_tools, load_mcp_tools, open_mcp_tools
    from openrouter_agents.tools.registry import TOOL_NAMES, ToolLike, ToolNameError, resolve_tools
    from openrouter_agents.tools.sandbox import (
        SandboxClosedError,
        SandboxError,
        SandboxFileError,
        SandboxLimits,
        SandboxUnavailableError,
    )
    from openrouter_agents.tools.spend import SpendTool
    from openrouter_agents.tools.web_search import WebSearch

__all__ = [
    "TOOL_NAMES",
    "Calculator",
    "CodeInterpreter",
    "ContainerSandbox",
    "DateTime",
    "DeepAgentsSandbox",
    "DocumentIndexError",
    "DocumentLimits",
    "FetchPage",
    "McpLimits",
    "McpServerError",
    "SandboxClosedError",
    "SandboxError",
    "SandboxFileError",
    "SandboxLimits",
    "SandboxUnavailableError",
    "SpendTool",
    "ToolLike",
    "ToolNameError",
    "WebSearch",
    "aload_mcp_tools",
    "index_documents",
    "load_mcp_tools",
    "open_mcp_tools",
    "resolve_tools",
]

_HOMES: Final = {
    "Calculator": "calculator",
    "CodeInterpreter": "code_interpreter",
    "ContainerSandbox": "container",
    "DateTime": "date_time",
    "DeepAgentsSandbox": "deepagents_sandbox",
    "DocumentIndexError": "documents.contracts",
    "DocumentLimits": "documents.contracts",
    "FetchPage": "fetch_page",
    "McpLimits": "mcp_calls",
    "McpServerError": "mcp_tools",
    "SandboxClosedError": "sandbox",
    "SandboxError": "sandbox",
    "SandboxFileError": "sandbox",
    "SandboxLimits": "sandbox",
    "SandboxUnavailableError": "sandbox",
    "SpendTool": "spend",
    "TOOL_NAMES": "registry",
    "ToolLike": "registry",
    "ToolNameError": "registry",
    "WebSearch": "web_search",
    "aload_mcp_tools": "mcp_tools",
    "index_documents": "documents.indexing",
    "load_mcp_tools": "mcp_tools",
    "open_mcp_tools": "mcp_tools",
    "resolve_tools": "registry",
}


# One tool's needs (a sandbox, a corpus) should not slow the start of another.
if not TYPE_CHECKING:
    __getattr__ = lazy_names(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
