"""Small sums without a tool: exact, and refused where they would grow large."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

_MAX_BITS: Final = 12_000
_MAX_FACTORIAL: Final = 1_000
_SIGNIFICANT_DIGITS: Final = 15

_BINARY: Final[Mapping[type[ast.operator], Callable[[Fraction, Fraction], Fraction]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: lambda left, right: Fraction(left // right),
    ast.Mod: operator.mod,
}


_OF_SEVERAL: Final[Mapping[str, Callable[[Sequence[int]], int]]] = {
    "gcd": lambda numbers: math.gcd(*numbers),
    "lcm": lambda numbers: math.lcm(*numbers),
    "min": min,
    "max": max,
}


class _NotSmallError(Exception):
    """The sum is not one of those that can be done here."""


def calculate(expression: str) -> str | None:
    """Do a sum exactly and write its result: "4", "3.5", or "1/3 (about 0.333333333333333)".

    Returns:
        `None` where the sum has no exact result, or one of more than some thousand digits.
    """
    try:
        return _written(_value(ast.parse(expression.strip(), mode="eval").body))
    except (_NotSmallError, SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError):
        return None


def _value(node: ast.expr) -> Fraction:
    match node:
        case ast.Constant(value=int() | float()):
            return Fraction(repr(node.value))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _value(operand)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(_value(left), _value(right))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _bounded(_BINARY[type(op)](_value(left), _value(right)))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _call(name, [_value(argument) for argument in arguments])
    raise _NotSmallError


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    size = max(base.numerator.bit_length(), base.denominator.bit_length())
    if exponent.denominator != 1 or size * abs(exponent.numerator) > _MAX_BITS:
        raise _NotSmallError
    return Fraction(base**exponent.numerator)


def _call(name: str, arguments: list[Fraction]) -> Fraction:
    whole = [argument.numerator for argument in arguments if argument.denominator == 1]
    if len(whole) != len(arguments):
        raise _NotSmallError
    match name, whole:
        case "sqrt", [square] if square >= 0 and math.isqrt(square) ** 2 == square:
            return Fraction(math.isqrt(square))
        case "factorial", [number] if 0 <= number <= _MAX_FACTORIAL:
            return Fraction(math.factorial(number))
        case "abs", [number]:
            return Fraction(abs(number))
        case (("gcd" | "lcm" | "min" | "max"), [_, _, *_]):
            return _bounded(Fraction(_OF_SEVERAL[name](whole)))
    raise _NotSmallError


def _bounded(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > _MAX_BITS:
        raise _NotSmallError
    return value


def _written(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    context = Context(prec=_SIGNIFICANT_DIGITS)
    decimal = context.divide(Decimal(value.numerator), Decimal(value.denominator))
    digits = f"{decimal:f}" if Fraction(decimal) == value else ""
    return digits.rstrip("0") if "." in digits else f"{value} (about {decimal})"
