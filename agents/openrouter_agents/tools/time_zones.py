"""From what people call a time zone to the zone."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from difflib import get_close_matches
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

_OFFSET: Final = re.compile(r"(?:UTC|GMT)?([+\u2212-])(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)
_LONGEST_OFFSET: Final = timedelta(hours=18)
_SAMPLES: Final = tuple(datetime(year, month, 1) for year in range(1990, 2031, 5) for month in (1, 7))  # noqa: DTZ001 - as each zone has it

# Abbreviations that are no zones of their own: which are meant, the most likely one first.
_AMBIGUOUS: Final[Mapping[str, str]] = {
    "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles",
    "PT": "America/Los_Angeles",
    "MDT": "America/Denver",
    "CST": "America/Chicago, Asia/Shanghai",
    "CDT": "America/Chicago",
    "EDT": "America/New_York",
    "ET": "America/New_York",
    "BST": "Europe/London, Asia/Dhaka",
    "CEST": "Europe/Berlin",
    "IST": "Asia/Kolkata, Europe/Dublin, Asia/Jerusalem",
    "JST": "Asia/Tokyo",
    "KST": "Asia/Seoul",
    "AEST": "Australia/Brisbane, Australia/Sydney",
    "AEDT": "Australia/Sydney",
    "MSK": "Europe/Moscow",
    # Fixed offsets all year round in the database, which is rarely what is meant.
    "EST": "America/New_York, or -05:00",
    "MST": "America/Denver, America/Phoenix",
}


class TimeZoneError(ValueError):
    """There is no such time zone; the message says which there are."""


def find_zone(name: str) -> tzinfo:
    """The zone with this name.

    Args:
        name: `Europe/Berlin`, `Berlin` or `new york`, `UTC`, `+05:30` or `UTC-3`.

    Raises:
        TimeZoneError: There is none, or it may be several.
    """
    asked = name.strip()
    if asked.upper() in {"UTC", "GMT", "Z", "ZULU"}:
        return UTC
    if (offset := _OFFSET.fullmatch(asked)) is not None:
        return _fixed(offset)
    if asked.upper() in _AMBIGUOUS:
        raise TimeZoneError(f"{asked!r} can mean several zones. Name a place: {_AMBIGUOUS[asked.upper()]}.")
    found = _zones_by_name().get(_key(asked), ())
    if found and len({_rules(zone) for zone in found}) == 1:
        return ZoneInfo(found[0])
    if found:
        raise TimeZoneError(f"{asked!r} can mean several zones: {', '.join(found)}.")
    close = get_close_matches(_key(asked), _zones_by_name(), n=3)
    hint = ", ".join(zone for key in close for zone in _zones_by_name()[key])
    raise TimeZoneError(
        f"There is no time zone {asked[:50]!r}. "
        + (f"Did you mean {hint}? " if hint else "")
        + "Write it as Europe/Berlin, UTC or +05:30; a small place has the zone of a large city."
    )


@lru_cache(1)
def _zones_by_name() -> Mapping[str, tuple[str, ...]]:
    """All zones by their names in small letters, and by the city at the end of those."""
    zones: dict[str, set[str]] = {}
    for zone in available_timezones():
        zones.setdefault(_key(zone), set()).add(zone)
        if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "US/", "posix/", "right/")):
            zones.setdefault(_key(zone.rpartition("/")[2]), set()).add(zone)
    return {key: tuple(sorted(found)) for key, found in zones.items()}


def _rules(zone: str) -> tuple[timedelta | None, ...]:
    """What tells zones apart that are not the same under two names."""
    return tuple(ZoneInfo(zone).utcoffset(moment) for moment in _SAMPLES)


def _key(name: str) -> str:
    return name.lower().replace(" ", "_")


def _fixed(offset: re.Match[str]) -> timezone:
    size = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
    if size > _LONGEST_OFFSET:
        raise TimeZoneError("Offsets go from -18:00 to +18:00.")
    return timezone(size if offset[1] == "+" else -size)
