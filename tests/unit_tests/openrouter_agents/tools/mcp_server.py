"""An MCP server for tests, made of the official SDK: `python mcp_server.py stdio`, or `... http PORT`."""

from __future__ import annotations

import base64
import os
import sys
import time
from pathlib import Path

from mcp.server.fastmcp import FastMCP
from mcp.types import AudioContent, EmbeddedResource, ImageContent, TextContent, TextResourceContents

server = FastMCP("notes", port=int(sys.argv[2]) if len(sys.argv) > 2 else 8000, log_level="ERROR")
state = {"calls": 0}


@server.tool(description="Add two numbers.\u200b")
def add(a: int, b: int) -> int:
    """Add."""
    return a + b


@server.tool(name="notes.read")
def read() -> str:
    """Read notes."""
    return "first\n\tsecond\u200b\u202e third\x1b[31m <!-- kept -->"


@server.tool()
def fail() -> str:
    """Fail."""
    raise RuntimeError("the disk is full")


@server.tool()
def hang(begun: str = "") -> str:
    """Take a minute, and make a file first."""
    if begun:
        Path(begun).touch()
    time.sleep(60)
    return "late"


@server.tool()
def crash() -> str:
    """End the server."""
    os._exit(3)


@server.tool()
def count() -> int:
    """Count the calls of this session."""
    state["calls"] += 1
    return state["calls"]


@server.tool()
def flood() -> str:
    """Say much."""
    return "x" * 300_000


@server.tool()
def show() -> list[TextContent | ImageContent | AudioContent | EmbeddedResource]:
    """Give something of each kind."""
    data = base64.b64encode(b"RIFF").decode()
    resource = TextResourceContents(uri="file:///notes.txt", text="a\u200bb", mimeType="text/plain")
    return [
        TextContent(type="text", text="words"),
        ImageContent(type="image", data=data, mimeType="image/png"),
        AudioContent(type="audio", data=data, mimeType="audio/wav"),
        EmbeddedResource(type="resource", resource=resource),
    ]


@server.tool()
def environment() -> list[str]:
    """Name the variables of the environment."""
    return sorted(os.environ)


if __name__ == "__main__":
    server.run("streamable-http" if sys.argv[1] == "http" else "stdio")
