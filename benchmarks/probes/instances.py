"""What short-lived clients leave behind: `python instances.py CLIENT URL COUNT`.

`COUNT` clients are made, asked once (one in a thread, the next on the event loop) and dropped. Prints what the process
has more of afterwards, with the garbage collected: sockets, file descriptors, threads, KiB of resident memory; and the
milliseconds of CPU that each client took.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from clients import open_client
from readings import cpu_seconds, memory_kib, open_files, report

WARM_UP_CLIENTS = 20
LOOP_TURNS = 5
"""Closing what was dropped may take the event loop some turns."""


async def use(client: str, url: str, count: int, thread: ThreadPoolExecutor) -> None:
    """Make, ask and drop clients."""
    for number in range(count):
        made = open_client(client, url)
        if number % 2:
            await made.ainvoke()
        else:
            await asyncio.get_running_loop().run_in_executor(thread, made.invoke)
        del made
    gc.collect()
    for _ in range(LOOP_TURNS):
        await asyncio.sleep(0)


def held() -> dict[str, int]:
    """What the process has now."""
    files, sockets = open_files()
    return {"sockets": sockets, "files": files, "threads": threading.active_count(), "kib": memory_kib()[0]}


async def run(client: str, url: str, count: int) -> None:
    """Measure and print."""
    with ThreadPoolExecutor(1) as thread:
        await use(client, url, WARM_UP_CLIENTS, thread)
        before, cpu = held(), cpu_seconds()
        await use(client, url, count, thread)
        cpu_ms = 1e3 * (cpu_seconds() - cpu) / count
        report(**{name: now - before[name] for name, now in held().items()}, cpu_ms=cpu_ms)


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], sys.argv[2], int(sys.argv[3])))
