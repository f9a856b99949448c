"""Reads fields of a wire object that may hold anything: what is not of its kind is not known."""

from __future__ import annotations

import math
from datetime import UTC, datetime


def flag_of(value: object) -> bool | None:
    """The boolean that a value is; `None` where it is none."""
    return value if isinstance(value, bool) else None


def count_of(value: object) -> int | None:
    """The whole number that a value is, also where it came as a float; `None` where it is no finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return int(value)


def time_of(value: object) -> datetime | None:
    """The time in UTC that a value is: seconds since 1970, or ISO 8601 (UTC, if it names no zone); else `None`."""
    try:
        if isinstance(value, str):
            time = datetime.fromisoformat(value)
            return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
        seconds = count_of(value)
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
