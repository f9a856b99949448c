"""The names and signs an expression may use. What is not in these tables does not exist."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from openrouter_agents.tools.exact_arithmetic import aggregates, arithmetic, elementary, integers, powers
from openrouter_agents.tools.exact_arithmetic.numbers import Number, Workspace


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing an expression may do with numbers."""

    name: str
    apply: Callable[..., Number]
    """Called with the workspace and the numbers."""
    fewest: int = 1
    """Fewest numbers it takes."""
    most: int | None = 1
    """Most numbers it takes; `None` is any number of them."""


def _of_two(name: str, apply: Callable[[Workspace, Number, Number], Number]) -> Operation:
    return Operation(name, apply, 2, 2)


def _of_many(name: str, apply: Callable[..., Number]) -> Operation:
    return Operation(name, apply, 1, None)


def _power(work: Workspace, base: Number, exponent: Number, modulus: Number | None = None) -> Number:
    if modulus is None:
        return powers.power(work, base, exponent)
    return integers.modular_power(work, base, exponent, modulus)


def _binary_logarithm(work: Workspace, number: Number) -> Number:
    return powers.logarithm(work, number, Fraction(2))


def _decimal_logarithm(work: Workspace, number: Number) -> Number:
    return powers.logarithm(work, number, Fraction(10))


NEGATE: Final = Operation("-", arithmetic.negate)
ADD_PERCENT: Final = _of_two("+", arithmetic.add_percent)
SUBTRACT_PERCENT: Final = _of_two("-", arithmetic.subtract_percent)

_REMAINDER: Final = _of_two("mod", arithmetic.remainder)
_MULTIPLY: Final = _of_two("*", arithmetic.multiply)

INFIX: Final[Mapping[str, Operation]] = {
    "+": _of_two("+", arithmetic.add),
    "-": _of_two("-", arithmetic.subtract),
    "*": _MULTIPLY,
    "of": _MULTIPLY,
    "/": _of_two("/", arithmetic.divide),
    "//": _of_two("//", arithmetic.floor_divide),
    "%": _REMAINDER,
    "mod": _REMAINDER,
    "^": _of_two("^", powers.power),
}

POSTFIX: Final[Mapping[str, Operation]] = {
    "!": Operation("!", integers.factorial),
    "%": Operation("%", arithmetic.percent),
    "°": Operation("°", elementary.radians),
}

CONSTANTS: Final[Mapping[str, Operation]] = {
    "pi": Operation("pi", elementary.pi, 0, 0),
    "e": Operation("e", elementary.euler, 0, 0),
    "tau": Operation("tau", elementary.tau, 0, 0),
}

_ALL_FUNCTIONS: Final = (
    Operation("sqrt", powers.square_root),
    Operation("cbrt", powers.cube_root),
    _of_two("root", powers.root),
    Operation("pow", _power, 2, 3),
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
    _of_two("atan2", elementary.arc_tangent2),
    Operation("sinh", elementary.hyperbolic_sine),
    Operation("cosh", elementary.hyperbolic_cosine),
    Operation("tanh", elementary.hyperbolic_tangent),
    Operation("radians", elementary.radians),
    Operation("degrees", elementary.degrees),
    _of_many("hypot", elementary.hypotenuse),
    Operation("abs", aggregates.absolute),
    Operation("sign", aggregates.sign),
    _of_many("min", aggregates.smallest),
    _of_many("max", aggregates.largest),
    _of_many("sum", aggregates.total),
    _of_many("prod", aggregates.product),
    _of_many("mean", aggregates.mean),
    _of_many("median", aggregates.median),
    Operation("round", aggregates.round_half_away, 1, 2),
    Operation("floor", aggregates.floor),
    Operation("ceil", aggregates.ceiling),
    Operation("trunc", aggregates.truncate),
    _REMAINDER,
    Operation("factorial", integers.factorial),
    _of_two("comb", integers.combinations),
    Operation("perm", integers.permutations, 1, 2),
    _of_many("gcd", integers.greatest_common_divisor),
    _of_many("lcm", integers.least_common_multiple),
)

FUNCTIONS: Final[Mapping[str, Operation]] = {operation.name: operation for operation in _ALL_FUNCTIONS}
