"""Functions of several numbers, and rounding."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeAlias

from openrouter_agents.tools.exact_arithmetic.arithmetic import (
    add,
    divide,
    is_negative,
    is_zero,
    multiply,
    negate,
    whole_part,
)
from openrouter_agents.tools.exact_arithmetic.errors import MathProblemError
from openrouter_agents.tools.exact_arithmetic.numbers import Number, Workspace, bits, whole, words

if TYPE_CHECKING:
    from mpmath import mpf

_Key: TypeAlias = Callable[[Number], "Fraction | mpf"]
_HALF: Final = Fraction(1, 2)
_MAX_PLACES: Final = 10_000


def total(work: Workspace, *numbers: Number) -> Number:
    """Sum of all numbers."""
    result: Number = Fraction(0)
    for number in numbers:
        result = add(work, result, number)
    return result


def product(work: Workspace, *numbers: Number) -> Number:
    """Product of all numbers."""
    result: Number = Fraction(1)
    for number in numbers:
        result = multiply(work, result, number)
    return result


def mean(work: Workspace, *numbers: Number) -> Number:
    """Arithmetic mean."""
    return divide(work, total(work, *numbers), Fraction(len(numbers)))


def median(work: Workspace, *numbers: Number) -> Number:
    """The middle number, or the mean of the two in the middle."""
    ordered = in_order(work, *numbers)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else mean(work, *ordered[middle - 1 : middle + 1])


def in_order(work: Workspace, *numbers: Number) -> list[Number]:
    """The numbers from the smallest to the largest."""
    return sorted(numbers, key=_key(work, numbers))


def smallest(work: Workspace, *numbers: Number) -> Number:
    """The smallest of all numbers."""
    return min(numbers, key=_key(work, numbers))


def largest(work: Workspace, *numbers: Number) -> Number:
    """The largest of all numbers."""
    return max(numbers, key=_key(work, numbers))


def absolute(work: Workspace, number: Number) -> Number:
    """The number without its sign."""
    return negate(work, number) if is_negative(number) else number


def sign(_work: Workspace, number: Number) -> Number:
    """-1, 0 or 1."""
    if is_zero(number):
        return Fraction(0)
    return Fraction(-1 if is_negative(number) else 1)


def floor(work: Workspace, number: Number) -> Number:
    """The largest integer that is not above the number."""
    return Fraction(whole_part(work, number))


def ceiling(work: Workspace, number: Number) -> Number:
    """The smallest integer that is not below the number."""
    return Fraction(-whole_part(work, negate(work, number)))


def truncate(work: Workspace, number: Number) -> Number:
    """The integer next to the number on the side of 0."""
    return ceiling(work, number) if is_negative(number) else floor(work, number)


def round_half_away(work: Workspace, number: Number, places: Number = Fraction(0)) -> Number:
    """The number rounded to decimal places, halves away from 0 as on paper: round(2.5) is 3, round(-2.5) is -3."""
    digits = whole(places, "The number of decimal places must be whole.")
    if abs(digits) > _MAX_PLACES:
        raise MathProblemError(f"Rounding goes up to {_MAX_PLACES:,} decimal places.")
    if is_negative(number):
        return negate(work, round_half_away(work, negate(work, number), places))
    work.spend(words(4 * abs(digits)) ** 2)
    scale = Fraction(10) ** digits
    scaled = add(work, multiply(work, number, scale), _HALF)
    return divide(work, Fraction(whole_part(work, scaled)), scale)


def _key(work: Workspace, numbers: Sequence[Number]) -> _Key:
    """Orders exact numbers exactly, and a mixture by its rounded values."""
    if all(isinstance(number, Fraction) for number in numbers):
        longest = max(words(bits(number)) for number in numbers if isinstance(number, Fraction))
        work.spend(len(numbers) * len(numbers).bit_length() * longest**2)
        return _exact_value
    return work.real


def _exact_value(number: Number) -> Fraction:
    if not isinstance(number, Fraction):
        raise TypeError
    return number
