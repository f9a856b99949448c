"""The windows that budgets count in: hours, days, weeks from Monday and months of UTC, as OpenRouter counts.

Times are whole microseconds since 1970, as stores keep them.

Source: https://openrouter.ai/docs/features/provisioning-api-keys
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from langchain_openrouter.errors import ConfigurationError

MICROS = 1_000_000
HOUR = 3600 * MICROS
DAY = 24 * HOUR
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.date().toordinal()
_MICROSECOND = timedelta(microseconds=1)
_AGO = re.compile(r"(\d+(?:\.\d+)?)\s*([mhdw])", re.IGNORECASE | re.ASCII)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_MOMENTS = 'A time is a datetime, a timedelta, or text such as "30m", "24h", "7d" or "2026-11-25", not {!r}.'
_MONDAY = 3
"""Days from a Monday to the first of January 1970, a Thursday."""


class Window(StrEnum):
    """How long a budget lasts until it starts anew."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    LIFETIME = "lifetime"


def to_micros(at: datetime) -> int:
    """Make microseconds of a time; one without a time zone is UTC."""
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Make a time in UTC of microseconds."""
    return _EPOCH + timedelta(microseconds=micros)


def parse_moment(moment: object, now: int) -> int | None:
    """Read a moment in microseconds.

    Args:
        moment: A time (UTC without a time zone), a day, how long ago (`timedelta`, `"30m"`, `"24h"`, `"7d"`, `"2w"`),
            or ISO text. `None` is none.
        now: Microseconds since 1970.

    Raises:
        ConfigurationError: It is none of these.
    """
    if moment is None:
        return None
    if isinstance(moment, str):
        moment = _parse_text(moment.strip())
    if isinstance(moment, timedelta):
        try:
            moment = from_micros(now) - moment
        except OverflowError:
            raise ConfigurationError(f"There was no time {moment} ago.") from None
    if isinstance(moment, datetime):
        return to_micros(moment)
    if isinstance(moment, date):
        return (moment.toordinal() - _EPOCH_DAY) * DAY
    raise ConfigurationError(_MOMENTS.format(moment))


def _parse_text(text: str) -> datetime | timedelta:
    if (found := _AGO.fullmatch(text)) is not None:
        return _ago(found)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(_MOMENTS.format(text)) from None


def _ago(found: re.Match[str]) -> timedelta:
    try:
        return timedelta(**{_UNITS[found[2].lower()]: float(found[1])})
    except OverflowError:
        raise ConfigurationError(f"There was no time {found[0]} ago.") from None


def to_date(micros: int) -> date:
    """The day in UTC."""
    return date.fromordinal(_EPOCH_DAY + micros // DAY)


def window_start(window: Window, at: int) -> int:
    """When the window of a moment began; `0` for a lifetime."""
    match window:
        case Window.LIFETIME:
            return 0
        case Window.HOUR:
            return at // HOUR * HOUR
        case Window.DAY:
            return at // DAY * DAY
        case Window.WEEK:
            return ((at // DAY + _MONDAY) // 7 * 7 - _MONDAY) * DAY
        case Window.MONTH:
            return _month_start(at // DAY) * DAY


def window_end(window: Window, start: int) -> int | None:
    """When a window that began at `start` is over, which is not part of it; `None` for a lifetime."""
    match window:
        case Window.LIFETIME:
            return None
        case Window.HOUR:
            return start + HOUR
        case Window.DAY:
            return start + DAY
        case Window.WEEK:
            return start + 7 * DAY
        case Window.MONTH:
            # the 32nd day after a month began is in the next one
            return _month_start(start // DAY + 31) * DAY


@lru_cache(maxsize=4096)
def _month_start(day: int) -> int:
    return date.fromordinal(_EPOCH_DAY + day).replace(day=1).toordinal() - _EPOCH_DAY
