"""What many calls at once spend of a budget: `python budget_race.py CLIENT URL HOW COUNT BUDGET`.

`COUNT` calls, all at once on one event loop where `HOW` is `tasks`, over 32 threads where it is `threads`. Those that
are refused do not come again. Prints the USD that the server has billed (`usd`), and microseconds of CPU per call
(`cpu_us`), refused ones included, after a warm-up with money enough.
"""

from __future__ import annotations

import asyncio
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from contextvars import copy_context
from urllib.request import urlopen

from racers import RACERS, Racer
from readings import cpu_seconds, report

THREADS = 32
WARM_UP_CALLS = 64


def race(racer: Racer, how: str, count: int, runner: asyncio.Runner) -> float:
    """Let one run, and give the seconds of CPU that it took."""
    before = cpu_seconds()
    if how == "tasks":
        runner.run(in_tasks(racer, count))
    else:
        over_threads(racer, count)
    return cpu_seconds() - before


async def in_tasks(racer: Racer, count: int) -> None:
    """Call so often at the same time."""

    async def try_one() -> None:
        with suppress(*racer.refusals):
            await racer.aask()

    await asyncio.gather(*(try_one() for _ in range(count)))


def over_threads(racer: Racer, count: int) -> None:
    """Call so often, one thread after the other. A thread has the context variables of whoever starts it."""

    def try_one() -> None:
        with suppress(*racer.refusals):
            racer.ask()

    with ThreadPoolExecutor(THREADS) as pool:
        for call in [pool.submit(copy_context().run, try_one) for _ in range(count)]:
            call.result()


def billed(url: str) -> float:
    """USD that the server has charged so far."""
    with urlopen(f"{url}/key") as answer:  # noqa: S310 - the URL is that of the bench's own server
        return float(json.load(answer)["data"]["usage"])


def main() -> None:
    """Measure and print."""
    client, url, how, count, budget = sys.argv[1:]
    with asyncio.Runner() as runner:
        with ExitStack() as left:
            # kept until the end: while a dropped client is closing its connections, others have lost answers
            warm: Racer = RACERS[client](url, "1000", left)
            race(warm, how, WARM_UP_CALLS, runner)
        before = billed(url)
        with ExitStack() as left:
            cpu = race(RACERS[client](url, budget, left), how, int(count), runner)
    report(usd=billed(url) - before, cpu_us=1e6 * cpu / int(count))


if __name__ == "__main__":
    main()
