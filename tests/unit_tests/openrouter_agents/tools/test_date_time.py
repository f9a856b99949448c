"""The clock of the agent, judged by dateutil and the zones of the database."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_tests.integration_tests import ToolsIntegrationTests
from langchain_tests.unit_tests import ToolsUnitTests

from openrouter_agents.tools import DateTime
from openrouter_agents.tools.time_zones import TimeZoneError, find_zone

unhurried = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
NOW = datetime(2026, 11, 25, 10, 30, tzinfo=UTC)
PLACES = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
]


class TestDateTimeUnit(ToolsUnitTests):
    @property
    def tool_constructor(self):
        return DateTime

    @property
    def tool_invoke_params_example(self):
        return {"timezone": "Tokyo", "at": "2026-03-01T09:00", "from_timezone": "America/New_York"}


class TestDateTimeIntegration(ToolsIntegrationTests):
    @property
    def tool_constructor(self):
        return DateTime

    @property
    def tool_invoke_params_example(self):
        return {"timezone": "Europe/Berlin"}


def tell(**arguments):
    return json.loads(DateTime(clock=lambda: NOW).invoke(arguments))


def refusal(**arguments):
    call = {"name": "datetime", "args": arguments, "id": "1", "type": "tool_call"}
    message = DateTime(clock=lambda: NOW).invoke(call)
    assert message.status == "error"
    return message.text


def test_tells_the_time_now():
    assert tell(timezone="Europe/Berlin") == {
        "iso": "2026-11-25T11:30:00+01:00",
        "weekday": "Wednesday",
        "week": "2026-W48",
        "timezone": "Europe/Berlin",
        "abbreviation": "CET",
        "is_summer_time": False,
        "unix": 1795602600,
        "warnings": [],
    }


def test_the_clock_runs():
    before = datetime.now(UTC)
    told = datetime.fromisoformat(json.loads(DateTime().invoke({}))["iso"])
    assert before - timedelta(seconds=1) <= told <= datetime.now(UTC)


def test_the_default_zone_is_that_of_the_tool():
    tool = DateTime(timezone="Asia/Tokyo", clock=lambda: NOW)
    assert "left out, Asia/Tokyo" in tool.description
    assert json.loads(tool.invoke({}))["iso"] == "2026-11-25T19:30:00+09:00"
    with pytest.raises(ValueError, match="no time zone 'Nowhere'"):
        DateTime(timezone="Nowhere")


@pytest.mark.parametrize(
    ("arguments", "iso"),
    [
        ({"timezone": "Tokyo", "at": "2026-03-01T09:00", "from_timezone": "new york"}, "2026-03-01T23:00:00+09:00"),
        ({"timezone": "+05:30", "at": "2026-03-01 09:00-05:00"}, "2026-03-01T19:30:00+05:30"),
        ({"timezone": "UTC", "at": "09:00", "from_timezone": "Asia/Tokyo"}, "2026-11-25T00:00:00+00:00"),
        ({"timezone": "Europe/Berlin", "at": "2026-07-01"}, "2026-07-01T02:00:00+02:00"),
        ({"timezone": "UTC", "at": "1795602600"}, "2026-11-25T10:30:00+00:00"),
        ({"timezone": "UTC-3", "at": "now"}, "2026-11-25T07:30:00-03:00"),
        ({"add": "90 minutes"}, "2026-11-25T12:00:00+00:00"),
        ({"add": "-2 h 30 min"}, "2026-11-25T08:00:00+00:00"),
        ({"add": "1 week, 2 days and 3 hours"}, "2026-12-04T13:30:00+00:00"),
        ({"at": "2026-01-31T08:00", "add": "1 month"}, "2026-02-28T08:00:00+00:00"),
        # the day of the change of clocks has 23 hours: a day later is the same time by the clock, 24 hours are not
        ({"timezone": "Europe/Berlin", "at": "2026-03-28T12:00+01:00", "add": "1 day"}, "2026-03-29T12:00:00+02:00"),
        ({"timezone": "Europe/Berlin", "at": "2026-03-28T12:00+01:00", "add": "24 h"}, "2026-03-29T13:00:00+02:00"),
    ],
)
def test_converts_and_moves(arguments, iso):
    assert tell(**arguments)["iso"] == iso


def test_a_time_that_clocks_skip_is_told():
    told = tell(timezone="UTC", at="2026-03-29T02:30", from_timezone="Europe/Berlin")
    assert "skip this time" in told["warnings"][0]


def test_a_time_that_clocks_show_twice_is_told():
    told = tell(timezone="UTC", at="2026-10-25T02:30", from_timezone="Europe/Berlin")
    assert told["iso"] == "2026-10-25T00:30:00+00:00"
    assert "twice" in told["warnings"][0]
    assert "2026-10-25T02:30:00+01:00" in told["warnings"][0]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"timezone": "Berln"}, "Did you mean Europe/Berlin"),
        ({"timezone": "../../etc/passwd"}, "no time zone"),
        ({"timezone": "CST"}, "America/Chicago, Asia/Shanghai"),
        ({"timezone": "+25:00"}, "-18:00 to +18:00"),
        ({"at": "tomorrow"}, "'tomorrow' is no time"),
        ({"at": "2026-02-30"}, "is no time"),
        ({"at": "9" * 400}, "is no time"),
        ({"add": "3 parsecs"}, "'parsecs' is no unit of time"),
        ({"add": "soon"}, "is no span of time"),
        ({"add": "1.5 months"}, "Only whole numbers of months"),
        ({"add": "9000 years"}, "out of the calendar"),
        ({"add": "999999999 years"}, "out of the calendar"),
        ({"at": "9999-12-31T23:00-12:00", "timezone": "Pacific/Auckland"}, "out of the calendar"),
        ({"timezone": 5}, "all texts"),
    ],
)
def test_what_cannot_be_told_says_why(arguments, sentence):
    assert sentence in refusal(**arguments)


@pytest.mark.parametrize("name", ["Singapore", "istanbul", "new_york", "europe/berlin", "Calcutta", "gmt", "GMT+2"])
def test_zones_go_by_what_people_call_them(name):
    assert find_zone(name) is not None


def test_cities_of_one_name_in_several_zones_are_told_apart():
    with pytest.raises(TimeZoneError, match="Australia/West, Brazil/West"):
        find_zone("West")


@unhurried
@given(
    moment=st.datetimes(datetime(1975, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001 - read in a zone by the tool
    source=st.sampled_from(PLACES),
    target=st.sampled_from(PLACES),
)
def test_conversions_are_those_of_dateutil(moment, source, target):
    told = tell(timezone=target, at=moment.isoformat(), from_timezone=source)
    if not told["warnings"]:
        expected = moment.replace(tzinfo=tz.gettz(source)).astimezone(tz.gettz(target))
        assert told["iso"] == expected.replace(microsecond=0).isoformat()


@unhurried
@given(
    moment=st.datetimes(datetime(1975, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - has UTC
    place=st.sampled_from(PLACES),
    minutes=st.integers(-100_000, 100_000),
)
def test_minutes_are_time_that_passes(moment, place, minutes):
    told = tell(timezone=place, at=moment.isoformat(), add=f"{minutes} minutes")
    assert told["iso"] == (moment + timedelta(minutes=minutes)).astimezone(ZoneInfo(place)).isoformat(
        timespec="seconds"
    )


def test_nothing_is_asked_of_a_network():
    code = (
        "import sys, socket\n"
        "def refuse(*a, **k): raise AssertionError('network')\n"
        "socket.socket.connect = refuse\n"
        "from openrouter_agents.tools import DateTime\n"
        "print(DateTime().invoke({'timezone': 'Asia/Tokyo'}))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout)["timezone"] == "Asia/Tokyo"
