"""The future of a request to write, for which many may wait at once."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TypeVar

from typing_extensions import override

_Answer = TypeVar("_Answer")


class Gate:
    """What those wait at whose requests are written together. It opens once, and lets them out one after the other.

    Waking one thread and having it wake the next is far less work than waking all, who then get in each other's way.
    """

    def __init__(self) -> None:
        self._closed = threading.Lock()
        self._closed.acquire()

    def open(self) -> None:
        """Let everybody through, now and later."""
        self._closed.release()

    def pass_through(self) -> None:
        """Wait until it is open."""
        with self._closed:
            pass


class Receipt(Future[_Answer]):
    """Done when what it stands for is on the disk, or cannot be written."""

    gate: Gate | None = None
    """Where to wait first. A future wakes threads too, but takes more time for it."""

    @override
    def result(self, timeout: float | None = None) -> _Answer:
        # the writer's own callbacks must not wait for it
        if timeout is None and self.gate is not None and not self.done():
            self.gate.pass_through()
        return super().result(timeout)
