"""Ids in the order of time.

Source: https://github.com/ulid/spec
"""

from __future__ import annotations

import os
import threading
import time
from random import Random

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_TAIL_BITS = 80
_SHIFTS = tuple(range(120, -1, -10))


class _Last:
    """The newest id of this process. Within a millisecond, and while a clock steps back, the next one counts on."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.lock = threading.Lock()
        self.value = 0
        # seeded by the system, which is asked once: for each id it would take longer than all the rest
        self.random = Random()  # noqa: S311 - ids are no secrets

    def advance(self) -> int:
        now = time.time_ns() // 1_000_000
        with self.lock:
            if now > self.value >> _TAIL_BITS:
                # the highest bit of the tail stays free, so that counting on never runs into the time
                self.value = now << _TAIL_BITS | self.random.getrandbits(_TAIL_BITS - 1)
            else:
                self.value += 1
            return self.value


_last = _Last()
if hasattr(os, "register_at_fork"):
    # a forked child would count on from the same id as its parent, with a lock that may be taken for ever
    os.register_at_fork(after_in_child=_last.restart)


def new_ulid() -> str:
    """Make a ULID: 26 letters and digits that sort as they were made, in one process strictly so."""
    value = _last.advance()
    return "".join([_PAIRS[value >> shift & 1023] for shift in _SHIFTS])
