"""Spans of time as people write them, and moments that are such a span away."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from openrouter_agents.tools.exact_arithmetic.days import months_later

_SPAN: Final = re.compile(r"\s*(?:and\s+|,\s*)?(\d{1,9}(?:\.\d{1,6})?)\s*([a-zA-Z]+)")
_SECONDS: Final[Mapping[str, int]] = {"second": 1, "sec": 1, "s": 1, "minute": 60, "min": 60, "hour": 3_600, "h": 3_600}
_DAYS: Final[Mapping[str, int]] = {"day": 1, "d": 1, "week": 7}
_MONTHS: Final[Mapping[str, int]] = {"month": 1, "year": 12}
_EXAMPLE: Final = "Write spans as 90 minutes, 2 h 30 min, -3 days or 1 month."


class TimeSpanError(ValueError):
    """A text is no span of time, or one that leads out of the calendar."""


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """So many months, days and seconds, which are three things: days have 23 to 25 hours where clocks are changed."""

    months: int = 0
    days: int = 0
    seconds: float = 0


def parse_span(text: str) -> TimeSpan:
    """Read a span.

    Raises:
        TimeSpanError: It is none, or a part of a day, month or year.
    """
    rest = text.strip()
    direction = -1 if rest.startswith(("-", "\u2212")) else 1
    rest = rest.lstrip("+-\u2212 ")
    months, days, seconds = 0, 0, 0.0
    while match := _SPAN.match(rest):
        count, unit = float(match[1]), match[2].lower()
        name = unit if unit in {"s", "h", "d"} else unit.removesuffix("s")
        months += _whole(count, unit) * _MONTHS[name] if name in _MONTHS else 0
        days += _whole(count, unit) * _DAYS[name] if name in _DAYS else 0
        seconds += count * _SECONDS[name] if name in _SECONDS else 0
        if name not in {*_MONTHS, *_DAYS, *_SECONDS}:
            raise TimeSpanError(f"{unit!r} is no unit of time. {_EXAMPLE}")
        rest = rest[match.end() :]
    if rest.strip() or rest == text.strip():
        raise TimeSpanError(f"{text[:50]!r} is no span of time. {_EXAMPLE}")
    return TimeSpan(direction * months, direction * days, direction * seconds)


def moved(moment: datetime, span: TimeSpan) -> datetime:
    """The moment a span later: months and days by the calendar, hours and less by the time that passes.

    Raises:
        TimeSpanError: It is before the year 1 or after 9999.
    """
    try:
        day = months_later(moment.date(), span.months) + timedelta(days=span.days)
        local = datetime.combine(day, moment.timetz())
        return (local.astimezone(UTC) + timedelta(seconds=span.seconds)).astimezone(moment.tzinfo)
    except (OverflowError, ValueError) as error:
        raise TimeSpanError("This is out of the calendar, which goes from the year 1 to 9999.") from error


def _whole(count: float, unit: str) -> int:
    if count != int(count):
        raise TimeSpanError(f"Only whole numbers of {unit} can be counted; write a smaller unit.")
    return int(count)
