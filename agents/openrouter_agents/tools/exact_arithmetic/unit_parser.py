"""Reading units: `km`, `square feet`, `m^2`, `fluid ounces`, `€`."""

from collections.abc import Mapping
from difflib import get_close_matches
from fractions import Fraction
from typing import Final

from openrouter_agents.tools.exact_arithmetic.characters import is_currency_sign
from openrouter_agents.tools.exact_arithmetic.errors import MathProblemError
from openrouter_agents.tools.exact_arithmetic.operations import CONSTANTS, FUNCTION_NAMES, FUNCTIONS, INFIX
from openrouter_agents.tools.exact_arithmetic.token_stream import TokenStream
from openrouter_agents.tools.exact_arithmetic.tokens import Kind, Token
from openrouter_agents.tools.exact_arithmetic.unit_algebra import raised
from openrouter_agents.tools.exact_arithmetic.unit_names import currency, find_unit
from openrouter_agents.tools.exact_arithmetic.values import Unit

_CONVERSIONS: Final = frozenset({"to", "into", "as", "in"})
_CLOCK: Final = frozenset({"today", "now", "tomorrow", "yesterday"})
_LIKENESS: Final = 0.7
_POWERS: Final[Mapping[str, int]] = {"square": 2, "sq": 2, "cubic": 3, "cu": 3}
# Names of functions that are units where no parenthesis follows.
_ALSO_UNITS: Final = frozenset({"min", "days", "week", "degrees", "radians"})


def is_conversion(stream: TokenStream, ahead: int = 0) -> bool:
    """Whether a `to` stands here, or an `in` that means it and not the inch: 5 ft 3 in in cm."""
    token, after = stream.ahead(ahead), stream.ahead(ahead + 1)
    if token.text not in _CONVERSIONS:
        return False
    if token.text != "in":
        return True
    is_name = after.kind is Kind.NAME and after.text not in INFIX and after.text not in _CONVERSIONS
    return is_name or after.text in {"%", "°"} or is_currency_sign(after.text)


def starts_unit(stream: TokenStream, ahead: int = 0) -> bool:
    """Whether what stands here can only be the name of a unit, known or not."""
    token = stream.ahead(ahead)
    if is_currency_sign(token.text):
        return True
    if token.kind is not Kind.NAME or token.text in INFIX or token.text in CONSTANTS or is_conversion(stream, ahead):
        return False
    if stream.ahead(ahead + 1).text == "(":
        return False
    return token.text not in FUNCTIONS or token.text in _ALSO_UNITS


def read_unit(stream: TokenStream) -> Unit:
    """Reads one unit with its power.

    Raises:
        CalculationError: There is no such unit.
    """
    token = stream.take()
    if is_currency_sign(token.text):
        return currency(token.text)
    exponent = 1
    if token.text in _POWERS and starts_unit(stream):
        exponent, token = _POWERS[token.text], stream.take()
    try:
        unit = _of_two_words(stream, token) or find_unit(token.written)
        if unit is None:
            stream.fail(unknown_name(token.text), token)
        return raised(unit, Fraction(exponent) * _exponent(stream))
    except MathProblemError as problem:
        stream.fail(f"'{token.written}': {problem}", token)


def unknown_name(name: str) -> str:
    """What to say of a name that is none."""
    if name in _CLOCK:
        return f"'{name}': no clock is known here; write the date, as in 2026-03-01."
    close = get_close_matches(name, [*FUNCTIONS, *CONSTANTS], n=1, cutoff=_LIKENESS)
    if close:
        return f"'{name}' is not known; did you mean {close[0]}?"
    return f"'{name}' is no function, constant or unit. Known functions: {', '.join(FUNCTION_NAMES)}."


def _of_two_words(stream: TokenStream, token: Token) -> Unit | None:
    if not starts_unit(stream) or stream.next.kind is not Kind.NAME:
        return None
    unit = find_unit(f"{token.written}_{stream.next.written}")
    if unit is not None:
        stream.take()
    return unit


def _exponent(stream: TokenStream) -> Fraction:
    """The power behind a unit, which belongs to it and not to its number: 5 m^2."""
    if stream.next.text != "^":
        return Fraction(1)
    sign = stream.take()
    direction = -1 if stream.next.text == "-" else 1
    if direction < 0:
        stream.take()
    value = stream.take().value
    if not isinstance(value, Fraction) or value.denominator != 1 or not value:
        stream.fail("The power of a unit must be a whole number, not 0.", sign)
    return direction * value
