"""When a server says that it is worth trying again.

Source: https://openrouter.ai/docs/api-reference/limits
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from langchain_openrouter.errors.facts import object_of

_MILLISECONDS = 1e12
"""Timestamps from here on count milliseconds; smaller ones, and texts, are other servers' ways to say it."""


def parse_retry_after(
    headers: Mapping[str, str], availability: Mapping[str, Any], metadata: Mapping[str, Any]
) -> float | None:
    """Seconds to wait: by the answer's header, by its body, or until its rate limit is reset. `None`: it does not say.

    Args:
        headers: The response's headers, lower-case names.
        availability: The wire's `error.availability`.
        metadata: The wire's `error.metadata`, which holds headers as well.
    """
    inner = {str(name).lower(): value for name, value in object_of(metadata.get("headers")).items()}
    hints = (availability.get("retry_after"), inner.get("retry-after"), metadata.get("retry_after_seconds"))
    for value in (headers.get("retry-after"), *hints):
        seconds = _seconds(value)
        if seconds is not None:
            return seconds
    return _until_reset(headers.get("x-ratelimit-reset") or inner.get("x-ratelimit-reset"))


def _seconds(value: object) -> float | None:
    number = _number(value)
    if number is not None:
        return max(0.0, number)
    return _until_date(value) if isinstance(value, str) else None


def _until_date(http_date: str) -> float | None:
    try:
        moment = parsedate_to_datetime(http_date)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _until_reset(value: object) -> float | None:
    number = _number(value)
    if number is None or number < _MILLISECONDS:
        return None
    seconds = number / 1000 - datetime.now(UTC).timestamp()
    return seconds if seconds > 0 else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
