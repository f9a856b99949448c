"""From the names of units to what they are: time and money are known here, all others to pint.

Pint is asked what one of each unit is in root units, and nothing else: it never sees an expression.
"""

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from numbers import Rational
from typing import TYPE_CHECKING, Final

from openrouter_agents.tools.exact_arithmetic.errors import MathProblemError
from openrouter_agents.tools.exact_arithmetic.values import Dimensions, NamedUnit, Unit

if TYPE_CHECKING:
    from pint import UnitRegistry

INSTALL_HINT: Final = "units of measure need pint: pip install 'langchain-openrouter-agents[units]'"

CURRENCY_SIGNS: Final = "$€£¥₹₩₽₺₫฿₴₦₱₿"

_LONGEST_NAME: Final = 40
_CACHED_NAMES: Final = 1_000
_PLAIN_DIGITS: Final = 40
_ONE: Final = Fraction(1)
_CURRENCY: Final = "currency "
_TIME: Final[Dimensions] = frozenset({("second", _ONE)})

_SECONDS: Final[Mapping[str, int]] = {
    "second seconds sec secs s": 1,
    "minute minutes min mins": 60,
    "hour hours hr hrs h": 3_600,
    "day days d": 86_400,
    "week weeks wk wks": 604_800,
    "fortnight fortnights": 1_209_600,
    # Means of the Julian calendar, as pint has them; with dates, months of the calendar are counted instead.
    "month months": 2_629_800,
    "quarter quarters": 7_889_400,
    "year years yr yrs": 31_557_600,
    "decade decades": 315_576_000,
    "century centuries": 3_155_760_000,
}
_MONTHS: Final[Mapping[int, int]] = {
    2_629_800: 1,
    7_889_400: 3,
    31_557_600: 12,
    315_576_000: 120,
    3_155_760_000: 1_200,
}

_CURRENCY_CODES: Final = frozenset(
    "USD EUR GBP JPY CNY CHF CAD AUD NZD INR KRW BRL MXN SEK NOK DKK PLN CZK HUF RON TRY ZAR ILS SGD HKD TWD THB IDR "
    "MYR PHP VND UAH KZT AED SAR EGP NGN KES ARS CLP COP PEN BTC ETH".split()
)

# What people write and pint does not know, or knows as something else: kilos are kiloseconds to it, Mb megabarns.
_PEOPLE: Final[Mapping[str, str]] = {
    "kilo": "kilogram",
    "kilos": "kilogram",
    "Cal": "kilocalorie",
    "kmh": "kph",
    "floz": "fluid_ounce",
    "fl_oz": "fluid_ounce",
    "centigrade": "degC",
    "℃": "degC",
    "℉": "degF",
    "Δ°C": "delta_degC",
    "Δ°F": "delta_degF",
    "°": "degree",
    "sqft": "foot2",
    "sqm": "meter2",
    "sqkm": "kilometer2",
    "cc": "centimeter3",
    "Kb": "kilobit",
    "Mb": "megabit",
    "Gb": "gigabit",
    "Tb": "terabit",
}
_SHOWN: Final[Mapping[str, str]] = {
    "degree_Celsius": "°C",
    "degree_Fahrenheit": "°F",
    "delta_degree_Celsius": "Δ°C",
    "delta_degree_Fahrenheit": "Δ°F",
}
_RATIOS: Final[Mapping[str, tuple[str, str]]] = {"mpg": ("mile", "gallon")}
_RAISED: Final = re.compile(r"([a-zA-Z]+)([23])")


def find_unit(name: str) -> Unit | None:
    """The unit with this name; `None` when there is none.

    Raises:
        MathProblemError: Pint is not installed, or the unit is one of a logarithmic scale.
    """
    if len(name) > _LONGEST_NAME:
        return None
    if name in _RATIOS:
        above, below = _RATIOS[name]
        return _power_of(above, 1) + _power_of(below, -1)
    raised = _RAISED.fullmatch(_PEOPLE.get(name, name))
    return _power_of(name, 1) or (_power_of(raised[1], int(raised[2])) if raised else ()) or None


def currency(sign: str) -> Unit:
    """Money of one currency, which is converted to no other."""
    return ((NamedUnit(sign, _ONE, frozenset({(_CURRENCY + sign, _ONE)})), _ONE),)


def is_currency(unit: Unit) -> bool:
    """Whether it is money, and nothing but money."""
    return all(root.startswith(_CURRENCY) for part, _ in unit for root, _ in part.dimensions)


def time_unit(name: str) -> Unit:
    """A span of time by one of its names, such as `days`."""
    return _power_of(name, 1)


def calendar_months(unit: Unit) -> int | None:
    """How many months of the calendar it stands for; `None` when it is not counted in months."""
    ((part, exponent), *more) = unit
    if more or exponent != 1 or part.dimensions != _TIME or part.factor.denominator != 1:
        return None
    return _MONTHS.get(part.factor.numerator)


def _power_of(name: str, exponent: int) -> Unit:
    found = _built_in(name) or _from_pint(name)
    return ((found, Fraction(exponent)),) if found else ()


def _built_in(name: str) -> NamedUnit | None:
    if name in _CURRENCY_CODES:
        ((unit, _),) = currency(name)
        return unit
    for names, seconds in _SECONDS.items():
        if name in names.split():
            return NamedUnit(name, Fraction(seconds), _TIME)
    return None


@lru_cache(_CACHED_NAMES)
def _from_pint(name: str) -> NamedUnit | None:
    registry = _registry()
    asked = _PEOPLE.get(name, name)
    parsed = registry.parse_unit_name(asked) or registry.parse_unit_name(asked.lower())
    if not parsed:
        return None
    prefix, base, _suffix = parsed[0]
    offset, factor, dimensions = _in_root_units(registry, prefix + base)
    rational, pi_power = _without_pi(registry, factor)
    return NamedUnit(_SHOWN.get(base, name), rational, dimensions, offset, pi_power, base.startswith("delta_"))


@lru_cache(1)
def _registry() -> "UnitRegistry[Fraction]":
    try:
        from pint import UnitRegistry
    except ImportError as error:
        raise MathProblemError(f"Nothing is known of this name; {INSTALL_HINT}.") from error
    return UnitRegistry(non_int_type=Fraction)


def _in_root_units(registry: "UnitRegistry[Fraction]", name: str) -> tuple[Fraction, Fraction, Dimensions]:
    """Where the scale of a unit begins, how large it is, and of which units."""
    try:
        none, one = (registry.Quantity(Fraction(count), name).to_root_units() for count in (0, 1))
    except TypeError as error:  # the logarithm of a fraction
        raise MathProblemError(f"{name} is a unit of a logarithmic scale; those are not calculated.") from error
    roots = frozenset((root, _exact(power)) for root, power in one.unit_items())
    return _exact(none.magnitude), _exact(one.magnitude - none.magnitude), roots


def _without_pi(registry: "UnitRegistry[Fraction]", factor: Fraction) -> tuple[Fraction, int]:
    """The factor without the power of pi in it, which pint has rounded, and that power."""
    pi = _exact(registry.Quantity(Fraction(1), "pi").to_root_units().magnitude)
    for power in (0, 1, -1, 2, -2):
        rational = factor / pi**power
        if len(str(rational)) < _PLAIN_DIGITS:
            return rational, power
    return factor, 0


def _exact(number: object) -> Fraction:
    if not isinstance(number, Rational):
        raise TypeError(f"pint gave {number!r}, which is no exact number")
    return Fraction(number)
