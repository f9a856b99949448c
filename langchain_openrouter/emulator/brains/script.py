"""A brain that plays prepared replies, for tests."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

from langchain_openrouter.emulator.brain import ChatRequest, Failure, Reply


class ScriptBrain:
    """Plays replies in order, one for each request that reaches it.

    Args:
        replies: What to answer. A `Failure` fails the model that was asked: with a `models` list the next model is
            asked, and takes the next reply.
        checks_requests: Whether wrong requests are refused before they take a reply.
    """

    def __init__(self, replies: Iterable[Reply], *, checks_requests: bool = True) -> None:
        self.checks_requests = checks_requests
        self._replies = list(replies)
        self._requests: list[ChatRequest] = []
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"ScriptBrain({len(self.requests)} of {len(self._replies)} replies played)"

    @property
    def requests(self) -> tuple[ChatRequest, ...]:
        """The requests that were answered from the script, with `model` set to the model that was asked."""
        with self._lock:
            return tuple(self._requests)

    def reply(self, request: ChatRequest) -> Reply:
        """The next reply; a 500 once there is none."""
        with self._lock:
            at = len(self._requests)
            if at >= len(self._replies):
                return Failure(500, f"The script has ended: all of its {at} replies were played.")
            self._requests.append(request)
            return self._replies[at]
