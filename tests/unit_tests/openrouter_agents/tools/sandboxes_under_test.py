"""What the sandbox tests share: which backends run here, calls as an agent makes them, and who is left of a process."""

import os
import select
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from langchain_core.messages import ToolMessage

from openrouter_agents.tools.code_interpreter import CodeInterpreter
from openrouter_agents.tools.jail import JailSandbox
from openrouter_agents.tools.wasi import WasiSandbox

PATIENCE_S = 20.0
"""How long a test waits for something that should happen within milliseconds, before it calls it a hang."""


JAIL, WASI = JailSandbox().probe(), WasiSandbox().probe()
needs_jail = pytest.mark.skipif(not JAIL.ok, reason=JAIL.reason)
needs_wasi = pytest.mark.skipif(not WASI.ok, reason=WASI.reason)
BACKENDS = [pytest.param("jail", marks=needs_jail), pytest.param("wasi", marks=needs_wasi), "monty"]


def call(tool: CodeInterpreter, code: str, thread_id: str = "a") -> ToolMessage:
    """Call the tool as LangGraph's tool node does."""
    request = {"name": tool.name, "args": {"code": code}, "id": "call-1", "type": "tool_call"}
    message = tool.invoke(request, {"configurable": {"thread_id": thread_id}})
    assert isinstance(message, ToolMessage)
    return message


def descendants(root: int | None = None) -> set[int]:
    """Find the processes below this one, threads' children included."""
    found: set[int] = set()
    for tasks in Path(f"/proc/{root or os.getpid()}/task").glob("*/children"):
        try:
            children = {int(pid) for pid in tasks.read_text().split()}
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in children - found:
            found |= {child} | descendants(child)
    return found


@contextmanager
def all_gone_after() -> Iterator[None]:
    """State that the processes which run at the end of the block's first half are gone soon after the block."""
    before = descendants()
    handles: dict[int, int] = {}

    def watch() -> None:
        for pid in descendants() - before - handles.keys():
            handles[pid] = os.pidfd_open(pid)

    _watchers.append(watch)
    try:
        yield
        assert handles, "the test never looked at a running worker"
        for pid, handle in handles.items():
            ready, _, _ = select.select([handle], [], [], PATIENCE_S)
            assert ready, f"process {pid} is left over"
    finally:
        _watchers.remove(watch)
        for handle in handles.values():
            os.close(handle)


_watchers: list = []


def note_workers() -> None:
    """Remember the workers that run now, for `all_gone_after`."""
    for watch in _watchers:
        watch()
