"""Arithmetic on amounts of units. Units cancel, and what does not fit together is refused."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Final

from openrouter_agents.tools.exact_arithmetic import arithmetic, powers
from openrouter_agents.tools.exact_arithmetic.errors import MathProblemError
from openrouter_agents.tools.exact_arithmetic.numbers import Approx, Number, Workspace
from openrouter_agents.tools.exact_arithmetic.unit_algebra import (
    difference,
    dimensions,
    factor,
    is_difference,
    is_number,
    mismatch,
    raised,
    scale,
    unit_text,
)
from openrouter_agents.tools.exact_arithmetic.unit_names import find_unit, is_currency
from openrouter_agents.tools.exact_arithmetic.values import (
    InBase,
    NamedUnit,
    Quantity,
    Shown,
    Unit,
    Value,
)

_ONE: Final = Fraction(1)
_MOST_PARTS: Final = 20
_STEPS_OF_PART: Final = 100_000
# Alone, these are farads, coulombs and kelvins; converted into each other, they are temperatures.
_TEMPERATURES: Final = {"F": "degF", "C": "degC", "f": "degF", "c": "degC"}


def plain_number(work: Workspace, value: Value) -> Number | None:
    """The value as a plain number; `None` when it is something else."""
    if isinstance(value, (Fraction, Approx)):
        return value
    if isinstance(value, (InBase, Shown)):
        return value.number
    if isinstance(value, Quantity) and is_number(value.unit):
        return _rooted(work, value)
    return None


def describe(value: Value) -> str:
    """What a value is, for messages."""
    if isinstance(value, Quantity):
        return unit_text(value.unit)
    return "a plain number" if isinstance(value, (Fraction, Approx, InBase, Shown)) else "a date or a text"


def attach(work: Workspace, value: Value, one: Quantity) -> Value:
    """So many of a unit: the number in front of a unit's name."""
    if isinstance(value, (Fraction, Approx)):
        return Quantity(value, one.unit)
    return multiply(work, value, one)


def add(work: Workspace, left: Value, right: Value) -> Value:
    """Sum, in the unit of the left."""
    first, second = _comparable(work, left, right)
    if not isinstance(first, Quantity) or not isinstance(second, Quantity):
        return arithmetic.add(work, *_numbers(first, second))
    if scale(second.unit) and scale(first.unit) != scale(second.unit):
        if scale(first.unit):
            raise MathProblemError("Temperatures of two scales cannot be added; convert one, or add a difference in K.")
        first, second = second, first
    # On one scale, people who add 20 °C and 5 °C mean 5 degrees more.
    moved = second.number if first.unit == second.unit else _span(work, second, first.unit)
    return Quantity(arithmetic.add(work, first.number, moved), first.unit)


def subtract(work: Workspace, left: Value, right: Value) -> Value:
    """Difference, in the unit of the left; of two temperatures, a difference of temperatures."""
    first, second = _comparable(work, left, right)
    if not isinstance(first, Quantity) or not isinstance(second, Quantity):
        return arithmetic.subtract(work, *_numbers(first, second))
    if scale(first.unit) and not scale(second.unit):
        return Quantity(arithmetic.subtract(work, first.number, _span(work, second, first.unit)), first.unit)
    moved = convert(work, second, Quantity(_ONE, first.unit)).number
    return Quantity(arithmetic.subtract(work, first.number, moved), difference(first.unit))


def multiply(work: Workspace, left: Value, right: Value) -> Value:
    """Product; units of one kind become one unit."""
    return _product(work, left, right, 1)


def divide(work: Workspace, left: Value, right: Value) -> Value:
    """Quotient; units that cancel are gone."""
    return _product(work, left, right, -1)


def power(work: Workspace, base: Value, exponent: Value) -> Value:
    """An amount to a power, its unit with it."""
    amount, size = _as_quantity(work, base), plain_number(work, exponent)
    if not isinstance(size, Fraction):
        raise MathProblemError("An exponent must be a plain number, and exact where a unit is raised to it.")
    return _collapsed(work, powers.power(work, amount.number, size), raised(amount.unit, size))


def root(work: Workspace, base: Value, index: Value = Fraction(2)) -> Value:
    """A root of an amount, and of its unit."""
    amount, degree = _as_quantity(work, base), plain_number(work, index)
    if not isinstance(degree, Fraction) or not degree:
        raise MathProblemError("The index of a root must be a whole number, not 0.")
    return _collapsed(work, powers.root(work, amount.number, degree), raised(amount.unit, 1 / degree))


def in_one_unit(apply: Callable[..., Number]) -> Callable[..., Value]:
    """An operation on amounts of one kind, the result of which is such an amount: a sum, a mean, the largest."""

    def apply_in_one_unit(work: Workspace, *values: Value) -> Value:
        unit, numbers = _in_first_unit(work, values)
        return Quantity(apply(work, *numbers), unit)

    return apply_in_one_unit


def without_unit(apply: Callable[..., Number]) -> Callable[..., Value]:
    """An operation on amounts of one kind, the result of which is a plain number: how often one goes into another."""

    def apply_without_unit(work: Workspace, *values: Value) -> Value:
        return apply(work, *_in_first_unit(work, values)[1])

    return apply_without_unit


def with_plain(apply: Callable[..., Number]) -> Callable[..., Value]:
    """An operation on an amount and plain numbers, the result of which is such an amount: rounding, a percentage."""

    def apply_with_plain(work: Workspace, value: Value, *more: Value) -> Value:
        numbers = [plain_number(work, other) for other in more]
        if not isinstance(value, Quantity) or None in numbers:
            raise MathProblemError("Only the first of these may have a unit.")
        return Quantity(apply(work, value.number, *numbers), value.unit)

    return apply_with_plain


def convert(work: Workspace, value: Value, target: Quantity) -> Quantity:
    """The same amount in another unit.

    Raises:
        MathProblemError: The units measure different things, or the target is an amount and not a unit.
    """
    if target.number != 1:
        raise MathProblemError("Convert to a unit, not to an amount of it.")
    work.spend(_STEPS_OF_PART * (1 + len(target.unit)))
    source = value if isinstance(value, Quantity) else Quantity(_plain_or_refuse(work, value, target), ())
    both_numbers = is_number(source.unit) and is_number(target.unit)
    if dimensions(source.unit) != dimensions(target.unit):
        source, target = _as_temperatures(source), _as_temperatures(target)
    if dimensions(source.unit) != dimensions(target.unit) and not both_numbers:
        raise MathProblemError(mismatch(source.unit, target.unit))
    if is_difference(source.unit) and scale(target.unit):
        target = Quantity(_ONE, difference(target.unit))
    absolute = arithmetic.add(work, _rooted(work, source), scale(source.unit))
    moved = arithmetic.subtract(work, absolute, scale(target.unit))
    return Quantity(arithmetic.divide(work, moved, factor(work, target.unit)), target.unit)


def _comparable(work: Workspace, left: Value, right: Value) -> tuple[Value, Value]:
    """Both with units that measure the same; a number beside money is money."""
    if isinstance(left, Quantity) and isinstance(right, Quantity):
        if dimensions(left.unit) != dimensions(right.unit):
            raise MathProblemError(mismatch(left.unit, right.unit))
        return left, right
    amount = left if isinstance(left, Quantity) else right
    first, second = plain_number(work, left), plain_number(work, right)
    if first is not None and second is not None:
        return first, second
    other = second if first is None else first
    if not isinstance(amount, Quantity) or other is None or not is_currency(amount.unit):
        raise MathProblemError(f"{describe(left)} and {describe(right)} do not go together; give both the same unit.")
    return (amount, Quantity(other, amount.unit)) if amount is left else (Quantity(other, amount.unit), amount)


def _numbers(*values: Value) -> list[Number]:
    return [value for value in values if isinstance(value, (Fraction, Approx))]


def _in_first_unit(work: Workspace, values: Sequence[Value]) -> tuple[Unit, list[Number]]:
    unit = next((value.unit for value in values if isinstance(value, Quantity)), None)
    if unit is None:
        raise MathProblemError("Numbers or amounts are needed here, no dates and no texts.")
    numbers: list[Number] = []
    for value in values:
        _, same = _comparable(work, Quantity(_ONE, unit), value)
        numbers.append(convert(work, same, Quantity(_ONE, unit)).number)
    return unit, numbers


def _product(work: Workspace, left: Value, right: Value, direction: int) -> Value:
    first, second = _as_quantity(work, left), _as_quantity(work, right)
    work.spend(_STEPS_OF_PART * (1 + len(second.unit)))
    if (scale(first.unit) and not second.unit) or (scale(second.unit) and not first.unit and direction > 0):
        raise MathProblemError("A temperature on a scale cannot be multiplied or divided; convert it to K first.")
    number = (arithmetic.multiply if direction > 0 else arithmetic.divide)(work, first.number, second.number)
    unit = list(first.unit)
    for part, exponent in second.unit:
        number = _merge(work, number, unit, part, exponent * direction)
    return _collapsed(work, number, tuple(unit))


def _merge(
    work: Workspace, number: Number, unit: list[tuple[NamedUnit, Fraction]], part: NamedUnit, exponent: Fraction
) -> Number:
    """Multiplies a unit by a power of another, in place; the number changes where the two are of one kind."""
    for index, (known, power_of_known) in enumerate(unit):
        if known.dimensions == part.dimensions:
            ratio = arithmetic.divide(work, factor(work, ((part, exponent),)), factor(work, ((known, exponent),)))
            unit[index] = (known, power_of_known + exponent)
            return arithmetic.multiply(work, number, ratio)
    unit.append((part, exponent))
    return number


def _collapsed(work: Workspace, number: Number, unit: Unit) -> Value:
    """The quantity, or a plain number where its units cancel."""
    left = tuple((part, exponent) for part, exponent in unit if exponent)
    if len(left) > _MOST_PARTS:
        raise MathProblemError(f"A unit has at most {_MOST_PARTS} parts.")
    quantity = Quantity(number, raised(left, _ONE))
    if not left or (len(left) > 1 and is_number(left)):
        return _rooted(work, quantity)
    return quantity


def _as_quantity(work: Workspace, value: Value) -> Quantity:
    if isinstance(value, Quantity):
        return value
    number = plain_number(work, value)
    if number is None:
        raise MathProblemError("Dates and texts cannot be multiplied, divided or raised.")
    return Quantity(number, ())


def _plain_or_refuse(work: Workspace, value: Value, target: Quantity) -> Number:
    number = plain_number(work, value)
    if number is None or not is_number(target.unit):
        raise MathProblemError(f"Only an amount with a unit can be converted to {unit_text(target.unit)}.")
    return number


def _rooted(work: Workspace, quantity: Quantity) -> Number:
    return arithmetic.multiply(work, quantity.number, factor(work, quantity.unit))


def _span(work: Workspace, quantity: Quantity, unit: Unit) -> Number:
    """The size of a difference in another unit, wherever its scale begins."""
    return arithmetic.divide(work, _rooted(work, quantity), factor(work, unit))


def _as_temperatures(quantity: Quantity) -> Quantity:
    if len(quantity.unit) != 1 or quantity.unit[0][0].name not in _TEMPERATURES:
        return quantity
    return Quantity(quantity.number, find_unit(_TEMPERATURES[quantity.unit[0][0].name]) or ())
