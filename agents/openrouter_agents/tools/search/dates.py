"""When pages were published, in the many ways that providers say it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from openrouter_agents.tools.search.provider import Freshness

_DAYS: Final[Mapping[Freshness, int]] = {"day": 1, "week": 7, "month": 31, "year": 366}
_AGO: Final = re.compile(r"(\d+|an?)\s+(minute|hour|day|week|month|year)s?\s+ago", re.IGNORECASE)
_UNIT_DAYS: Final = {"minute": 0, "hour": 0, "day": 1, "week": 7, "month": 30, "year": 365}
_MOST_DAYS: Final = 200 * 365
_FORMATS: Final = ("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%Y/%m/%d")


def oldest_day(freshness: Freshness) -> date:
    """The first day (UTC) on which what is so fresh may have been published."""
    return today() - timedelta(days=_DAYS[freshness])


def today() -> date:
    """The day in UTC."""
    return datetime.now(UTC).date()


def read_day(words: str) -> date | None:
    """The day that is meant by `2026-01-31T09:00:00Z`, `Jan 31, 2026`, `2 days ago` and their like.

    Returns:
        `None` where the words are none of these. The time of the day and its zone are not looked at, but for ISO.
    """
    text = " ".join(words.split())
    if ago := _AGO.fullmatch(text):
        count = int(ago[1]) if ago[1].isdecimal() else 1
        return today() - timedelta(days=min(count * _UNIT_DAYS[ago[2].lower()], _MOST_DAYS))
    return _iso_day(text) or _mail_day(text) or _written_day(text)


def _iso_day(text: str) -> date | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date()


def _mail_day(text: str) -> date | None:
    try:
        return parsedate_to_datetime(text).date()
    except ValueError:
        return None


def _written_day(text: str) -> date | None:
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    return None
