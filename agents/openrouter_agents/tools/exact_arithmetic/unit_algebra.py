"""Units as products of powers of named units: what they measure, how large they are, how they are written."""

from fractions import Fraction
from typing import Final

from openrouter_agents.tools.exact_arithmetic import arithmetic, powers
from openrouter_agents.tools.exact_arithmetic.elementary import pi
from openrouter_agents.tools.exact_arithmetic.errors import MathProblemError
from openrouter_agents.tools.exact_arithmetic.numbers import Number, Workspace
from openrouter_agents.tools.exact_arithmetic.unit_names import is_currency
from openrouter_agents.tools.exact_arithmetic.values import Dimensions, NamedUnit, Unit

_LARGEST_EXPONENT: Final = 100


def unit_text(unit: Unit) -> str:
    """A unit as people write it: `kg*m/s^2`."""
    above = "*".join(_power_text(part, exponent) for part, exponent in unit if exponent > 0)
    below = "".join("/" + _power_text(part, -exponent) for part, exponent in unit if exponent < 0)
    return (above or "1") + below


def dimensions(unit: Unit) -> Dimensions:
    """What a unit measures, in root units."""
    total: dict[str, Fraction] = {}
    for part, exponent in unit:
        for name, each in part.dimensions:
            total[name] = total.get(name, Fraction(0)) + each * exponent
    return frozenset((name, exponent) for name, exponent in total.items() if exponent)


def is_number(unit: Unit) -> bool:
    """Whether it is a plain number in the end, such as a degree or a part per million.

    Angles are kept apart only where they meet other units: turns per minute are no hertz.
    """
    return all(root == "radian" for root, _ in dimensions(unit))


def factor(work: Workspace, unit: Unit) -> Number:
    """How many root units it is."""
    product: Number = Fraction(1)
    for part, exponent in unit:
        product = arithmetic.multiply(work, product, powers.power(work, part.factor, exponent))
        if part.pi_power:
            product = arithmetic.multiply(work, product, powers.power(work, pi(work), part.pi_power * exponent))
    return product


def raised(unit: Unit, exponent: Fraction) -> Unit:
    """A power of a unit."""
    result = tuple((part, power_of_part * exponent) for part, power_of_part in unit)
    if any(max(abs(each.numerator), each.denominator) > _LARGEST_EXPONENT for _, each in result):
        raise MathProblemError(f"Powers of units go up to {_LARGEST_EXPONENT}.")
    return result


def scale(unit: Unit) -> Fraction:
    """Where the scale of a temperature begins, in kelvins; 0 for all other units."""
    return unit[0][0].offset if len(unit) == 1 and unit[0][1] == 1 else Fraction(0)


def is_difference(unit: Unit) -> bool:
    """Whether it measures differences of temperatures."""
    return len(unit) == 1 and unit[0][0].is_difference


def difference(unit: Unit) -> Unit:
    """The unit that differences of a temperature have: Δ°C for °C."""
    if not scale(unit):
        return unit
    ((part, exponent),) = unit
    return ((NamedUnit("Δ" + part.name, part.factor, part.dimensions, is_difference=True), exponent),)


def mismatch(left: Unit, right: Unit) -> str:
    """Why one of these cannot become the other."""
    if left and right and is_currency(left) and is_currency(right):
        return "Exchange rates are not known here; find the rate and multiply by it."
    return f"{unit_text(left)} and {unit_text(right)} measure different things."


def _power_text(part: NamedUnit, exponent: Fraction) -> str:
    if exponent == 1:
        return part.name
    return f"{part.name}^{exponent}" if exponent.denominator == 1 else f"{part.name}^({exponent})"
