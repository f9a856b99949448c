"""Statistics of lists of numbers, exact as long as the numbers are."""

from collections import Counter
from fractions import Fraction
from typing import Final

from openrouter_agents.tools.exact_arithmetic.aggregates import in_order, largest, mean, product, smallest, total
from openrouter_agents.tools.exact_arithmetic.arithmetic import (
    add,
    divide,
    is_negative,
    is_zero,
    multiply,
    subtract,
    whole_part,
)
from openrouter_agents.tools.exact_arithmetic.errors import MathProblemError
from openrouter_agents.tools.exact_arithmetic.numbers import Number, Workspace
from openrouter_agents.tools.exact_arithmetic.powers import power, square_root

_HUNDRED: Final = Fraction(100)
_QUARTER, _THREE_QUARTERS = Fraction(25), Fraction(75)


def count(_work: Workspace, *numbers: Number) -> Number:
    """How many numbers there are."""
    return Fraction(len(numbers))


def mode(_work: Workspace, *numbers: Number) -> Number:
    """The number that occurs most often."""
    if not all(isinstance(number, Fraction) for number in numbers):
        raise MathProblemError("The mode needs exact numbers.")
    times = Counter(numbers)
    most = max(times.values())
    found = [number for number, each in times.items() if each == most]
    if len(found) > 1:
        raise MathProblemError(f"There is no single mode: {len(found)} numbers occur equally often.")
    return found[0]


def span(work: Workspace, *numbers: Number) -> Number:
    """The largest less the smallest number."""
    return subtract(work, largest(work, *numbers), smallest(work, *numbers))


def variance(work: Workspace, *numbers: Number) -> Number:
    """Variance of a sample: divided by one less than there are numbers."""
    if len(numbers) == 1:
        raise MathProblemError("The variance of a sample needs two numbers; pvariance and pstdev do with one.")
    return divide(work, _squares(work, *numbers), Fraction(len(numbers) - 1))


def population_variance(work: Workspace, *numbers: Number) -> Number:
    """Variance of a whole population: divided by how many numbers there are."""
    return divide(work, _squares(work, *numbers), Fraction(len(numbers)))


def deviation(work: Workspace, *numbers: Number) -> Number:
    """Standard deviation of a sample."""
    return square_root(work, variance(work, *numbers))


def population_deviation(work: Workspace, *numbers: Number) -> Number:
    """Standard deviation of a whole population."""
    return square_root(work, population_variance(work, *numbers))


def geometric_mean(work: Workspace, *numbers: Number) -> Number:
    """The root of the product, with as many as there are numbers for its index."""
    if any(is_negative(number) for number in numbers):
        raise MathProblemError("The geometric mean needs numbers that are not negative.")
    return power(work, product(work, *numbers), Fraction(1, len(numbers)))


def harmonic_mean(work: Workspace, *numbers: Number) -> Number:
    """How many numbers there are, divided by the sum of their inverses."""
    if any(is_negative(number) or is_zero(number) for number in numbers):
        raise MathProblemError("The harmonic mean needs numbers above 0.")
    inverses = [divide(work, Fraction(1), number) for number in numbers]
    return divide(work, Fraction(len(numbers)), total(work, *inverses))


def root_mean_square(work: Workspace, *numbers: Number) -> Number:
    """The root of the mean of the squares."""
    return square_root(work, mean(work, *(multiply(work, number, number) for number in numbers)))


def percentile(work: Workspace, *numbers_and_share: Number) -> Number:
    """The number below which this percentage lies, between two numbers in proportion, as in numpy and spreadsheets."""
    *numbers, share = numbers_and_share
    if is_negative(share) or is_negative(subtract(work, _HUNDRED, share)):
        raise MathProblemError("A percentile goes from 0 to 100.")
    ordered = in_order(work, *numbers)
    place = divide(work, multiply(work, share, Fraction(len(ordered) - 1)), _HUNDRED)
    below = whole_part(work, place)
    above = min(below + 1, len(ordered) - 1)
    step = subtract(work, ordered[above], ordered[below])
    return add(work, ordered[below], multiply(work, step, subtract(work, place, Fraction(below))))


def interquartile_range(work: Workspace, *numbers: Number) -> Number:
    """What lies between the first and the third quarter."""
    return subtract(work, percentile(work, *numbers, _THREE_QUARTERS), percentile(work, *numbers, _QUARTER))


def weighted_mean(work: Workspace, *numbers_and_weights: Number) -> Number:
    """The mean of numbers that count as often as their weights say."""
    numbers, weights = _halves(numbers_and_weights)
    return divide(work, _products(work, numbers, weights), total(work, *weights))


def covariance(work: Workspace, *pairs: Number) -> Number:
    """Covariance of two samples."""
    first, second = _halves(pairs)
    if len(first) == 1:
        raise MathProblemError("Two lists of at least two numbers are needed.")
    return divide(work, _common(work, first, second), Fraction(len(first) - 1))


def correlation(work: Workspace, *pairs: Number) -> Number:
    """Pearson's correlation of two lists, from -1 to 1."""
    first, second = _halves(pairs)
    spread = multiply(work, _squares(work, *first), _squares(work, *second))
    if is_zero(spread):
        raise MathProblemError("A list whose numbers are all the same has no correlation.")
    return divide(work, _common(work, first, second), square_root(work, spread))


def slope(work: Workspace, *pairs: Number) -> Number:
    """The slope of the line that fits the points (x, y) best, by least squares."""
    first, second = _halves(pairs)
    spread = _squares(work, *first)
    if is_zero(spread):
        raise MathProblemError("A line needs two different x.")
    return divide(work, _common(work, first, second), spread)


def intercept(work: Workspace, *pairs: Number) -> Number:
    """Where the line that fits the points (x, y) best meets x = 0."""
    first, second = _halves(pairs)
    return subtract(work, mean(work, *second), multiply(work, slope(work, *pairs), mean(work, *first)))


def _halves(pairs: tuple[Number, ...]) -> tuple[tuple[Number, ...], tuple[Number, ...]]:
    half = len(pairs) // 2
    return pairs[:half], pairs[half:]


def _squares(work: Workspace, *numbers: Number) -> Number:
    """Sum of the squares of what each differs from the mean by."""
    return _common(work, numbers, numbers)


def _common(work: Workspace, first: tuple[Number, ...], second: tuple[Number, ...]) -> Number:
    middle_of_first, middle_of_second = mean(work, *first), mean(work, *second)
    return _products(
        work,
        tuple(subtract(work, number, middle_of_first) for number in first),
        tuple(subtract(work, number, middle_of_second) for number in second),
    )


def _products(work: Workspace, first: tuple[Number, ...], second: tuple[Number, ...]) -> Number:
    return total(work, *(multiply(work, left, right) for left, right in zip(first, second, strict=True)))
