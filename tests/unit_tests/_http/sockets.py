"""The sockets that this process holds."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from langchain_openrouter.emulator import OpenRouterEmulator

TCP = Path("/proc/net/tcp")


def connections(emulator: OpenRouterEmulator) -> int:
    """How many sockets that are connected to the emulator this process holds."""
    port = urlsplit(emulator.base_url).port
    rows = [line.split() for line in TCP.read_text().splitlines()[1:]]
    return sum(int(row[2].partition(":")[2], 16) == port and row[9] != "0" for row in rows)


needs_proc = pytest.mark.skipif(not TCP.exists(), reason="only Linux lists sockets in /proc")
