"""A job that is done once for all who want its result at the same time, whether they are threads or tasks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

_Result = TypeVar("_Result")


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
                self._flight = _start(job)
            return self._flight

    def start(self, job: Callable[[], _Result]) -> Future[_Result]:
        """This job, whatever is running: what began earlier may not know what has happened since."""
        with self._lock:
            self._flight = _start(job)
            return self._flight


def _start(job: Callable[[], _Result]) -> Future[_Result]:
    future: Future[_Result] = Future()
    # from here on it cannot be cancelled, which would be the end of it for all who wait
    future.set_running_or_notify_cancel()
    try:
        threading.Thread(target=_run, args=(job, future), name="openrouter-flight", daemon=True).start()
    except RuntimeError as error:
        # the interpreter is on its way out
        future.set_exception(error)
    return future


def _run(job: Callable[[], _Result], future: Future[_Result]) -> None:
    try:
        result = job()
    except BaseException as error:  # noqa: BLE001 - raised where the result is wanted
        future.set_exception(error)
    else:
        future.set_result(result)
