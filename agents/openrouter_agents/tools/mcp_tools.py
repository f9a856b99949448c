"""Tools of MCP servers, as an agent can live with them: bounded, cleaned, and failing as messages.

`langchain-mcp-adapters` (the extra `mcp`) does the talking. What is added here: a time limit for each call, failures of
the connection as messages that the model can act on, text without hidden characters and of bounded length, names that
providers take and that do not clash, calls from synchronous code, and the mark that others wrote the results.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Final, TypeAlias

from langchain_core.tools import BaseTool, StructuredTool

from langchain_openrouter import ConfigurationError
from openrouter_agents.tools.mcp_calls import McpLimits, call_from_anywhere, guard_calls, root_of
from openrouter_agents.tools.tool_names import distinct_names
from openrouter_agents.tools.untrusted_text import clean_lines

if TYPE_CHECKING:
    from langchain_mcp_adapters.client import MultiServerMCPClient
    from langchain_mcp_adapters.sessions import Connection

McpServers: TypeAlias = "Mapping[str, Connection]"
"""How servers are reached, by names of your own, as `langchain-mcp-adapters` has it."""

_DEFAULTS: Final = McpLimits()
_MAX_DESCRIPTION: Final = 4_000


class McpServerError(RuntimeError):
    """An MCP server could not be asked for its tools."""


async def aload_mcp_tools(servers: McpServers, limits: McpLimits = _DEFAULTS) -> list[BaseTool]:
    """The tools of MCP servers, each call in a session of its own. They work in synchronous code, too.

    ```python
    tools = await aload_mcp_tools(
        {
            "files": {"transport": "stdio", "command": "npx", "args": ["-y", "my-file-server"]},
            "notes": {"transport": "streamable_http", "url": "https://notes.example/mcp", "headers": {...}},
        }
    )
    agent = create_openrouter_agent(tools=["calculator", *tools])
    ```

    A server that is a program is started anew for each call, which takes as long as it takes to start; and it forgets
    what was before. `open_mcp_tools` keeps it.

    Args:
        servers: How they are reached, by names that become the first part of their tools' names.
        limits: What each call, and the question for the tools, may use.

    Raises:
        ConfigurationError: `langchain-mcp-adapters` is not installed.
        McpServerError: A server cannot be reached, or gave no list of tools in time.
    """
    client = _client(servers, limits)
    tools: list[BaseTool] = []
    for name in servers:
        async with _asking(name, limits):
            tools += await client.get_tools(server_name=name)
    for tool in tools:
        if isinstance(tool, StructuredTool) and tool.coroutine is not None:
            tool.func = call_from_anywhere(tool.coroutine)
    return _fit(tools)


def load_mcp_tools(servers: McpServers, limits: McpLimits = _DEFAULTS) -> list[BaseTool]:
    """Do what `aload_mcp_tools` does, in synchronous code."""
    loaded: list[BaseTool] = call_from_anywhere(aload_mcp_tools)(servers, limits)
    return loaded


@asynccontextmanager
async def open_mcp_tools(servers: McpServers, limits: McpLimits = _DEFAULTS) -> AsyncIterator[list[BaseTool]]:
    """The tools of MCP servers whose sessions last as long as the block: servers start once and keep their state.

    ```python
    async with open_mcp_tools({"browser": {"transport": "stdio", "command": "my-browser", "args": []}}) as tools:
        await create_openrouter_agent(tools=tools).ainvoke(...)
    ```

    They are for asynchronous code of the same event loop only. Arguments and errors are those of `aload_mcp_tools`.
    """
    client = _client(servers, limits)
    from langchain_mcp_adapters.tools import load_mcp_tools as load_from_session

    tools: list[BaseTool] = []
    async with AsyncExitStack() as sessions:
        for name in servers:
            async with _asking(name, limits):
                session = await sessions.enter_async_context(client.session(name))
                tools += await load_from_session(
                    session,
                    server_name=name,
                    tool_interceptors=client.tool_interceptors,
                    tool_name_prefix=client.tool_name_prefix,
                )
        yield _fit(tools)


def _client(servers: McpServers, limits: McpLimits) -> "MultiServerMCPClient":
    try:
        from langchain_mcp_adapters.client import MultiServerMCPClient
    except ImportError as error:
        raise ConfigurationError(
            "MCP tools need langchain-mcp-adapters: pip install 'langchain-openrouter-agents[mcp]'."
        ) from error
    return MultiServerMCPClient(dict(servers), tool_interceptors=[guard_calls(limits)], tool_name_prefix=True)


@asynccontextmanager
async def _asking(server: str, limits: McpLimits) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(limits.timeout_s):
            yield
    except TimeoutError as error:
        raise McpServerError(
            f"The MCP server {server!r} gave no list of tools within {limits.timeout_s:g} s. Is it the right one?"
        ) from error
    except Exception as error:
        # Of the failure, its kind alone: its text may hold addresses and keys.
        kind = type(root_of(error)).__name__
        raise McpServerError(f"The MCP server {server!r} cannot be reached ({kind}). Is it running?") from error


def _fit(tools: Sequence[BaseTool]) -> list[BaseTool]:
    """Gives tools names that providers take, clean descriptions, and the mark that others write their results."""
    for tool, name in zip(tools, distinct_names(tool.name for tool in tools), strict=True):
        tool.name = name
        tool.description = clean_lines(tool.description, _MAX_DESCRIPTION)
        tool.metadata = {**(tool.metadata or {}), "untrusted": True}
    return list(tools)
