"""From a result to text whose first word is the number."""

from datetime import date
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Final

from openrouter_agents.tools.exact_arithmetic.arithmetic import multiply
from openrouter_agents.tools.exact_arithmetic.days import WEEKDAYS
from openrouter_agents.tools.exact_arithmetic.errors import MathProblemError
from openrouter_agents.tools.exact_arithmetic.forms import digits_text
from openrouter_agents.tools.exact_arithmetic.numbers import Approx, Number, Workspace, bits
from openrouter_agents.tools.exact_arithmetic.unit_algebra import unit_text
from openrouter_agents.tools.exact_arithmetic.values import Form, InBase, Quantity, Shown, Value, Words

REAL_DIGITS: Final = 50
"""Significant digits shown of a rounded number."""

_FRACTION_DIGITS: Final = 20
_LONGEST_EXACT: Final = 40
_MAX_INTEGER_BITS: Final = 33_219  # 10,000 digits
_MAX_DECIMAL_PLACES: Final = 100
_MAX_FRACTION_BITS: Final = 3_000
_PLAIN_EXPONENTS: Final = range(-7, REAL_DIGITS + 1)


def render_value(value: Value, work: Workspace) -> str:
    """A result as text: a number as `render_number` has it, with its unit, or a date with its weekday."""
    if isinstance(value, Quantity):
        return _quantity_text(value, work)
    if isinstance(value, InBase):
        return digits_text(value)
    if isinstance(value, Shown):
        return _shown_text(value, work)
    if isinstance(value, Words):
        return value.text
    if isinstance(value, date):
        return f"{value.isoformat()} ({WEEKDAYS[value.weekday()]})"
    return render_number(value, work)


def render_number(number: Number, work: Workspace) -> str:
    """The number as text: its exact value first if it has one, otherwise 50 significant digits.

    | result | text |
    |---|---|
    | integer | `18446744073709551615` |
    | finite decimal | `0.3` |
    | fraction | `1/3 = 0.33333333333333333333 (about)` |
    | rounded | `1.4142... (rounded to 50 digits)` |
    """
    if isinstance(number, Approx):
        return f"{_real_text(number, work)} (rounded to {REAL_DIGITS} digits)"
    if number.denominator == 1:
        return _integer_text(number.numerator, work)
    places = _decimal_places(number.denominator)
    if places is not None:
        return _decimal_text(number, places, work)
    if bits(number) > _MAX_FRACTION_BITS:
        return f"{_glimpse(number, work)} (about; the exact fraction is too long to show)"
    about = _significant(number, _FRACTION_DIGITS)
    return f"{Decimal(number.numerator):f}/{Decimal(number.denominator):f} = {about} (about)"


def _quantity_text(quantity: Quantity, work: Workspace) -> str:
    return _decimals_first(quantity.number, f" {unit_text(quantity.unit)}", work)


def _decimals_first(number: Number, unit: str, work: Workspace) -> str:
    """Nobody measures in sevenths: `0.14285714285714285714 km (about; exactly 1/7 km)`."""
    exact, equals, about = render_number(number, work).partition(" = ")
    if not equals:
        digits, space, remark = exact.partition(" ")
        return f"{digits}{unit}{space}{remark}"
    remark = f"about; exactly {exact}{unit}" if len(exact) <= _LONGEST_EXACT else "about"
    return f"{about.removesuffix(' (about)')}{unit} ({remark})"


def _shown_text(shown: Shown, work: Workspace) -> str:
    if shown.form is Form.PERCENT:
        return _decimals_first(multiply(work, shown.number, Fraction(100)), "%", work)
    exact = shown.number
    if not isinstance(exact, Fraction) or bits(exact) > _MAX_FRACTION_BITS:
        raise MathProblemError("This fraction is too long to show.")
    return f"{Decimal(exact.numerator):f}" + (f"/{Decimal(exact.denominator):f}" if exact.denominator > 1 else "")


def _integer_text(number: int, work: Workspace) -> str:
    if number.bit_length() > _MAX_INTEGER_BITS:
        about = _glimpse(Fraction(number), work)
        digits = int(about.partition("e+")[2]) + 1
        return f"{about} (about; the exact integer has {digits:,} digits)"
    # Decimal writes any number of digits; str() of an int stops at Python's limit.
    return f"{Decimal(number):f}"


def _decimal_places(denominator: int) -> int | None:
    """Decimal places of a fraction with this denominator; `None` when its decimals do not end or are too many."""
    twos = (denominator & -denominator).bit_length() - 1
    rest, fives = denominator >> twos, 0
    if max(twos, rest.bit_length() // 2) > _MAX_DECIMAL_PLACES:
        return None
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    return places if rest == 1 and places <= _MAX_DECIMAL_PLACES else None


def _decimal_text(number: Fraction, places: int, work: Workspace) -> str:
    scaled = int(number * Fraction(10) ** places)
    if abs(scaled).bit_length() > _MAX_FRACTION_BITS:
        return f"{_glimpse(number, work)} (about; the exact decimal is too long to show)"
    digits = f"{Decimal(abs(scaled)):f}".rjust(places + 1, "0")
    return f"{'-' if number < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def _significant(number: Fraction, digits: int) -> str:
    quotient = _decimal_context(digits).divide(Decimal(number.numerator), Decimal(number.denominator))
    if quotient.adjusted() in _PLAIN_EXPONENTS:
        return f"{quotient:f}"
    return f"{quotient:e}"


def _decimal_context(digits: int) -> Context:
    # Made each time: the caller's own context may trap or round differently.
    return Context(prec=digits, rounding=ROUND_HALF_EVEN, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])


def _glimpse(number: Fraction, work: Workspace) -> str:
    # Not by way of decimals, which takes a tenth of a second for the longest numbers.
    return _real_text(Approx(work.glimpse(number)), work)


def _real_text(number: Approx, work: Workspace) -> str:
    mantissa, mark, exponent = work.digits_of(number, REAL_DIGITS, _PLAIN_EXPONENTS).partition("e")
    return mantissa.removesuffix(".0") + mark + exponent
