"""`DateTime`: the tool with which a model learns what time it is, and what time that is elsewhere."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from langchain_core.tools import ArgsSchema, BaseTool, ToolException
from pydantic import BaseModel, Field, field_validator
from typing_extensions import TypedDict, override

from openrouter_agents.tools.exact_arithmetic.days import WEEKDAYS
from openrouter_agents.tools.moments import MomentError, doubts_about, in_zone, parse_moment
from openrouter_agents.tools.time_spans import TimeSpanError, moved, parse_span
from openrouter_agents.tools.time_zones import TimeZoneError, find_zone

_DESCRIPTION: Final = """\
Tells the time now, or converts a time between time zones; use it for "today", "tomorrow" and deadlines. Returns JSON.
timezone: where, as Europe/Berlin, Berlin, UTC or +05:30; left out, {default}.
at: a time to convert instead of now, as 2026-03-01T09:00, 2026-03-01T09:00-05:00 or 09:00 (today); without an offset \
it is read in from_timezone, left out in {default}.
add: what to move it by, as 90 minutes, 2 h 30 min, -3 days, 1 month.
Days between dates: the calculator."""

_WRONG_ARGUMENTS: Final = (
    'Error: datetime takes "timezone", "at", "from_timezone" and "add", all texts and all optional. Nothing was told.'
)


class TimeAnswer(TypedDict):
    """What the tool tells, as JSON."""

    iso: str
    """The moment as ISO 8601 with its offset."""
    weekday: str
    week: str
    """The week as ISO 8601 counts them, such as `2026-W48`."""
    timezone: str
    abbreviation: str
    is_summer_time: bool
    unix: int
    """Seconds since 1970."""
    warnings: list[str]
    """What to know of times that clocks skip, or show twice."""


class DateTimeInput(BaseModel):
    """The arguments of the tool."""

    timezone: str | None = Field(default=None, description="The zone to tell the time in.")
    at: str | None = Field(default=None, description="An ISO 8601 time to convert; left out, it is now.")
    from_timezone: str | None = Field(default=None, description="The zone of `at`, where that has no offset.")
    add: str | None = Field(default=None, description="A span of time to move by.")


class DateTime(BaseTool):
    """Tells the time, here and elsewhere: conversions between zones, weekdays, and times a span away. No network.

    Zones are those of the machine's time zone database, else of the package `tzdata`. Problems come back as a tool
    message with `status="error"` whose text starts with `Error:`.

    ```python
    DateTime().invoke({"timezone": "Tokyo", "at": "2026-03-01T09:00", "from_timezone": "New York"})  # JSON
    ```

    Raises:
        TimeZoneError: When it is made: its `timezone` is none.
    """

    name: str = "datetime"
    description: str = ""
    """Written for the default zone. Your own text replaces it."""
    args_schema: ArgsSchema | None = DateTimeInput
    handle_tool_error: bool = True
    handle_validation_error: str = _WRONG_ARGUMENTS

    timezone: str = "UTC"
    """The zone where the model names none: that of your users."""

    clock: Callable[[], datetime] = Field(default=lambda: datetime.now(UTC), exclude=True, repr=False)
    """Tells the moment, with a zone."""

    @field_validator("timezone")
    @classmethod
    def _check_zone(cls, name: str) -> str:
        find_zone(name)
        return name

    @override
    def model_post_init(self, context: object, /) -> None:
        super().model_post_init(context)
        self.description = self.description or _DESCRIPTION.format(default=self.timezone)

    @override
    def _run(
        self,
        timezone: str | None = None,
        at: str | None = None,
        from_timezone: str | None = None,
        add: str | None = None,
    ) -> str:
        try:
            return json.dumps(self._tell(timezone, at, from_timezone, add), ensure_ascii=False)
        except (TimeZoneError, TimeSpanError, MomentError) as error:
            raise ToolException(f"Error: {error}") from error

    def _tell(self, timezone: str | None, at: str | None, from_timezone: str | None, add: str | None) -> TimeAnswer:
        zone, now = find_zone(timezone or self.timezone), self.clock()
        moment, warnings = now, []
        if at:
            moment = parse_moment(at, find_zone(from_timezone or self.timezone), now)
            warnings = doubts_about(moment)
        moment = in_zone(moment, zone)
        if add:
            # by the calendar of the zone that is asked for: tomorrow is a day there
            moment = moved(moment, parse_span(add))
        return _answer(moment, timezone or self.timezone, warnings)


def _answer(moment: datetime, zone: str, warnings: list[str]) -> TimeAnswer:
    year, week, _ = moment.isocalendar()
    return TimeAnswer(
        iso=moment.isoformat(timespec="seconds"),
        weekday=WEEKDAYS[moment.weekday()],
        week=f"{year}-W{week:02}",
        timezone=getattr(moment.tzinfo, "key", zone),
        abbreviation=moment.tzname() or "",
        is_summer_time=bool(moment.dst()),
        unix=int(moment.timestamp() // 1),
        warnings=warnings,
    )
