"""Which process an entry belongs to, and whether that process is still at work."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from langchain_openrouter.spend.database import Connection
from langchain_openrouter.spend.ulid import new_ulid
from langchain_openrouter.spend.windows import MICROS

BEAT = 15.0
"""Seconds between two signs of life."""
LEASE = 60 * MICROS
"""Microseconds without a sign of life after which a process counts as dead.

One that only slept wakes up to entries that are unknown, which it can still settle.
"""


@cache
def this_machine() -> str:
    """What tells machines apart, their starts, and their containers, in which the same number is another process."""
    parts = [platform.node()]
    with suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Owner:
    """A ledger in a process."""

    id: str = field(default_factory=new_ulid)
    machine: str = field(default_factory=this_machine)
    pid: int = field(default_factory=os.getpid)

    def beat(self, connection: Connection, now: int) -> None:
        """Give a sign of life."""
        connection.run(
            "INSERT INTO spend_owner (id, machine, pid, seen_at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at",
            (self.id, self.machine, self.pid, now),
        )


def is_dead(machine: str, pid: int, seen_at: int, now: int, lease: int = LEASE) -> bool:
    """Whether a process is gone: surely, if it ran on this machine, else by its last sign of life."""
    if machine == this_machine() and not _is_running(pid):
        return True
    return now - seen_at > lease


def _is_running(pid: int) -> bool:
    if os.name == "nt":
        # there, a signal of 0 ends the process; its lease has to do
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
