"""Renews something in the background: one daemon thread at a time, whose failure is told once, by whoever asks next."""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Callable, Hashable

REST_AFTER_FAILURE = 60.0
"""Seconds until another try."""


class Refresher:
    """Runs a job in the background, unless it is running or has just failed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._failed_at = -math.inf
        self._error: Exception | None = None
        self._told = False

    def start(self, job: Callable[[], object], now: float) -> threading.Thread | None:
        """Run `job` in a daemon thread.

        Args:
            job: What renews the thing.
            now: Seconds, on the clock of all calls.

        Returns:
            The thread that runs it, which may have been running before, or `None` if there is none.
        """
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return self._thread
            if 0 <= now - self._failed_at < REST_AFTER_FAILURE:
                return None
            thread = threading.Thread(target=self._run, args=(job, now), name="openrouter-refresh", daemon=True)
            # the interpreter may be on its way out
            with contextlib.suppress(RuntimeError):
                thread.start()
                self._thread = thread
                return thread
            return None

    def untold_failure(self) -> Exception | None:
        """Why the last job failed, told once for as long as they keep failing; else `None`."""
        with self._lock:
            if self._error is None or self._told:
                return None
            self._told = True
            return self._error

    def forget_failure(self) -> None:
        """Take note that the thing has been renewed."""
        with self._lock:
            self._error, self._failed_at, self._told = None, -math.inf, False

    def _run(self, job: Callable[[], object], now: float) -> None:
        try:
            job()
        except Exception as error:  # noqa: BLE001 - nobody is there to catch it; it is told later
            with self._lock:
                self._error, self._failed_at = error, now
        else:
            self.forget_failure()


_refreshers: dict[Hashable, Refresher] = {}


def refresher(name: Hashable) -> Refresher:
    """The process's one refresher of that name."""
    return _refreshers.setdefault(name, Refresher())
