"""The four operations, remainders and percentages."""

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from openrouter_agents.tools.exact_arithmetic.errors import MathProblemError, PrecisionTooLowError
from openrouter_agents.tools.exact_arithmetic.numbers import Approx, Number, Workspace, bits, words

if TYPE_CHECKING:
    from mpmath import mpf

_HUNDRED: Final = Fraction(100)
_THOUSAND: Final = Fraction(1_000)
_BITS_FOR_FRACTION: Final = 64
_FRACTION_STEPS: Final = 2_000


def add(work: Workspace, left: Number, right: Number) -> Number:
    """Sum."""
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        _spend_exact(work, left, right)
        return work.exact(left + right)
    first, second = work.real(left), work.real(right)
    total = first + second
    smaller, larger = sorted((abs(first), abs(second)))
    # What is left after two nearly equal numbers cancel is rounding, not a result: sqrt(2)^2 - 2 is 0.
    if work.is_noise(total, larger):
        return Approx(total * 0)
    if smaller and smaller < larger * work.noise:
        work.absorbed = True
    return work.approx(total)


def negate(work: Workspace, number: Number) -> Number:
    """The number with the other sign."""
    if isinstance(number, Fraction):
        return -number
    return work.approx(-number.value)


def subtract(work: Workspace, left: Number, right: Number) -> Number:
    """Difference."""
    return add(work, left, negate(work, right))


def multiply(work: Workspace, left: Number, right: Number) -> Number:
    """Product."""
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        _spend_exact(work, left, right)
        return work.exact(left * right)
    return work.approx(work.real(left) * work.real(right))


def divide(work: Workspace, left: Number, right: Number) -> Number:
    """Quotient, as an exact fraction where both numbers are exact."""
    if is_zero(right):
        raise MathProblemError("Division by zero.")
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        _spend_fraction(work, left, right)
        return work.exact(left / right)
    return work.approx(work.real(left) / work.real(right))


def floor_divide(work: Workspace, left: Number, right: Number) -> Number:
    """Quotient, rounded down to an integer."""
    return Fraction(whole_part(work, divide(work, left, right)))


def remainder(work: Workspace, left: Number, right: Number) -> Number:
    """What is left of `left` after whole multiples of `right`; it has the sign of `right`, as in Python."""
    if is_zero(right):
        raise MathProblemError("Division by zero: there is no remainder modulo 0.")
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        _spend_fraction(work, left, right)
        return left % right
    return subtract(work, left, multiply(work, right, floor_divide(work, left, right)))


def percent(work: Workspace, number: Number) -> Number:
    """A hundredth: 15% is 0.15."""
    return divide(work, number, _HUNDRED)


def per_mille(work: Workspace, number: Number) -> Number:
    """A thousandth: 15‰ is 0.015."""
    return divide(work, number, _THOUSAND)


def add_percent(work: Workspace, base: Number, share: Number) -> Number:
    """What people mean by 200 + 10%: the base and a share of it (here 0.1), 220."""
    return add(work, base, multiply(work, base, share))


def subtract_percent(work: Workspace, base: Number, share: Number) -> Number:
    """What people mean by 200 - 10%: the base without a share of it (here 0.1), 180."""
    return subtract(work, base, multiply(work, base, share))


def whole_part(work: Workspace, number: Number) -> int:
    """The largest integer that is not above the number.

    Raises:
        PrecisionTooLowError: When the digits of a rounded number do not reach its units.
    """
    if isinstance(number, Fraction):
        work.spend(words(number.numerator.bit_length()) * words(number.denominator.bit_length()))
        return number.numerator // number.denominator
    value, reals = number.value, work.reals
    if value and reals.mag(value) > reals.prec - _BITS_FOR_FRACTION:
        raise PrecisionTooLowError(
            "This step needs more digits than are kept of a rounded number. For a^b modulo m use pow(a, b, m)."
        )
    nearest = reals.nint(value)
    # A rounded number this close to an integer stands for it: floor(sqrt(2)^2) is 2.
    if work.is_noise(value - nearest, max(1, abs(value))):
        return int(nearest)
    return int(reals.floor(value))


def is_zero(number: Number) -> bool:
    """Whether the number is 0."""
    return not (number if isinstance(number, Fraction) else number.value)


def is_negative(number: Number) -> bool:
    """Whether the number is below 0."""
    value: Fraction | mpf = number if isinstance(number, Fraction) else number.value
    return bool(value < 0)


def _spend_exact(work: Workspace, left: Fraction, right: Fraction) -> None:
    if _are_integers(left, right):
        work.spend(words(bits(left)) * words(bits(right)))
    else:
        _spend_fraction(work, left, right)


def _spend_fraction(work: Workspace, left: Fraction, right: Fraction) -> None:
    # Fractions are reduced, and a greatest common divisor costs several products.
    products = 2 if _are_integers(left, right) else 4
    work.spend(_FRACTION_STEPS + products * words(bits(left)) * words(bits(right)))


def _are_integers(left: Fraction, right: Fraction) -> bool:
    return left.denominator == right.denominator == 1
