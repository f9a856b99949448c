"""The names and signs an expression may use. What is not in these tables does not exist."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from openrouter_agents.tools.exact_arithmetic import (
    aggregates,
    arithmetic,
    days,
    elementary,
    forms,
    integers,
    powers,
    quantities,
    statistics,
)
from openrouter_agents.tools.exact_arithmetic.errors import MathProblemError
from openrouter_agents.tools.exact_arithmetic.numbers import Number, Workspace
from openrouter_agents.tools.exact_arithmetic.quantities import in_one_unit, with_plain, without_unit
from openrouter_agents.tools.exact_arithmetic.values import Value

Shape: TypeAlias = Literal["list", "number"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing an expression may do with numbers."""

    name: str
    apply: Callable[..., Value]
    """Called with the workspace and plain numbers."""
    fewest: int = 1
    """Fewest numbers it takes."""
    most: int | None = 1
    """Most numbers it takes; `None` is any number of them."""
    typed: Callable[..., Value] | None = None
    """Called instead where one of the values is an amount of a unit, a date or a text; `None` does without those."""
    shape: tuple[Shape, ...] | None = None
    """What its arguments are, for an operation that must tell lists apart."""


def _of_two(
    name: str, apply: Callable[[Workspace, Number, Number], Value], typed: Callable[..., Value] | None = None
) -> Operation:
    return Operation(name, apply, 2, 2, typed)


def _of_many(name: str, apply: Callable[..., Number], typed: Callable[..., Value] | None = None) -> Operation:
    return Operation(name, apply, 1, None, typed)


def _of_amounts(name: str, apply: Callable[..., Number]) -> Operation:
    """Any number of amounts of one kind, giving one of that kind."""
    return _of_many(name, apply, in_one_unit(apply))


def _of_amount(name: str, apply: Callable[..., Number]) -> Operation:
    return Operation(name, apply, typed=in_one_unit(apply))


def _of_lists(name: str, apply: Callable[..., Number], *shape: Shape) -> Operation:
    return Operation(name, apply, 2, None, shape=shape)


def _of_dates(name: str, typed: Callable[..., Value], dates: int) -> Operation:
    def refuse(_work: Workspace, *_numbers: Number) -> Number:
        raise MathProblemError(f"{name} needs {'a date' if dates == 1 else 'dates'}, such as 2026-03-01.")

    return Operation(name, refuse, dates, dates, typed)


def _refuse_conversion(_work: Workspace, *_numbers: Number) -> Number:
    raise MathProblemError("After 'to' comes a unit, or hex, binary, octal, base N, fraction, percent or decimal.")


def _power(work: Workspace, base: Number, exponent: Number, modulus: Number | None = None) -> Number:
    if modulus is None:
        return powers.power(work, base, exponent)
    return integers.modular_power(work, base, exponent, modulus)


def _power_of_amount(work: Workspace, base: Value, exponent: Value, *modulus: Value) -> Value:
    if modulus:
        raise MathProblemError("pow(a, b, m) needs plain numbers.")
    return quantities.power(work, base, exponent)


def _cube_root_of_amount(work: Workspace, base: Value) -> Value:
    return quantities.root(work, base, Fraction(3))


def _binary_logarithm(work: Workspace, number: Number) -> Number:
    return powers.logarithm(work, number, Fraction(2))


def _decimal_logarithm(work: Workspace, number: Number) -> Number:
    return powers.logarithm(work, number, Fraction(10))


NEGATE: Final = _of_amount("-", arithmetic.negate)
ADD: Final = _of_two("+", arithmetic.add, days.add)
MULTIPLY: Final = _of_two("*", arithmetic.multiply, quantities.multiply)
ADD_PERCENT: Final = _of_two("+", arithmetic.add_percent, with_plain(arithmetic.add_percent))
SUBTRACT_PERCENT: Final = _of_two("-", arithmetic.subtract_percent, with_plain(arithmetic.subtract_percent))
ATTACH: Final = _of_two("the unit", arithmetic.multiply, quantities.attach)
"""Makes an amount of a number and the unit behind it."""
CONVERT: Final = _of_two("to", _refuse_conversion, quantities.convert)

_REMAINDER: Final = _of_two("mod", arithmetic.remainder, in_one_unit(arithmetic.remainder))
_SQUARE_ROOT: Final = Operation("sqrt", powers.square_root, typed=quantities.root)
_CUBE_ROOT: Final = Operation("cbrt", powers.cube_root, typed=_cube_root_of_amount)

INFIX: Final[Mapping[str, Operation]] = {
    "+": ADD,
    "-": _of_two("-", arithmetic.subtract, days.subtract),
    "*": MULTIPLY,
    "of": MULTIPLY,
    "/": _of_two("/", arithmetic.divide, quantities.divide),
    "//": _of_two("//", arithmetic.floor_divide, without_unit(arithmetic.floor_divide)),
    "%": _REMAINDER,
    "mod": _REMAINDER,
    "^": _of_two("^", powers.power, quantities.power),
}

PREFIX: Final[Mapping[str, Operation]] = {"√": _SQUARE_ROOT, "∛": _CUBE_ROOT}

POSTFIX: Final[Mapping[str, Operation]] = {
    "!": Operation("!", integers.factorial),
    "%": Operation("%", arithmetic.percent),
    "‰": Operation("‰", arithmetic.per_mille),
    "°": Operation("°", elementary.radians),
}

CONSTANTS: Final[Mapping[str, Operation]] = {
    "pi": Operation("pi", elementary.pi, 0, 0),
    "e": Operation("e", elementary.euler, 0, 0),
    "tau": Operation("tau", elementary.tau, 0, 0),
}

IN_BASE: Final = _of_two("base", forms.in_base)
FROM_BASE: Final = _of_two("frombase", forms.refuse_numbers, forms.from_base)

_HEXADECIMAL: Final = Operation("hex", forms.to_base(16))
_BINARY: Final = Operation("bin", forms.to_base(2))
_OCTAL: Final = Operation("oct", forms.to_base(8))
_DECIMAL: Final = Operation("decimal", forms.to_decimal)

TARGETS: Final[Mapping[str, Operation]] = {
    "hex": _HEXADECIMAL,
    "hexadecimal": _HEXADECIMAL,
    "bin": _BINARY,
    "binary": _BINARY,
    "oct": _OCTAL,
    "octal": _OCTAL,
    "dec": _DECIMAL,
    "decimal": _DECIMAL,
    "fraction": Operation("fraction", forms.to_fraction),
    "%": Operation("percent", forms.to_percent),
}
"""What a number can be converted to, besides units."""

_ALL_FUNCTIONS: Final = (
    _SQUARE_ROOT,
    _CUBE_ROOT,
    _of_two("root", powers.root, quantities.root),
    Operation("pow", _power, 2, 3, _power_of_amount),
    Operation("exp", elementary.exponential),
    Operation("log", powers.logarithm, 1, 2),
    Operation("ln", powers.logarithm),
    Operation("log2", _binary_logarithm),
    Operation("log10", _decimal_logarithm),
    Operation("sin", elementary.sine),
    Operation("cos", elementary.cosine),
    Operation("tan", elementary.tangent),
    Operation("asin", elementary.arc_sine),
    Operation("acos", elementary.arc_cosine),
    Operation("atan", elementary.arc_tangent),
    _of_two("atan2", elementary.arc_tangent2, without_unit(elementary.arc_tangent2)),
    Operation("sinh", elementary.hyperbolic_sine),
    Operation("cosh", elementary.hyperbolic_cosine),
    Operation("tanh", elementary.hyperbolic_tangent),
    Operation("radians", elementary.radians),
    Operation("degrees", elementary.degrees),
    _of_amounts("hypot", elementary.hypotenuse),
    _of_amount("abs", aggregates.absolute),
    Operation("sign", aggregates.sign, typed=without_unit(aggregates.sign)),
    _of_amounts("min", aggregates.smallest),
    _of_amounts("max", aggregates.largest),
    _of_amounts("sum", aggregates.total),
    _of_many("prod", aggregates.product),
    _of_many("count", statistics.count, without_unit(statistics.count)),
    _of_amounts("mean", aggregates.mean),
    _of_amounts("median", aggregates.median),
    _of_amounts("mode", statistics.mode),
    _of_amounts("range", statistics.span),
    _of_many("variance", statistics.variance),
    _of_many("pvariance", statistics.population_variance),
    _of_amounts("stdev", statistics.deviation),
    _of_amounts("pstdev", statistics.population_deviation),
    _of_many("geomean", statistics.geometric_mean),
    _of_amounts("harmmean", statistics.harmonic_mean),
    _of_amounts("rms", statistics.root_mean_square),
    _of_amounts("iqr", statistics.interquartile_range),
    _of_lists("percentile", statistics.percentile, "list", "number"),
    _of_lists("wmean", statistics.weighted_mean, "list", "list"),
    _of_lists("cov", statistics.covariance, "list", "list"),
    _of_lists("corr", statistics.correlation, "list", "list"),
    _of_lists("slope", statistics.slope, "list", "list"),
    _of_lists("intercept", statistics.intercept, "list", "list"),
    Operation("round", aggregates.round_half_away, 1, 2, with_plain(aggregates.round_half_away)),
    _of_amount("floor", aggregates.floor),
    _of_amount("ceil", aggregates.ceiling),
    _of_amount("trunc", aggregates.truncate),
    _REMAINDER,
    Operation("factorial", integers.factorial),
    _of_two("comb", integers.combinations),
    Operation("perm", integers.permutations, 1, 2),
    _of_many("gcd", integers.greatest_common_divisor),
    _of_many("lcm", integers.least_common_multiple),
    _HEXADECIMAL,
    _BINARY,
    _OCTAL,
    IN_BASE,
    FROM_BASE,
    Operation("date", days.make_date, 3, 3),
    _of_dates("weekday", days.weekday, 1),
    _of_dates("week", days.week, 1),
    _of_dates("yearday", days.day_of_year, 1),
    _of_dates("days_between", days.days_between, 2),
    _of_dates("workdays_between", days.workdays_between, 2),
    _of_dates("months_between", days.months_between, 2),
    _of_dates("years_between", days.years_between, 2),
)

_OTHER_NAMES: Final[Mapping[str, str]] = {
    "mean": "average avg",
    "variance": "var",
    "stdev": "std stddev sd",
    "pstdev": "pstd",
    "pvariance": "pvar",
    "prod": "product",
    "comb": "choose ncr binomial",
    "perm": "npr",
    "factorial": "fact",
    "corr": "correlation",
    "cov": "covariance",
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "geomean": "geometric_mean",
    "harmmean": "harmonic_mean",
    "ceil": "ceiling",
    "workdays_between": "workdays networkdays",
    "years_between": "age",
    "frombase": "int from_base",
    "base": "to_base",
    "days_between": "days",
    "count": "len",
    "sign": "sgn",
}


def _with_other_names(operations: Sequence[Operation]) -> dict[str, Operation]:
    named = {operation.name: operation for operation in operations}
    others = {other: named[name] for name, names in _OTHER_NAMES.items() for other in names.split()}
    return {**named, **others}


FUNCTIONS: Final[Mapping[str, Operation]] = _with_other_names(_ALL_FUNCTIONS)
FUNCTION_NAMES: Final = tuple(operation.name for operation in _ALL_FUNCTIONS)
"""The names that messages tell of; `FUNCTIONS` knows others for some of them."""
