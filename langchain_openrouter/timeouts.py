"""How long a call may take, and its parts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple, cast

from langchain_openrouter.errors import ConfigurationError
from langchain_openrouter.settings import Timeout

CONNECT_TIMEOUT = 10.0
"""Seconds to open a connection."""
IDLE_TIMEOUT = 120.0
"""Seconds without a byte from the server; keep-alive comments count as bytes."""
TOTAL_TIMEOUT = 600.0
"""Seconds for an unstreamed call with all its attempts, and for a stream to open."""

_HTTPX = {"connect": "connect", "idle": "read", "write": "write", "pool": "pool"}
"""The keys of a `Timeout`, and what httpx calls them."""


class Limits(NamedTuple):
    """Seconds; `None` is no limit."""

    connect: float | None = CONNECT_TIMEOUT
    idle: float | None = IDLE_TIMEOUT
    write: float | None = IDLE_TIMEOUT
    pool: float | None = IDLE_TIMEOUT
    total: float | None = TOTAL_TIMEOUT
    bounds_streams: bool = False
    """Whether `total` ends the reading of a stream too, and not only of what is read as a whole."""


def parse_timeout(given: object) -> Limits:
    """The limits that a `timeout` stands for.

    Args:
        given: Seconds for everything, a `Timeout`, an `httpx.Timeout`, or `None` for the defaults above.

    Raises:
        ConfigurationError: It is none of these.
    """
    match as_timeout(given):
        case None:
            return Limits()
        case float(seconds):
            return Limits(min(CONNECT_TIMEOUT, seconds), seconds, seconds, seconds, seconds)
        case keys:
            idle = keys.get("idle", IDLE_TIMEOUT)
            write, pool = keys.get("write", idle), keys.get("pool", idle)
            connect, total = keys.get("connect", CONNECT_TIMEOUT), keys.get("total", TOTAL_TIMEOUT)
            return Limits(connect, idle, write, pool, total, bounds_streams="total" in keys)


def as_timeout(given: object) -> float | Timeout | None:
    """Check a `timeout`, and bring an `httpx.Timeout` into the form of this package.

    Raises:
        ConfigurationError: It is no number of seconds above 0, or a key is unknown.
    """
    if given is None:
        return None
    if all(hasattr(given, name) for name in _HTTPX.values()):
        # httpx has no limit for the whole of a call
        given = {name: getattr(given, theirs) for name, theirs in _HTTPX.items()} | {"total": None}
    if not isinstance(given, Mapping):
        return _seconds("timeout", given)
    if unknown := given.keys() - Timeout.__annotations__.keys():
        raise ConfigurationError(
            f"A timeout has no key {min(map(str, unknown))!r}: it has {', '.join(Timeout.__annotations__)}."
        )
    checked = {name: None if value is None else _seconds(f"timeout[{name!r}]", value) for name, value in given.items()}
    return cast("Timeout", checked)


def _seconds(name: str, given: object) -> float:
    try:
        seconds = math.nan if isinstance(given, bool) else float(given)  # type: ignore[arg-type]  # anything may come
    except (TypeError, ValueError, OverflowError):
        seconds = math.nan
    if not 0 < seconds < math.inf:
        shown = repr(given) if isinstance(given, int | float) else type(given).__name__
        raise ConfigurationError(
            f"{name} must be a number of seconds above 0, not {shown}; or give Timeout(connect=5, idle=30, total=120), "
            "where None means no limit."
        )
    return seconds
