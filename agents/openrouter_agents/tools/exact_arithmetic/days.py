"""Dates: days between them, and dates so many days, weeks, months or years away."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from openrouter_agents.tools.exact_arithmetic import arithmetic, quantities
from openrouter_agents.tools.exact_arithmetic.errors import MathProblemError
from openrouter_agents.tools.exact_arithmetic.numbers import Number, Workspace, whole
from openrouter_agents.tools.exact_arithmetic.unit_algebra import dimensions
from openrouter_agents.tools.exact_arithmetic.unit_names import calendar_months, time_unit
from openrouter_agents.tools.exact_arithmetic.values import Quantity, Value, Words

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""Names of the days of the week, in the order of `date.weekday`."""

_DAY: Final = time_unit("days")
_MONTHS_OF_YEAR: Final = 12
_WEEKDAYS_OF_WEEK: Final = 5
_DAYS_OF_WEEK: Final = 7


def add(work: Workspace, left: Value, right: Value) -> Value:
    """A date and a span of time, in either order; else a sum of amounts."""
    if isinstance(left, date):
        return _moved(work, left, right, 1)
    return _moved(work, right, left, 1) if isinstance(right, date) else quantities.add(work, left, right)


def subtract(work: Workspace, left: Value, right: Value) -> Value:
    """The days from one date to another, or a date less a span of time; else a difference of amounts."""
    if isinstance(left, date) and isinstance(right, date):
        return _days_from(right, left)
    if isinstance(right, date):
        raise MathProblemError("A date can only be taken from another date.")
    return _moved(work, left, right, -1) if isinstance(left, date) else quantities.subtract(work, left, right)


def make_date(_work: Workspace, year: Number, month: Number, day: Number) -> date:
    """A date of three whole numbers."""
    numbers = [whole(number, "date(year, month, day) needs whole numbers.") for number in (year, month, day)]
    try:
        return date(*numbers)
    except (ValueError, OverflowError) as error:
        raise MathProblemError("There is no such date; years go from 1 to 9999.") from error


def weekday(_work: Workspace, *dates: Value) -> Value:
    """The name of the day of the week."""
    (day,) = _dates(dates)
    return Words(WEEKDAYS[day.weekday()])


def week(_work: Workspace, *dates: Value) -> Value:
    """The number of the week, as ISO 8601 counts them."""
    (day,) = _dates(dates)
    return Fraction(day.isocalendar().week)


def day_of_year(_work: Workspace, *dates: Value) -> Value:
    """1 for the first of January, 365 or 366 for the last of December."""
    (day,) = _dates(dates)
    return Fraction(day.timetuple().tm_yday)


def days_between(_work: Workspace, *dates: Value) -> Value:
    """Days from the first date to the second."""
    first, last = _dates(dates)
    return _days_from(first, last)


def workdays_between(_work: Workspace, *dates: Value) -> Value:
    """Mondays to Fridays from the first date to the day before the second; holidays are not known."""
    first, last = _dates(dates)
    if last < first:
        raise MathProblemError("The first date must not be after the second.")
    weeks, rest = divmod((last - first).days, _DAYS_OF_WEEK)
    odd = sum((first.weekday() + extra) % _DAYS_OF_WEEK < _WEEKDAYS_OF_WEEK for extra in range(rest))
    return Quantity(Fraction(weeks * _WEEKDAYS_OF_WEEK + odd), _DAY)


def months_between(_work: Workspace, *dates: Value) -> Value:
    """Whole months from the first date to the second."""
    return Quantity(Fraction(_whole_months(*_dates(dates))), time_unit("months"))


def years_between(_work: Workspace, *dates: Value) -> Value:
    """Whole years from the first date to the second: an age."""
    months = _whole_months(*_dates(dates))
    return Quantity(Fraction(months // _MONTHS_OF_YEAR), time_unit("years"))


def _dates(values: Sequence[Value]) -> list[date]:
    dates = [value for value in values if isinstance(value, date)]
    if len(dates) != len(values):
        raise MathProblemError("This needs dates, such as 2026-03-01.")
    return dates


def _days_from(first: date, last: date) -> Quantity:
    return Quantity(Fraction((last - first).days), _DAY)


def _whole_months(first: date, last: date) -> int:
    if last < first:
        raise MathProblemError("The first date must not be after the second.")
    months = (last.year - first.year) * _MONTHS_OF_YEAR + last.month - first.month
    return months - (last < months_later(first, months))


def _moved(work: Workspace, day: date, span: Value, direction: int) -> date:
    if not isinstance(span, Quantity) or dimensions(span.unit) != dimensions(_DAY):
        raise MathProblemError(
            "To a date, add a span of time: 2026-03-01 + 30 days. To subtract numbers, write spaces around the '-'."
        )
    months = calendar_months(span.unit)
    try:
        if months is not None:
            counted = arithmetic.multiply(work, span.number, Fraction(months))
            return months_later(day, direction * whole(counted, "To a date, only whole months can be added."))
        days = quantities.convert(work, span, Quantity(Fraction(1), _DAY)).number
        return day + timedelta(days=direction * whole(days, "To a date, only whole days can be added."))
    except MathProblemError:
        raise
    except (ValueError, OverflowError) as error:
        raise MathProblemError("This date is out of range; years go from 1 to 9999.") from error


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or the last of that month where it is shorter: 31 January + 1 month."""
    years, month = divmod(day.month - 1 + months, _MONTHS_OF_YEAR)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
