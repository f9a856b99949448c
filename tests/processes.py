"""Processes that others have started (Linux; elsewhere none are seen)."""

from __future__ import annotations

from pathlib import Path


def children(pid: int) -> set[int]:
    """All processes that a process has started, and theirs."""
    parents = {int(path.parent.name): _parent(path) for path in Path("/proc").glob("[0-9]*/stat")}
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        above = waiting.pop()
        below = {child for child, parent in parents.items() if parent == above}
        found |= below
        waiting += below
    return found


def cpu_ticks(pids: set[int]) -> int:
    """Hundredths of a second that these processes have used a processor for."""
    fields = [_fields(Path(f"/proc/{pid}/stat")) for pid in pids]
    return sum(int(each[11]) + int(each[12]) for each in fields if each)


def _parent(stat: Path) -> int:
    fields = _fields(stat)
    return int(fields[1]) if fields else 0


def _fields(stat: Path) -> list[str]:
    """What stands behind the name, which may hold spaces; empty where the process is gone."""
    try:
        return stat.read_text().rpartition(")")[2].split()
    except OSError:
        return []
