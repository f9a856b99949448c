"""What calls cost a client: `python calls.py CLIENT URL MODE COUNT AT_ONCE`.

`invoke` and `stream` are asked one after the other; `ainvoke` and `astream` in waves of `AT_ONCE`, each when the one
before is through, until `COUNT` are through or half a minute is; `batch` over `AT_ONCE` threads. Prints microseconds of
CPU per answer or chunk (`cpu_us`) and how many of them came in a second (`per_second`), after a warm-up.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

from asking import Client
from clients import open_client
from readings import Meter

WARM_UP_CALLS = 3
WARM_UP_AT_ONCE = 100
LAST_START = 30.0
"""Seconds after which no other wave is begun: some clients need minutes for one."""


def one_by_one(call: Callable[[], int], count: int) -> None:
    """Measure calls that wait for each other."""
    for _ in range(WARM_UP_CALLS):
        call()
    meter = Meter()
    meter.report(sum(call() for _ in range(count)))


def over_threads(client: Client, count: int, workers: int) -> None:
    """Measure a batch."""
    client.batch(WARM_UP_CALLS * workers, workers)
    meter = Meter()
    meter.report(client.batch(count, workers))


async def in_waves(call: Callable[[], Awaitable[int]], count: int, at_once: int) -> None:
    """Measure calls that run at the same time on one event loop."""
    for _ in range(WARM_UP_CALLS):
        await wave(call, min(at_once, WARM_UP_AT_ONCE))
    meter, items = Meter(), 0
    for _ in range(count // at_once):
        items += await wave(call, at_once)
        if time.perf_counter() - meter.wall > LAST_START:
            break
    meter.report(items)


async def wave(call: Callable[[], Awaitable[int]], at_once: int) -> int:
    """Call so often at the same time, and count what came."""
    return sum(await asyncio.gather(*(call() for _ in range(at_once))))


def main() -> None:
    """Measure and print."""
    name, url, mode = sys.argv[1:4]
    count, at_once = map(int, sys.argv[4:6])
    client = open_client(name, url)
    if mode == "batch":
        over_threads(client, count, at_once)
    elif mode in ("ainvoke", "astream"):
        asyncio.run(in_waves(getattr(client, mode), count, at_once))
    else:
        one_by_one(getattr(client, mode), count)


if __name__ == "__main__":
    main()
