"""Other ways to write a number: in another base, as a fraction, as a percentage."""

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from openrouter_agents.tools.exact_arithmetic.errors import MathProblemError
from openrouter_agents.tools.exact_arithmetic.numbers import Number, Workspace, whole, words
from openrouter_agents.tools.exact_arithmetic.values import Form, InBase, Shown, Value, Words

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_DIGITS_IN_QUOTES: Final = 'Write the digits in quotes and then the base: frombase("ff", 16).'
_SMALLEST_BASE: Final = 2
_LONGEST_BITS: Final = 10_000
_PREFIXES: Final = {2: "0b", 8: "0o", 16: "0x"}


def in_base(work: Workspace, value: Number, base: Number) -> InBase:
    """A whole number in a base from 2 to 36."""
    number = whole(value, "Only whole numbers are written in another base.")
    radix = _base(base)
    if number.bit_length() > _LONGEST_BITS:
        raise MathProblemError("This number is too long to be written in another base.")
    work.spend(number.bit_length() * words(number.bit_length()))
    return InBase(Fraction(number), radix)


def to_base(base: int) -> Callable[[Workspace, Number], InBase]:
    """A function that writes numbers in this base."""

    def convert(work: Workspace, value: Number) -> InBase:
        return in_base(work, value, Fraction(base))

    return convert


def from_base(_work: Workspace, text: Value, base: Value) -> Value:
    """The number that these digits are in a base from 2 to 36."""
    if not isinstance(text, Words) or not isinstance(base, Fraction):
        raise MathProblemError(_DIGITS_IN_QUOTES)
    radix = _base(base)
    try:
        return Fraction(int(text.text, radix))
    except ValueError as error:
        raise MathProblemError(f"These are not digits of base {radix}.") from error


def refuse_numbers(_work: Workspace, *_numbers: Number) -> Number:
    """Tells that digits are written in quotes."""
    raise MathProblemError(_DIGITS_IN_QUOTES)


def to_decimal(_work: Workspace, value: Number) -> Number:
    """A plain number again."""
    return value


def to_fraction(_work: Workspace, value: Number) -> Shown:
    """An exact number as a fraction."""
    if not isinstance(value, Fraction):
        raise MathProblemError("This number is irrational or rounded; it has no exact fraction.")
    return Shown(value, Form.FRACTION)


def to_percent(_work: Workspace, value: Number) -> Shown:
    """A number in hundredths."""
    return Shown(value, Form.PERCENT)


def digits_text(value: InBase) -> str:
    """The digits of a number in its base, with Python's prefix or the base behind it."""
    number = value.number.numerator
    sign, size = ("-" if number < 0 else ""), abs(number)
    if value.base in _PREFIXES:
        return f"{sign}{_PREFIXES[value.base]}{size:{_PREFIXES[value.base][1]}}"
    digits: list[str] = []
    while size or not digits:
        size, digit = divmod(size, value.base)
        digits.append(_DIGITS[digit])
    return f"{sign}{''.join(reversed(digits))} (base {value.base})"


def _base(base: Number) -> int:
    radix = whole(base, "A base must be a whole number.")
    if not _SMALLEST_BASE <= radix <= len(_DIGITS):
        raise MathProblemError(f"Bases go from {_SMALLEST_BASE} to {len(_DIGITS)}.")
    return radix
