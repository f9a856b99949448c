"""Runs what waits for futures, in synchronous and in asynchronous code alike."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from concurrent.futures import Future
from typing import Any, TypeAlias, TypeVar

_Result = TypeVar("_Result")

Steps: TypeAlias = Generator[Future[Any], Any, _Result]
"""Yields what has to be waited for, and is sent what came of it, or thrown why nothing did."""


def run(steps: Steps[_Result]) -> _Result:
    """Wait in this thread."""
    try:
        future = next(steps)
        while True:
            try:
                answer = future.result()
            except BaseException as error:  # noqa: BLE001 - it is thrown, not caught
                future = steps.throw(error)
            else:
                future = steps.send(answer)
    except StopIteration as end:
        result: _Result = end.value
        return result


async def arun(steps: Steps[_Result]) -> _Result:
    """Wait without blocking the event loop."""
    try:
        future = next(steps)
        while True:
            try:
                answer = await asyncio.wrap_future(future)
            except BaseException as error:  # noqa: BLE001 - it is thrown, not caught
                future = steps.throw(error)
            else:
                future = steps.send(answer)
    except StopIteration as end:
        result: _Result = end.value
        return result
