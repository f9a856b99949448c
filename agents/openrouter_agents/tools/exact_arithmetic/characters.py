"""Characters that stand for others, and what to write instead of those that mean nothing."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from openrouter_agents.tools.exact_arithmetic.unit_names import CURRENCY_SIGNS

# Escapes, because these look like other characters.
_TYPOGRAPHIC: Final[Mapping[str, str]] = {
    "-": "\u2212\u2010\u2011\u2012\u2013\u2014\ufe63",  # minus sign, hyphens, dashes
    "*": "\u00d7\u00b7\u22c5\u2217\u2219\u2022",  # multiplication sign, dots, asterisk, bullet
    "/": "\u00f7\u2215\u2044",  # division sign, division slash, fraction slash
    "'": "\u2018\u2019\u2032",
    '"': "\u201c\u201d\u2033",
    " ": "\u3000",
    "Ω": "\u2126",
    "µ": "\u03bc",
    "Å": "\u212b",
}
_FULLWIDTH: Final = range(0xFF01, 0xFF5F)
_FULLWIDTH_SHIFT: Final = 0xFEE0

_PLAIN: Final = {
    **{ord(character): plain for plain, characters in _TYPOGRAPHIC.items() for character in characters},
    **{code: chr(code - _FULLWIDTH_SHIFT) for code in _FULLWIDTH},
}

RAISED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
"""Raised digits and signs to plain ones."""

VULGAR: Final[Mapping[str, Fraction]] = {
    character: Fraction(text)
    for character, text in zip(
        "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒",
        "1/2 1/3 2/3 1/4 3/4 1/5 2/5 3/5 4/5 1/6 5/6 1/7 1/8 3/8 5/8 7/8 1/9 1/10".split(),
        strict=True,
    )
}
"""Fractions that are one character."""

WORDS: Final[Mapping[str, str]] = {
    "percent": "%",
    "permille": "‰",
    "per": "/",
    "plus": "+",
    "minus": "-",
    "times": "*",
}
"""Words that stand for a sign."""

HINTS: Final[Mapping[str, str]] = {
    "=": "Give one expression without '='; equations and assignments are not calculated.",
    "!=": "Comparisons are not calculated.",
    "<": "Comparisons are not calculated.",
    ">": "Comparisons are not calculated.",
    "'": "Text is not calculated; give numbers only.",
    '"': "Text is not calculated; give numbers only.",
    "{": "Use ( and ) for grouping.",
    ":": "Times of day are not calculated; write spans as 1 h 30 min.",
    "∞": "Infinity is no number that can be calculated with.",
    "!!": "'!!' is ambiguous; write factorial(factorial(n)) if that is meant.",
}


def plain(expression: str) -> str:
    """The expression with plain characters, each in its place: fullwidth digits, typographic signs and quotes."""
    return expression.translate(_PLAIN)


def hint(expression: str, position: int) -> str:
    """What to do about a character that means nothing."""
    character = expression[position]
    if character in HINTS:
        return HINTS[character]
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    return f"'{shown}' is not part of an arithmetic expression."


def is_currency_sign(text: str) -> bool:
    """Whether it is the sign of a currency."""
    return len(text) == 1 and text in CURRENCY_SIGNS
