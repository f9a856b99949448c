"""What an expression can be about besides plain numbers: amounts of a unit, dates, numbers in another form, words."""

from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from fractions import Fraction
from typing import TypeAlias

from openrouter_agents.tools.exact_arithmetic.numbers import Number

Dimensions: TypeAlias = frozenset[tuple[str, Fraction]]
"""Root units with their exponents, such as metres per second; empty for what is a plain number in the end."""


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """A unit with a name, in terms of root units such as the metre and the second."""

    name: str
    """As it is shown."""
    factor: Fraction
    """How many root units it is, but for pi."""
    dimensions: Dimensions
    offset: Fraction = Fraction(0)
    """Where its scale begins, in root units: 273.15 for degrees Celsius."""
    pi_power: int = 0
    """The power of pi that belongs to the factor: 1 for the degree, pi/180 radians."""
    is_difference: bool = False
    """Whether it measures differences of temperatures, which have no zero of their own."""


Unit: TypeAlias = tuple[tuple[NamedUnit, Fraction], ...]
"""A product of powers of named units."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount of a unit."""

    number: Number
    unit: Unit


@dataclass(frozen=True, slots=True)
class InBase:
    """A whole number that is shown in another base."""

    number: Fraction
    base: int


class Form(Enum):
    """Other ways to show a number."""

    FRACTION = auto()
    PERCENT = auto()


@dataclass(frozen=True, slots=True)
class Shown:
    """A number with a form of its own to be shown in."""

    number: Number
    form: Form


@dataclass(frozen=True, slots=True)
class Words:
    """A text: digits of another base, or the name of a weekday."""

    text: str


Value: TypeAlias = Number | Quantity | InBase | Shown | Words | date
"""Everything an expression can give."""
