"""Functions of whole numbers: factorials, counting, divisors."""

import math
from fractions import Fraction
from typing import Final

from openrouter_agents.tools.exact_arithmetic.errors import MathProblemError
from openrouter_agents.tools.exact_arithmetic.limits import MAX_EXACT_BITS, MAX_FACTORIAL
from openrouter_agents.tools.exact_arithmetic.numbers import Number, Workspace, whole, words

_TOO_LONG: Final = "The result may have more than 39,000 digits, too many to calculate."
_LARGE: Final = 2**63


def factorial(work: Workspace, number: Number) -> Number:
    """n!, for whole numbers from 0 to 10,000."""
    n = whole(number, "A factorial needs a whole number.")
    if n < 0:
        raise MathProblemError("A factorial needs a number that is not negative.")
    if n > MAX_FACTORIAL:
        raise MathProblemError(f"This factorial is too large; the largest calculated is {MAX_FACTORIAL:,}!.")
    work.spend(words(n * n.bit_length()) ** 2 // 4)
    return Fraction(math.factorial(n))


def combinations(work: Workspace, number: Number, chosen: Number) -> Number:
    """Ways to choose k of n things, order ignored; 0 when k is above n."""
    n, k = _counts(number, chosen)
    fewer = min(k, n - k)
    if fewer > 0:
        # C(n, k) is at most (e n / k)^k.
        _spend_count(work, n, fewer, math.log2(math.e) + math.log2(n) - math.log2(fewer))
    return Fraction(math.comb(n, k))


def permutations(work: Workspace, number: Number, chosen: Number | None = None) -> Number:
    """Ways to arrange k of n things, order counted; without k, of all n."""
    if chosen is None:
        return factorial(work, number)
    n, k = _counts(number, chosen)
    if 0 < k <= n:
        _spend_count(work, n, k, math.log2(n))
    return Fraction(math.perm(n, k))


def greatest_common_divisor(work: Workspace, *numbers: Number) -> Number:
    """The largest integer that divides all numbers."""
    values = [whole(number, "gcd needs whole numbers.") for number in numbers]
    longest = max(value.bit_length() for value in values)
    for value in values:
        work.spend(2 * words(value.bit_length()) * words(longest))
    return Fraction(math.gcd(*values))


def least_common_multiple(work: Workspace, *numbers: Number) -> Number:
    """The smallest positive integer that all numbers divide; 0 if one of them is 0."""
    values = [whole(number, "lcm needs whole numbers.") for number in numbers]
    size = sum(value.bit_length() for value in values)
    if size > MAX_EXACT_BITS:
        raise MathProblemError(_TOO_LONG)
    work.spend(2 * words(size) ** 2)
    return Fraction(math.lcm(*values))


def modular_power(work: Workspace, base: Number, exponent: Number, modulus: Number) -> Number:
    """base^exponent modulo a whole number, without making the power; a negative exponent uses the inverse."""
    problem = "pow(a, b, m) needs whole numbers."
    a, b, m = whole(base, problem), whole(exponent, problem), whole(modulus, problem)
    if m == 0:
        raise MathProblemError("Division by zero: there is no remainder modulo 0.")
    work.spend(4 * (1 + b.bit_length()) * words(max(a.bit_length(), m.bit_length())) ** 2)
    if b < 0 and math.gcd(a, m) != 1:
        raise MathProblemError("The base has no inverse for this modulus: they share a divisor.")
    return Fraction(pow(a, b, m))


def _counts(number: Number, chosen: Number) -> tuple[int, int]:
    problem = "Counting needs whole numbers."
    n, k = whole(number, problem), whole(chosen, problem)
    if n < 0 or k < 0:
        raise MathProblemError("Counting needs numbers that are not negative.")
    return n, k


def _spend_count(work: Workspace, n: int, k: int, bits_each: float) -> None:
    """Takes the work of choosing k of n from the budget; each choice adds `bits_each` bits to the result."""
    # The first comparison keeps a k of thousands of digits out of the floating-point product.
    if k > MAX_EXACT_BITS or k * bits_each > MAX_EXACT_BITS:
        raise MathProblemError(_TOO_LONG)
    size = words(int(k * bits_each))
    # From 2^63 on Python multiplies one factor after the other; below, it halves the problem.
    work.spend(2 * k * size + size**2 if n >= _LARGE else 20 * size**2)
