"""From the text of an expression to its numbers, names and signs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from fractions import Fraction
from typing import Final

from openrouter_agents.tools.exact_arithmetic.characters import HINTS, RAISED, VULGAR, WORDS, hint, plain
from openrouter_agents.tools.exact_arithmetic.errors import CalculationError, MathProblemError
from openrouter_agents.tools.exact_arithmetic.limits import MAX_CHARACTERS, MAX_TOKENS, Budget
from openrouter_agents.tools.exact_arithmetic.literals import (
    DATE,
    GROUPED,
    NUMBER,
    POINTS,
    TEXT,
    date_value,
    decimal_value,
    quoted_value,
)
from openrouter_agents.tools.exact_arithmetic.unit_names import CURRENCY_SIGNS
from openrouter_agents.tools.exact_arithmetic.values import Value, Words

_SIGNS: Final = {"**": "^", "->": "to", "→": "to"}
_LETTERS: Final = {"π": "pi", "τ": "tau", "℃": "°C", "℉": "°F"}
_FEET: Final = r"""\d+ ' [ ]? \d+ (?:\.\d+)? " """

_PATTERN: Final = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<date>{DATE})
  | (?P<based>0[xX][0-9a-fA-F]+ | 0[bB][01]+ | 0[oO][0-7]+)
  | (?P<points>{POINTS})
  | (?P<feet>{_FEET})
  | (?P<grouped>{GROUPED})
  | (?P<number>{NUMBER})
  | (?P<vulgar>[{"".join(VULGAR)}])
  | (?P<raised>[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)
  | (?P<times>[xX](?![a-zA-Z_]))
  | (?P<name>[πτ℃℉] | Δ?°[CF]\b | (?:(?:[mM]ath|statistics|np|numpy)\.)?[a-zA-ZµΩÅ][a-zA-Z0-9_µΩÅ]*)
  | (?P<text>{TEXT})
  | (?P<sign>\*\*|//|->|[-+*/^%‰!(),\[\]°√∛→{re.escape(CURRENCY_SIGNS)}])
    """,
    # Without ASCII, \d would also read digits of other scripts, which look like something else.
    re.VERBOSE | re.ASCII,
)
_PLAIN_NUMBER: Final = re.compile(NUMBER, re.VERBOSE | re.ASCII)


class Kind(Enum):
    """What a token is."""

    NUMBER = auto()
    DATE = auto()
    TEXT = auto()
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
    value: Value = Fraction(0)
    """The value of a number, a date or a text; 0 for all others."""
    written: str = ""
    """The text as it stands: units tell capitals from small letters."""


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
    text = plain(expression)
    position = 0
    # One entry for each open parenthesis: whether commas in it separate arguments.
    lists: list[bool] = []
    previous = Kind.END
    while position < len(text):
        match = _PATTERN.match(text, position)
        if match is None:
            raise CalculationError(hint(text, position), expression, position)
        if match.lastgroup == "grouped" and lists and lists[-1]:
            match = _PLAIN_NUMBER.match(text, position) or match
        if match.lastgroup != "space":
            for token in _tokens(expression, match, budget):
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


def _tokens(expression: str, match: re.Match[str], budget: Budget) -> list[Token]:
    text, position = match.group(), match.start()
    match match.lastgroup:
        case "sign":
            _refuse_double_signs(match.string, expression, position)
            return [Token(Kind.SIGN, _SIGNS.get(text, text), position, written=text)]
        case "times":
            return [Token(Kind.SIGN, "*", position, written=text)]
        case "name":
            return _named(text, position)
        case "raised":
            return _raised(text.translate(RAISED), position)
        case "feet":
            return _feet_and_inches(text, position)
    try:
        return [_literal(match, budget)]
    except MathProblemError as problem:
        raise CalculationError(str(problem), expression, position) from problem


def _literal(match: re.Match[str], budget: Budget) -> Token:
    text, position = match.group(), match.start()
    match match.lastgroup:
        case "date":
            return Token(Kind.DATE, text, position, date_value(text))
        case "text":
            return _quoted(text, position)
        case "points":
            raise MathProblemError("Write a point for decimals only, and commas between thousands: 1,234,567.89.")
        case "vulgar":
            return Token(Kind.NUMBER, text, position, VULGAR[text], text)
        case "based":
            return Token(Kind.NUMBER, text, position, Fraction(int(text, 0)), text)
    return Token(Kind.NUMBER, text, position, decimal_value(text, budget), text)


def _named(text: str, position: int) -> list[Token]:
    written = _LETTERS.get(text, text).rpartition(".")[2]
    name = written.lower()
    if name in WORDS:
        return [Token(Kind.SIGN, WORDS[name], position, written=text)]
    if name in {"squared", "cubed"}:
        return _raised("2" if name == "squared" else "3", position)
    return [Token(Kind.NAME, name, position, written=written)]


def _quoted(text: str, position: int) -> Token:
    value = quoted_value(text)
    if value is None:
        raise MathProblemError(HINTS[text[0]])
    if isinstance(value, str):
        return Token(Kind.TEXT, text, position, Words(value))
    return Token(Kind.DATE, text, position, value)


def _raised(text: str, position: int) -> list[Token]:
    """The tokens of ^2 for ², of ^-1 for ⁻¹."""
    digits = text.lstrip("+-")
    tokens = [Token(Kind.SIGN, "^", position)]
    if text.startswith("-"):
        tokens.append(Token(Kind.SIGN, "-", position))
    return [*tokens, Token(Kind.NUMBER, digits, position, Fraction(Decimal(digits)), digits)]


def _feet_and_inches(text: str, position: int) -> list[Token]:
    """The tokens of (5 foot + 10 inch) for 5'10"."""
    feet, inches = text.rstrip('"').split("'")
    return [
        Token(Kind.SIGN, "(", position),
        Token(Kind.NUMBER, feet, position, Fraction(feet)),
        Token(Kind.NAME, "foot", position, written="foot"),
        Token(Kind.SIGN, "+", position),
        Token(Kind.NUMBER, inches, position, Fraction(inches.strip())),
        Token(Kind.NAME, "inch", position, written="inch"),
        Token(Kind.SIGN, ")", position),
    ]


def _refuse_double_signs(text: str, expression: str, position: int) -> None:
    pair = text[position : position + 2]
    if pair in {"!!", "!="}:
        raise CalculationError(HINTS[pair], expression, position)
