"""From the text of an expression to its numbers, names and signs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from fractions import Fraction
from typing import Final

from openrouter_agents.tools.exact_arithmetic.errors import CalculationError, MathProblemError
from openrouter_agents.tools.exact_arithmetic.limits import MAX_CHARACTERS, MAX_TOKENS, Budget
from openrouter_agents.tools.exact_arithmetic.numbers import words

_MAX_LITERAL_EXPONENT: Final = 20_000

# Written as escapes because they look like other characters: minus sign, en dash, multiplication sign, dots, division
# sign, division slash.
_TYPOGRAPHIC: Final = {
    "\u2212": "-",
    "\u2013": "-",
    "\u00d7": "*",
    "\u00b7": "*",
    "\u22c5": "*",
    "\u00f7": "/",
    "\u2215": "/",
}
_SIGNS: Final = {**_TYPOGRAPHIC, "**": "^", "π": "pi", "τ": "tau"}

_NUMBER: Final = r"""
    (?:\d+ (?:[_\u00a0\u2009\u202f] \d+)*) (?:\.\d*)? (?:[eE][+-]?\d+)?
  | \.\d+ (?:[eE][+-]?\d+)?
"""
# Three digits after each comma, and no more digits after the last three.
_GROUPED: Final = r"\d{1,3} (?:,\d{3})+ (?![\d,]) (?:\.\d*)? (?:[eE][+-]?\d+)?"

_PATTERN: Final = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<based>0[xX][0-9a-fA-F]+ | 0[bB][01]+ | 0[oO][0-7]+)
  | (?P<grouped>{_GROUPED})
  | (?P<number>{_NUMBER})
  | (?P<times>[xX](?![a-zA-Z_]))
  | (?P<name>[πτ] | (?:[mM]ath\.)?[a-zA-Z][a-zA-Z0-9]*)
  | (?P<sign>\*\*|//|[-+*/^%!(),\[\]°{"".join(_TYPOGRAPHIC)}])
    """,
    # Without ASCII, \d would also read digits of other scripts, which look like something else.
    re.VERBOSE | re.ASCII,
)
_PLAIN_NUMBER: Final = re.compile(_NUMBER, re.VERBOSE | re.ASCII)

_HINTS: Final = {
    "=": "Give one expression without '='; equations and assignments are not calculated.",
    "!=": "Comparisons are not calculated.",
    "<": "Comparisons are not calculated.",
    ">": "Comparisons are not calculated.",
    "$": "Leave currency signs out.",
    "€": "Leave currency signs out.",
    "£": "Leave currency signs out.",
    "²": "Write ^2 instead of a raised digit.",
    "³": "Write ^3 instead of a raised digit.",
    "√": "Write sqrt(...) instead of a root sign.",
    "'": "Text is not calculated; give numbers only.",
    '"': "Text is not calculated; give numbers only.",
    "{": "Use ( and ) for grouping.",
    "!!": "'!!' is ambiguous; write factorial(factorial(n)) if that is meant.",
}


class Kind(Enum):
    """What a token is."""

    NUMBER = auto()
    NAME = auto()
    SIGN = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One number, name or sign of an expression."""

    kind: Kind
    text: str
    """The text, with typographic signs replaced by plain ones; names in lower case."""
    position: int
    """Offset into the expression, in characters."""
    value: Fraction = Fraction(0)
    """The exact value of a number; 0 for all others."""


def tokenize(expression: str, budget: Budget) -> list[Token]:
    """Splits an expression; the last token has the kind `END`.

    A comma separates arguments inside the parentheses of a function and groups thousands everywhere else.

    Raises:
        CalculationError: For a character that means nothing here, a malformed number or an expression that is too long.
    """
    if len(expression) > MAX_CHARACTERS:
        message = f"The expression has {len(expression):,} characters; at most {MAX_CHARACTERS:,} are read."
        raise CalculationError(message, expression, MAX_CHARACTERS)
    tokens: list[Token] = []
    for token in _scan(expression, budget):
        tokens.append(token)
        if len(tokens) > MAX_TOKENS:
            message = f"The expression has more than {MAX_TOKENS:,} numbers and signs; split it up."
            raise CalculationError(message, expression, token.position)
    tokens.append(Token(Kind.END, "", len(expression)))
    return tokens


def _scan(expression: str, budget: Budget) -> Iterator[Token]:
    position = 0
    # One entry for each open parenthesis: whether commas in it separate arguments.
    lists: list[bool] = []
    previous = Kind.END
    while position < len(expression):
        match = _PATTERN.match(expression, position)
        if match is None:
            raise CalculationError(_hint(expression, position), expression, position)
        if match.lastgroup == "grouped" and lists and lists[-1]:
            match = _PLAIN_NUMBER.match(expression, position) or match
        if match.lastgroup != "space":
            token = _token(expression, match, budget)
            _follow(token, previous, lists, expression)
            previous = token.kind
            yield token
        position = match.end()


def _follow(token: Token, previous: Kind, lists: list[bool], expression: str) -> None:
    """Keeps track of what a comma means, and refuses one that means nothing."""
    if token.text in {"(", "["}:
        lists.append(token.text == "[" or previous is Kind.NAME)
    elif token.text in {")", "]"} and lists:
        lists.pop()
    elif token.text == "," and not (lists and lists[-1]):
        message = (
            "A comma outside a function must group thousands (1,234,567); use a point for decimals, "
            "and one call for each expression."
        )
        raise CalculationError(message, expression, token.position)


def _token(expression: str, match: re.Match[str], budget: Budget) -> Token:
    text = match.group()
    group = match.lastgroup
    if group == "sign":
        _refuse_double_signs(expression, match.start())
        return Token(Kind.SIGN, _SIGNS.get(text, text), match.start())
    if group == "times":
        return Token(Kind.SIGN, "*", match.start())
    if group == "name":
        name = _SIGNS.get(text, text).lower().removeprefix("math.")
        return Token(Kind.NAME, name, match.start())
    if group == "based":
        return Token(Kind.NUMBER, text, match.start(), Fraction(int(text, 0)))
    return Token(Kind.NUMBER, text, match.start(), _decimal_value(expression, match, budget))


def _decimal_value(expression: str, match: re.Match[str], budget: Budget) -> Fraction:
    text = re.sub(r"[^0-9.eE+-]", "", match.group())
    exponent = text.lower().partition("e")[2]
    # The number of digits comes first: an exponent of thousands of digits would be slow to read and is refused anyway.
    if len(exponent) > len("+000020000") or abs(int(exponent or 0)) > _MAX_LITERAL_EXPONENT:
        message = f"This number is out of range; exponents go up to {_MAX_LITERAL_EXPONENT:,}."
        raise CalculationError(message, expression, match.start())
    try:
        budget.spend(words(4 * abs(int(exponent or 0))) ** 2 // 4)
    except MathProblemError as problem:
        raise CalculationError(str(problem), expression, match.start()) from problem
    # Decimal reads any number of digits; int() stops at Python's limit for text.
    return Fraction(Decimal(text))


def _refuse_double_signs(expression: str, position: int) -> None:
    pair = expression[position : position + 2]
    if pair in {"!!", "!="}:
        raise CalculationError(_HINTS[pair], expression, position)


def _hint(expression: str, position: int) -> str:
    character = expression[position]
    if character in _HINTS:
        return _HINTS[character]
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    return f"'{shown}' is not part of an arithmetic expression."
