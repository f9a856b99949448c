"""Work in a thread that nobody waits for at the end of the program."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

_Result = TypeVar("_Result")


def start_in_daemon(job: Callable[[], _Result], name: str) -> Future[_Result]:
    """Do something in a daemon thread of its own, unlike those of an executor, which Python waits for when it ends.

    Args:
        job: What to do.
        name: What the thread is called.

    Returns:
        What comes of it. It cannot be cancelled.
    """
    future: Future[_Result] = Future()
    # from here on it cannot be cancelled, which would be the end of it for all who wait
    future.set_running_or_notify_cancel()
    try:
        threading.Thread(target=_run, args=(job, future), name=name, daemon=True).start()
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
