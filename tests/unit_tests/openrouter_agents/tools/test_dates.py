"""Dates in the calculator, judged by datetime and numpy."""

from datetime import date, timedelta

import numpy as np
import pytest
from calculation_problems import check_problem
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openrouter_agents.tools.exact_arithmetic import calculate

unhurried = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
days = st.dates(date(1000, 1, 1), date(3000, 1, 1))

RESULTS = {
    "2024-03-01 - 2023-12-25": "67 days",
    "2024-01-01 + 90 days": "2024-03-31 (Sunday)",
    "90 days + 2024-01-01": "2024-03-31 (Sunday)",
    "2024-01-31 + 1 month": "2024-02-29 (Thursday)",
    "2024-03-31 - 1 month": "2024-02-29 (Thursday)",
    "2024-02-29 + 1 year": "2025-02-28 (Friday)",
    "2024-01-31 + 1 month + 1 day": "2024-03-01 (Friday)",
    "2026-12-25 - 3 weeks": "2026-12-04 (Friday)",
    "2026-01-01 + 48 hours": "2026-01-03 (Saturday)",
    "2026-01-01 + 2 decades": "2046-01-01 (Monday)",
    "(2026-12-24 - 2026-11-26) to weeks": "4 weeks",
    "25 December 2026 - 25 Nov 2026": "30 days",
    "March 5, 2026 + 10 days": "2026-03-15 (Sunday)",
    "Sept. 1, 2026": "2026-09-01 (Tuesday)",
    '"2026-11-25" - "2026-11-20"': "5 days",
    "date(2026, 11, 25)": "2026-11-25 (Wednesday)",
    "weekday(2026-11-25)": "Wednesday",
    "week(2027-01-01)": "53",
    "yearday(2024-12-31)": "366",
    "days_between(2024-01-01, 2024-12-31)": "365 days",
    "days_between('2024-12-31', '2024-01-01')": "-365 days",
    "workdays_between(2026-11-02, 2026-12-01)": "21 days",
    "age(1990-05-17, 2026-05-16)": "35 years",
    "months_between(2026-01-31, 2026-02-28)": "1 months",
    "2024 - 3 - 1": "2020",
    "2024-3-1": "2020",
}

PROBLEMS = {
    "2024-13-01": ("no such date", 0),
    "30 February 2024": ("no such date", 0),
    "date(2024, 2, 30)": ("no such date", 0),
    "date(2024, 1.5, 1)": ("whole numbers", 0),
    "2024-01-01 + 90": ("add a span of time", 11),
    "90 - 2024-01-01": ("from another date", 3),
    "2024-01-01 + 5 km": ("add a span of time", 11),
    "2024-01-01 + 36 hours": ("only whole days", 11),
    "2024-01-01 + 1.5 months": ("only whole months", 11),
    "2024-01-01 + 2024-01-02": ("add a span of time", 11),
    "2024-01-01 * 2": ("cannot be multiplied", 11),
    "sqrt(2024-01-01)": ("Dates and texts cannot be", 0),
    "9999-12-31 + 1 day": ("out of range", 11),
    "0001-01-01 - 1 month": ("out of range", 11),
    "weekday(5)": ("needs a date", 0),
    "weekday(5 km)": ("needs dates", 0),
    "age(2026-01-01, 1990-01-01)": ("must not be after", 0),
    "today + 3 days": ("no clock", 0),
    "2024-01-01 10:00": ("Times of day", 13),
}


@pytest.mark.parametrize(("expression", "expected"), RESULTS.items())
def test_dates_are_calculated(expression, expected):
    assert calculate(expression) == expected


@pytest.mark.parametrize(("expression", "expected"), PROBLEMS.items())
def test_problems_say_what_is_wrong_and_where(expression, expected):
    check_problem(expression, *expected)


@unhurried
@given(days, days)
def test_differences_are_those_of_datetime(first, last):
    assert calculate(f"{last} - {first}") == f"{(last - first).days} days"
    assert calculate(f"{first} + {abs((last - first).days)} days").startswith(
        str(first + timedelta(days=abs((last - first).days)))
    )


@unhurried
@given(days, days)
def test_workdays_are_those_of_numpy(first, last):
    early, late = sorted((first, last))
    assert calculate(f"workdays({early}, {late})") == f"{np.busday_count(early, late)} days"


@unhurried
@given(days, st.integers(-600, 600))
def test_months_are_those_of_the_calendar(day, months):
    moved = date.fromisoformat(calculate(f"{day} + ({months}) months").split()[0])
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved.day < day.day and (moved + timedelta(days=1)).day == 1)
