"""How numbers, dates and texts are written in an expression, and what they are."""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from openrouter_agents.tools.exact_arithmetic.errors import MathProblemError
from openrouter_agents.tools.exact_arithmetic.limits import Budget
from openrouter_agents.tools.exact_arithmetic.numbers import words

_MAX_LITERAL_EXPONENT: Final = 20_000

_TAIL: Final = r"(?:\.\d*)? (?:[eE][+-]?\d+)?"

NUMBER: Final = rf"""
    (?:\d+ (?:[_\u00a0\u2009\u202f] \d+)*) {_TAIL}
  | \.\d+ (?:[eE][+-]?\d+)?
"""
"""A number as programmers and printers write it."""

# Three digits after each separator (in India two, and three at the end), and no more digits after the last three.
GROUPED: Final = rf"""
    (?: \d{{1,3}} (?:,\d{{3}})+ | \d{{1,2}} (?:,\d{{2}})+ ,\d{{3}} ) (?![\d,]) {_TAIL}
  | \d{{1,3}} (?:[ ]\d{{3}})+ (?!\d) {_TAIL}
  | \d{{1,3}} (?:'\d{{3}})+ (?!\d) {_TAIL}
"""
"""A number in groups of thousands, by commas, spaces or apostrophes."""

POINTS: Final = r"\d{1,3} (?:\.\d{3}){2,} (?:,\d+)? | \d{1,3} (?:\.\d{3})+ ,\d+"
"""A number with points for its thousands, which is refused: to most it would be another number."""

_MONTHS: Final = (
    "jan(?:uary)? feb(?:ruary)? mar(?:ch)? apr(?:il)? may june? july? aug(?:ust)? sept?(?:ember)? oct(?:ober)? "
    "nov(?:ember)? dec(?:ember)?"
).split()
_MONTH: Final = "|".join(_MONTHS)

DATE: Final = rf"""
    \d{{4}}-\d{{2}}-\d{{2}} (?![\d-])
  | \d{{1,2}} [ ] (?i:{_MONTH}) \.?,? [ ] \d{{4}} (?!\d)
  | (?i:{_MONTH}) \.? [ ] \d{{1,2}} ,? [ ] \d{{4}} (?!\d)
"""
"""A date: 2026-03-01, 1 March 2026, Mar. 1, 2026."""

TEXT: Final = r""" "[^"]*" | '[^']*' """
"""Something in quotes."""

_DATE: Final = re.compile(DATE, re.VERBOSE | re.ASCII)
_DIGITS: Final = re.compile(r"-?[0-9a-zA-Z]{1,200}")


def decimal_value(text: str, budget: Budget) -> Fraction:
    """The exact value of a number as it is written.

    Raises:
        MathProblemError: Its exponent is out of range, or too much work.
    """
    digits = re.sub(r"[^0-9.eE+-]", "", text)
    exponent = digits.lower().partition("e")[2]
    # The number of digits comes first: an exponent of thousands of digits would be slow to read and is refused anyway.
    if len(exponent) > len("+000020000") or abs(int(exponent or 0)) > _MAX_LITERAL_EXPONENT:
        raise MathProblemError(f"This number is out of range; exponents go up to {_MAX_LITERAL_EXPONENT:,}.")
    budget.spend(words(4 * abs(int(exponent or 0))) ** 2 // 4)
    # Decimal reads any number of digits; int() stops at Python's limit for text.
    return Fraction(Decimal(digits))


def date_value(text: str) -> date:
    """The day that is written.

    Raises:
        MathProblemError: There is no such day.
    """
    try:
        if text[:4].isdecimal() and text[4] == "-":
            return date.fromisoformat(text)
        month = next(number for number, name in enumerate(_MONTHS, 1) if re.search(f"(?i)\\b(?:{name})\\b", text))
        first, second = re.findall(r"\d+", text)
        return date(int(second), month, int(first))
    except ValueError as error:
        raise MathProblemError("There is no such date.") from error


def quoted_value(text: str) -> date | str | None:
    """What stands in quotes: a date, or digits of some base; `None` for anything else, which is not calculated."""
    inside = text[1:-1].strip()
    if _DATE.fullmatch(inside):
        return date_value(inside)
    return inside if _DIGITS.fullmatch(inside) else None
