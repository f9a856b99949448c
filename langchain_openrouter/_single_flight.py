"""A job that is done once for all who want its result at the same time, whether they are threads or tasks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from langchain_openrouter.daemon_jobs import start_in_daemon

_Result = TypeVar("_Result")
_THREAD = "openrouter-flight"


class SingleFlight(Generic[_Result]):
    """Runs jobs in daemon threads, so that nobody who waits, not even on the event loop of another, keeps them waiting.

    Threads wait with `future.result()`, tasks with `await asyncio.wrap_future(future)`. Whoever stops waiting does not
    stop the job.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flight: Future[_Result] | None = None

    def join(self, job: Callable[[], _Result]) -> Future[_Result]:
        """The job that is running, or else this one."""
        with self._lock:
            if self._flight is None or self._flight.done():
                self._flight = start_in_daemon(job, _THREAD)
            return self._flight

    def start(self, job: Callable[[], _Result]) -> Future[_Result]:
        """This job, whatever is running: what began earlier may not know what has happened since."""
        with self._lock:
            self._flight = start_in_daemon(job, _THREAD)
            return self._flight
