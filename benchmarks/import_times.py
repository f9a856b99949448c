"""Which packages an import spends its time on, as `python -X importtime` says."""

from __future__ import annotations

import re
from collections import Counter

from environments import PROBES, run_python

_LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s*(\S+)")
_NAMED = 5


def blame(client: str, runs: int) -> list[tuple[str, float]]:
    """The packages that take most of what a client's import takes beyond langchain-core, with their shares.

    Args:
        client: Whose import.
        runs: How many fresh interpreters; their times are added up.
    """
    spent: Counter[str] = Counter()
    for _ in range(runs):
        spent += _self_times(client)
    return [(package, spent[package] / spent.total()) for package, _ in spent.most_common(_NAMED)]


def _self_times(client: str) -> Counter[str]:
    """Microseconds by package, a module without those that it imports."""
    done = run_python(client, "-X", "importtime", PROBES / "startup.py", client, "-", "blame")
    _, _, beyond = done.stderr.partition("langchain-core is imported\n")
    spent: Counter[str] = Counter()
    for microseconds, module in _LINE.findall(beyond):
        spent[".".join(module.split(".")[:2])] += int(microseconds)
    return spent
