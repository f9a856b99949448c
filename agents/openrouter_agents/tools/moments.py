"""Moments as people write them, and what is doubtful about them where clocks are changed."""

from datetime import UTC, datetime, time, tzinfo


class MomentError(ValueError):
    """A text is no moment, or one that leads out of the calendar."""


def parse_moment(text: str, zone: tzinfo, now: datetime) -> datetime:
    """Read a moment.

    Args:
        text: ISO 8601, such as `2026-03-01T09:00`, `2026-03-01` or `2026-03-01T09:00-05:00`; `09:00` is today; seconds
            since 1970; `now`.
        zone: The zone of what has no offset.
        now: The moment it is.

    Returns:
        The moment, with its zone.

    Raises:
        MomentError: It is none.
    """
    written = text.strip()
    try:
        if written.lower() == "now":
            return now
        if written.isascii() and written.isdecimal() and len(written) > len("20260301"):
            return datetime.fromtimestamp(int(written), UTC)
        if ":" in written[:3] or written[:1] in {"T", "t"}:
            return datetime.combine(now.astimezone(zone).date(), time.fromisoformat(written.zfill(5)), zone)
        moment = datetime.fromisoformat(written)
    except (ValueError, OverflowError, OSError) as error:
        example = "write it as 2026-03-01T09:00, with an offset such as -05:00 where you know it"
        raise MomentError(f"{written[:50]!r} is no time; {example}.") from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def in_zone(moment: datetime, zone: tzinfo) -> datetime:
    """The moment as clocks show it there.

    Raises:
        MomentError: It is before the year 1 or after 9999 there.
    """
    try:
        return moment.astimezone(zone)
    except (OverflowError, ValueError) as error:
        raise MomentError("This is out of the calendar, which goes from the year 1 to 9999.") from error


def doubts_about(moment: datetime) -> list[str]:
    """What to know of a time by a clock: whether the clock skips it, or shows it twice."""
    first, second = moment.replace(fold=0), moment.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return []
    shown = in_zone(in_zone(first, UTC), moment.tzinfo or UTC)
    if shown.replace(tzinfo=None) != first.replace(tzinfo=None):
        return [f"Clocks there skip this time, since they go forward; it was read as {shown.isoformat()}."]
    return [f"Clocks there show this time twice, since they go back; the second time is {second.isoformat()}."]
