"""Waiting for what another thread or process is about to do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

PATIENCE = 30.0
"""Seconds after which what was waited for will not come any more."""
_PAUSE = 0.002


def wait_until(is_so: Callable[[], object]) -> None:
    """Return as soon as `is_so()` holds.

    Raises:
        AssertionError: It never does.
    """
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(_PAUSE)


async def await_until(is_so: Callable[[], object]) -> None:
    """Do what `wait_until` does while the event loop goes on."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(_PAUSE)
