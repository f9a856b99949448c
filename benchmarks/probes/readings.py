"""What this process has used so far, and how a probe prints it."""

from __future__ import annotations

import json
import os
import resource
import time
from pathlib import Path


def cpu_seconds() -> float:
    """CPU time of this process, its threads included."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def memory_kib() -> tuple[int, int]:
    """Resident memory now, and at its peak. Linux only: `getrusage` gives the peak of a parent as one's own."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines["VmRSS"].split()[0]), int(lines["VmHWM"].split()[0])


def open_files() -> tuple[int, int]:
    """File descriptors that are open, and how many of them are sockets. Linux only."""
    folder = Path("/proc/self/fd")
    targets = []
    for name in os.listdir(folder):  # noqa: PTH208 - one descriptor is that of the listing, gone by the next line
        try:
            targets.append(os.readlink(folder / name))  # noqa: PTH115 - what it says is no path
        except FileNotFoundError:
            continue
    return len(targets), sum(target.startswith("socket:") for target in targets)


def report(**figures: float) -> None:
    """Print what was measured, for the script that started this probe."""
    print(json.dumps(figures))


class Meter:
    """CPU and wall time from now on."""

    def __init__(self) -> None:
        self.cpu, self.wall = cpu_seconds(), time.perf_counter()

    def report(self, items: int) -> None:
        """Print what each answer or chunk cost (`cpu_us`), and how many of them came in a second."""
        cpu, wall = cpu_seconds() - self.cpu, time.perf_counter() - self.wall
        report(cpu_us=1e6 * cpu / items, per_second=items / wall)
