"""One call of a tool of an MCP server: in time, cleaned, and with failures as results."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from langchain_openrouter.daemon_jobs import start_in_daemon
from openrouter_agents.tools.untrusted_text import clean_lines

if TYPE_CHECKING:
    from langchain_mcp_adapters.interceptors import MCPToolCallRequest, MCPToolCallResult, ToolCallInterceptor
    from mcp.types import CallToolResult, ContentBlock

    Handler: TypeAlias = Callable[[MCPToolCallRequest], Awaitable[MCPToolCallResult]]

_LOG: Final = logging.getLogger(__name__)
_LOG.addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class McpLimits:
    """What a call of an MCP server's tool may use."""

    timeout_s: float = 60.0
    """Seconds for a call, with the start of its server where that is started for it."""
    max_characters: int = 50_000
    """Longest text of a result, in characters; what is cut is said."""


def guard_calls(limits: McpLimits) -> "ToolCallInterceptor":
    """An interceptor that holds calls to limits, and makes what goes wrong a result that says so."""

    async def guard(request: "MCPToolCallRequest", handler: "Handler") -> "MCPToolCallResult":
        from mcp.types import CallToolResult

        try:
            async with asyncio.timeout(limits.timeout_s):
                result = await handler(request)
        except TimeoutError:
            return _failed(f"{request.name} gave no result within {limits.timeout_s:g} s and was stopped.")
        except Exception as error:  # noqa: BLE001 - whatever breaks a connection, the run goes on
            _LOG.debug("The MCP server %s failed in %s.", request.server_name, request.name, exc_info=error)
            return _failed(f"the server of {request.name} cannot be used now ({type(root_of(error)).__name__}).")
        return _cleaned(result, limits) if isinstance(result, CallToolResult) else result

    return guard


def call_from_anywhere(asynchronous: Callable[..., Awaitable[Any]]) -> Callable[..., Any]:
    """A function that calls an asynchronous one and waits, whether or not an event loop runs in this thread."""

    async def wait(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - those of the asynchronous function
        return await asynchronous(*arguments, **named)

    def call(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - likewise
        work = partial(copy_context().run, lambda: asyncio.run(wait(*arguments, **named)))
        return start_in_daemon(work, "mcp-call").result()

    return call


def _failed(sentence: str) -> "CallToolResult":
    from mcp.types import CallToolResult, TextContent

    text = f"Error: {sentence} Try something else, or tell the user that it failed."
    return CallToolResult(isError=True, content=[TextContent(type="text", text=text)])


def _cleaned(result: "CallToolResult", limits: McpLimits) -> "CallToolResult":
    return result.model_copy(update={"content": [_shown(block, limits) for block in result.content]})


def _shown(block: "ContentBlock", limits: McpLimits) -> "ContentBlock":
    """A part of a result as models can be shown it: clean text, and sound as a word of what it was."""
    from mcp.types import AudioContent, EmbeddedResource, TextContent, TextResourceContents

    if isinstance(block, AudioContent):
        return TextContent(type="text", text=f"[sound ({block.mimeType}), which cannot be shown]")
    if isinstance(block, TextContent):
        return block.model_copy(update={"text": clean_lines(block.text, limits.max_characters)})
    if isinstance(block, EmbeddedResource) and isinstance(block.resource, TextResourceContents):
        return TextContent(type="text", text=clean_lines(block.resource.text, limits.max_characters))
    return block


def root_of(error: BaseException) -> BaseException:
    """The failure at the bottom of groups of failures."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return error
