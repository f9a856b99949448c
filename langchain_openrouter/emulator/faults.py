"""Failures that are set up in advance, path by path."""

from __future__ import annotations

from collections import defaultdict, deque

from langchain_openrouter.emulator.brain import Failure, Verbatim


class Faults:
    """What the next requests of a path are answered with instead of what they ask for, whoever asks.

    ```python
    emulator.faults.add("/credits", Failure(500, "Internal Server Error"), Failure(429, "slow down"))
    ```
    """

    def __init__(self) -> None:
        self._waiting: defaultdict[str, deque[Failure | Verbatim]] = defaultdict(deque)

    def add(self, path: str, *replies: Failure | Verbatim) -> None:
        """Answer the next requests of a path with these, one each.

        Args:
            path: Behind `/api/v1`, without a query, such as `/generation`.
            *replies: What they are answered with, in this order.
        """
        self._waiting[path].extend(replies)

    def take(self, path: str) -> Failure | Verbatim | None:
        """What a request of that path is to be answered with; `None`: what it asks for."""
        waiting = self._waiting.get(path)
        return waiting.popleft() if waiting else None
