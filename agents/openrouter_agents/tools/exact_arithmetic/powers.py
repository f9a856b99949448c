"""Powers and roots: exact where the result is rational, rounded otherwise."""

import math
from fractions import Fraction
from typing import Final

from openrouter_agents.tools.exact_arithmetic.arithmetic import is_negative, is_zero, negate
from openrouter_agents.tools.exact_arithmetic.errors import MathProblemError
from openrouter_agents.tools.exact_arithmetic.limits import MAX_EXACT_BITS, MAX_POWER_OF_TEN
from openrouter_agents.tools.exact_arithmetic.numbers import Approx, Number, Workspace, bits, is_whole, whole, words

_SQUARE: Final = 2
_MAX_ROOT_INDEX: Final = 1_000
_NEWTON_STEPS: Final = 15
_FLOAT_BITS: Final = 50
_ABOVE: Final = 1 + 1e-9


def power(work: Workspace, base: Number, exponent: Number) -> Number:
    """`base` to the power of `exponent`; 0^0 is 1.

    Raises:
        MathProblemError: When the result is not a real number or lies beyond 10^±1,000,000.
    """
    if is_zero(base):
        return _power_of_zero(exponent)
    if isinstance(base, Fraction) and isinstance(exponent, Fraction):
        result = _exact_power(work, base, exponent)
        if result is not None:
            return result
    if is_negative(base):
        return _power_of_negative(work, base, exponent)
    return _rounded_power(work, base, exponent)


def square_root(work: Workspace, number: Number) -> Number:
    """The square root, exact for squares of rational numbers."""
    return root(work, number, Fraction(2))


def cube_root(work: Workspace, number: Number) -> Number:
    """The real cube root, also of negative numbers."""
    return root(work, number, Fraction(3))


def root(work: Workspace, number: Number, index: Number) -> Number:
    """The real root with the given index; odd roots of negative numbers are negative."""
    degree = whole(index, "The index of a root must be a whole number.")
    if not 1 <= degree <= _MAX_ROOT_INDEX:
        raise MathProblemError(f"The index of a root must be from 1 to {_MAX_ROOT_INDEX:,}.")
    if is_negative(number):
        if degree % 2 == 0:
            raise MathProblemError("An even root of a negative number is not a real number.")
        return negate(work, root(work, negate(work, number), index))
    return power(work, number, Fraction(1, degree))


def _power_of_zero(exponent: Number) -> Number:
    if is_negative(exponent):
        raise MathProblemError("Division by zero: 0 to a negative power.")
    return Fraction(1 if is_zero(exponent) else 0)


def _power_of_negative(work: Workspace, base: Number, exponent: Number) -> Number:
    if not is_whole(exponent):
        raise MathProblemError(
            "A negative number to a power that is not whole is not a real number; "
            "for a real root use cbrt(x) or root(x, n)."
        )
    size = _rounded_power(work, negate(work, base), exponent)
    return negate(work, size) if whole(exponent, "") % 2 else size


def _rounded_power(work: Workspace, base: Number, exponent: Number) -> Number:
    for _ in ("logarithm", "exponential function"):
        work.spend_real()
    reals = work.reals
    first, second = work.real(base), work.real(exponent)
    # The size of the result is predicted before it is made.
    if abs(second * reals.log10(first)) > MAX_POWER_OF_TEN:
        raise MathProblemError(f"This power is beyond 10^±{MAX_POWER_OF_TEN:,}, too large or too small to calculate.")
    return work.approx(reals.power(first, second))


def _exact_power(work: Workspace, base: Fraction, exponent: Fraction) -> Fraction | None:
    """The exact result, or `None` when it is irrational or too long to keep."""
    index = exponent.denominator
    if index == 1:
        return _integer_power(work, base, exponent.numerator)
    if base < 0 or index > _MAX_ROOT_INDEX:
        return None
    numerator = _integer_root(work, base.numerator, index)
    denominator = _integer_root(work, base.denominator, index)
    if numerator is None or denominator is None:
        return None
    return _integer_power(work, Fraction(numerator, denominator), exponent.numerator)


def _integer_power(work: Workspace, base: Fraction, exponent: int) -> Fraction | None:
    longer = max(abs(base.numerator), base.denominator)
    if longer == 1:
        return base if exponent % 2 else Fraction(1)
    # Any other base doubles at least, so the exponent alone decides before it is made a float.
    if abs(exponent) > MAX_EXACT_BITS:
        return None
    predicted_bits = abs(exponent) * math.log2(longer)
    if predicted_bits > MAX_EXACT_BITS:
        return None
    work.spend(words(int(predicted_bits)) ** 2 // 4)
    return base**exponent


def _integer_root(work: Workspace, number: int, index: int) -> int | None:
    """The exact root of a positive integer, or `None` when it is not an integer."""
    size = number.bit_length()
    if index == _SQUARE:
        work.spend(2 * words(size) ** 2)
        root = math.isqrt(number)
        return root if root**2 == number else None
    work.spend(_NEWTON_STEPS * words(size) ** 2)
    if size <= index:  # below 2^index, where 1 is the only integer with an integer root
        return 1 if number == 1 else None
    # A start just above the root: from a power of two, high roots would take hundreds of steps.
    exponent = math.log2(number) / index
    shift = max(0, int(exponent) - _FLOAT_BITS)
    guess = (int(2 ** (exponent - shift) * _ABOVE) + 1) << shift
    while True:  # Newton's method from above falls until it reaches the root
        better = ((index - 1) * guess + number // guess ** (index - 1)) // index
        if better >= guess:
            return guess if guess**index == number else None
        guess = better


def logarithm(work: Workspace, number: Number, base: Number | None = None) -> Number:
    """The logarithm: natural with one argument, else to the given base; exact where it is a whole number."""
    if is_zero(number) or is_negative(number):
        raise MathProblemError("The logarithm is only defined for numbers above 0.")
    if base is None:
        return Fraction(0) if number == 1 else _natural_logarithm(work, number)
    if is_zero(base) or is_negative(base) or base == 1:
        raise MathProblemError("The base of a logarithm must be above 0 and not 1.")
    if isinstance(number, Fraction) and isinstance(base, Fraction):
        result = _exact_logarithm(work, number, base)
        if result is not None:
            return result
    divisor = _natural_logarithm(work, base).value
    if not divisor:
        raise MathProblemError("The base of a logarithm must not be 1.")
    return work.approx(_natural_logarithm(work, number).value / divisor)


def _natural_logarithm(work: Workspace, number: Number) -> Approx:
    work.spend_real()
    result = work.reals.log(work.real(number))
    # Beside 1 the logarithm of a rounded number is nothing but the rounding.
    if isinstance(number, Approx) and work.is_noise(result, 1):
        return Approx(result * 0)
    return work.approx(result)


def _exact_logarithm(work: Workspace, number: Fraction, base: Fraction) -> Fraction | None:
    work.spend_real()
    estimate = work.reals.log(work.real(number)) / work.reals.log(work.real(base))
    exponent = int(work.reals.nint(estimate))
    # base^exponent can only be the number if it is as long, so a longer one is not worth making.
    if abs(exponent) > bits(number) + 1 or _integer_power(work, base, exponent) != number:
        return None
    return Fraction(exponent)
