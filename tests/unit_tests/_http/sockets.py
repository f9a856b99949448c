"""The sockets that this process holds."""

from __future__ import annotations

import contextlib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from langchain_openrouter.emulator import OpenRouterEmulator

TCP = Path("/proc/net/tcp")


def connections(emulator: OpenRouterEmulator) -> int:
    """How many sockets that are connected to the emulator this process holds."""
    return connections_to(emulator.base_url)


def connections_to(url: str) -> int:
    """How many sockets that are connected to the server at a URL this process holds."""
    port = urlsplit(url).port
    rows = [line.split() for line in TCP.read_text().splitlines()[1:]]
    mine = _held()
    return sum(int(row[2].partition(":")[2], 16) == port and f"socket:[{row[9]}]" in mine for row in rows)


def _held() -> set[str]:
    # the table shows the sockets of all processes
    held = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # that of the listing itself, or of another thread
            held.add(str(descriptor.readlink()))
    return held


needs_proc = pytest.mark.skipif(not TCP.exists(), reason="only Linux lists sockets in /proc")
