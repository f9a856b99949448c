"""Keeps one session ready, so that a new conversation need not wait for its start."""

import threading
from collections.abc import Callable
from concurrent.futures import Future

from langchain_openrouter.daemon_jobs import start_in_daemon

from .sandbox import Session


class SpareSession:
    """At most one session that nobody uses yet.

    Args:
        start: Opens a new session.
    """

    def __init__(self, start: Callable[[], Session]) -> None:
        self._start = start
        self._guard = threading.Lock()
        self._coming: Future[Session] | None = None
        self._closed = False

    def prepare(self) -> None:
        """Begin to start one in the background, unless there is one or one is on its way."""
        with self._guard:
            if not self._closed and self._coming is None:
                self._coming = start_in_daemon(self._start, "sandbox-spare")

    def take(self) -> Session | None:
        """Hand it over, waiting for one that is on its way; `None` when there is none, or it did not start."""
        with self._guard:
            coming, self._coming = self._coming, None
        if coming is None:
            return None
        try:
            failed = coming.exception() is not None
        except BaseException:  # Ctrl-C while it waits: nobody else knows of it
            coming.add_done_callback(_end)
            raise
        if failed:
            return None
        if coming.result().alive:
            return coming.result()
        coming.result().close()
        return None

    def drop(self) -> None:
        """End it, and wait until nothing of it is left."""
        session = self.take()
        if session is not None:
            session.close()

    def close(self) -> None:
        """End it, and start no more."""
        with self._guard:
            self._closed = True
        self.drop()


def _end(coming: "Future[Session]") -> None:
    if coming.exception() is None:
        coming.result().close()
