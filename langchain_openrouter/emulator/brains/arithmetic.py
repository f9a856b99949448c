"""Arithmetic in English text: from "15% of 80,000 plus 1/3" to the expression `15/100 * 80000 + 1/3`."""

from __future__ import annotations

import ast
import functools
import re
from typing import Final

from langchain_openrouter.emulator.brains.numerals import spell_digits

_NUMBER = r"(?:\d+(?:\.\d+)?(?:e[-+]?\d+)?(?:\*\*\d+)?|[a-z]+\([^()]*\)|\([^()]*\))"
_N = f"({_NUMBER})"
_LIST = rf"({_NUMBER}(?:\s*(?:,\s*and\b|,|\band\b)\s*{_NUMBER})+)"
_THE = r"\b(?:the )?"
_MAX_TOKENS: Final = 80
_FUNCTIONS: Final = frozenset(
    (
        "sqrt cbrt exp log ln log2 log10 sin cos tan asin acos atan abs floor ceil round factorial comb perm"
        " gcd lcm min max hypot mod pow"
    ).split(),
)
_CONSTANTS: Final = frozenset({"pi", "e", "tau"})

# Signs people type, in the spelling of the expression language. Dates and spans of years are no differences.
_SIGNS: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        ("[\u00d7\u22c5\u00b7]", "*"),
        ("\u00f7", "/"),
        ("[\u2212\u2013]", "-"),
        (r"\^", "**"),
        ("\u00b2", "**2"),
        ("\u00b3", "**3"),
        (r"\u221a\s*(\d+(?:\.\d+)?)", r"sqrt(\1)"),
        ("\u221a", "sqrt"),
        ("\u03c0", "pi"),
        (r"\b\d{4}-\d{1,2}-\d{1,2}\b|\b[12]\d{3}-[12]\d{3}\b", ";"),
        (r"(?<=[\d)])\s*x\s*(?=[\d(])", " * "),
        (r"(\d+)\s*!(?![=!])", r"factorial(\1)"),
    )
)

# Phrases for operations, the most specific first. Those of lists are joined with the sign that stands beside them.
_LISTS: Final = tuple(
    (re.compile(pattern), sign)
    for pattern, sign in (
        (rf"{_THE}(?:sum|total) of (?:the numbers )?{_LIST}", " + "),
        (rf"\b(?:add|sum)(?: up| together)? (?:the numbers )?{_LIST}", " + "),
        (rf"{_THE}product of {_LIST}", " * "),
        (rf"\bmultiply {_LIST}", " * "),
        (rf"{_THE}difference (?:between|of) {_LIST}", " - "),
        (rf"{_THE}(?:quotient|ratio) of {_LIST}", " / "),
    )
)
_MEANS: Final = re.compile(rf"{_THE}(?:average|mean) of (?:the numbers )?{_LIST}")
_CALLS: Final = re.compile(
    rf"{_THE}(gcd|lcm|greatest common divisor|least common multiple|maximum|minimum|max|min) of {_LIST}",
)
_CALL_NAMES: Final = {
    "greatest common divisor": "gcd",
    "least common multiple": "lcm",
    "maximum": "max",
    "minimum": "min",
}
_PHRASES: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (rf"\bincrease {_N} by {_N}\s*(?:%|percent\b)", r"\1 * (1 + \2/100)"),
        (rf"\b(?:decrease|reduce) {_N} by {_N}\s*(?:%|percent\b)", r"\1 * (1 - \2/100)"),
        (rf"{_N}\s*(?:\+|plus)\s*{_N}\s*(?:%(?!\s*[\d(])|percent\b)(?! of)", r"\1 * (1 + \2/100)"),
        (rf"{_N}\s*(?:-|minus)\s*{_N}\s*(?:%(?!\s*[\d(])|percent\b)(?! of)", r"\1 * (1 - \2/100)"),
        (rf"\bsubtract {_N} from {_N}", r"\2 - \1"),
        (rf"\bdivide {_N} by {_N}", r"\1 / \2"),
        (rf"\bmultiply {_N} (?:by|with) {_N}", r"\1 * \2"),
        (rf"\badd {_N} to {_N}", r"\2 + \1"),
        (rf"\braise {_N} to (?:the )?(?:power (?:of )?)?{_N}(?:st|nd|rd|th)?(?: power)?", r"\1**\2"),
        (rf"{_N}\s*(?:%|percent\b|per cent\b)\s*of\s+(?:the )?", r"\1/100 * "),
        (rf"{_N}\s*(?:%(?!\s*[\d(])|percent\b|per cent\b)", r"(\1/100)"),
        (rf"{_THE}factorial of {_N}", r"factorial(\1)"),
        (r"(\d+) factorial\b", r"factorial(\1)"),
        (rf"{_THE}square root of {_N}", r"sqrt(\1)"),
        (rf"{_THE}cu(?:be|bic) root of {_N}", r"cbrt(\1)"),
        (rf"{_THE}(?:natural )?log(?:arithm)? of {_N}", r"log(\1)"),
        (rf"{_THE}(sin|cos|tan)(?:e|ine|gent)? of {_N}", r"\1(\2)"),
        (rf"{_THE}square of {_N}", r"\1**2"),
        (rf"\b(?:a )?half of {_N}", r"\1 / 2"),
        (rf"\b(?:twice|double) {_N}", r"2 * \1"),
        (r"\s+(?:raised )?to the (?:power (?:of )?)?(\d+)(?:st|nd|rd|th)?(?: power)?\b", r"**\1"),
        (r"\s+(?:raised )?to the power (?:of )?", "**"),
        (r"\s+squared\b", "**2"),
        (r"\s+cubed\b", "**3"),
        (r"\b(?:multiplied by|times)\b", "*"),
        (r"\b(?:divided by|over)\b", "/"),
        (r"\bplus\b", "+"),
        (r"\b(?:minus|less)\b", "-"),
        (r"\b(?:modulo|mod)\b(?!\s*\()", "%"),
    )
)
_TOKEN = re.compile(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![\w.]\w)|\.\d+|[a-z]\w*|\*\*|//|[-+*/%(),]|\S")
_OPERATORS = re.compile(r"\*\*|//|[-+*/%]")
_WORKING_NODES = (ast.BinOp, ast.Call)
_NODES = (*_WORKING_NODES, ast.UnaryOp, ast.Constant, ast.Name, ast.operator, ast.unaryop, ast.Load)


def find_expressions(text: str) -> list[str]:
    """Find the arithmetic of a text as expressions in Python's signs, in the order in which they stand.

    Only what has an operation in it counts: a number alone, a date or a span of years is none.
    """
    signs = _TOKEN.findall(_spell_signs(text))
    found: list[str] = []
    run: list[str] = []
    for sign in [*signs, ";"]:
        if _belongs(sign):
            run.append(sign)
            continue
        found.extend(_expressions_of_run(run))
        run = []
    return list(dict.fromkeys(found))


def is_expression(text: str) -> bool:
    """Whether a text is one well-formed arithmetic expression with an operation in it."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    nodes = list(ast.walk(tree))
    return all(_is_arithmetic(node) for node in nodes) and any(isinstance(node, _WORKING_NODES) for node in nodes)


def _is_arithmetic(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS and bool(node.args) and not node.keywords
    if isinstance(node, ast.Constant):
        return type(node.value) in {int, float}
    return isinstance(node, _NODES)


def _spell_signs(text: str) -> str:
    text = spell_digits(text).lower()
    for pattern, replacement in _SIGNS:
        text = pattern.sub(replacement, text)
    text = _MEANS.sub(lambda m: f"({' + '.join(_items(m.group(1)))}) / {len(_items(m.group(1)))}", text)
    text = _CALLS.sub(_spell_call, text)
    for pattern, sign in _LISTS:
        text = pattern.sub(functools.partial(_spell_list, sign), text)
    for pattern, replacement in _PHRASES:
        text = pattern.sub(replacement, text)
    return text


def _spell_list(sign: str, match: re.Match[str]) -> str:
    return f"({sign.join(_items(match.group(1)))})"


def _spell_call(match: re.Match[str]) -> str:
    name = match.group(1)
    return f"{_CALL_NAMES.get(name, name)}({', '.join(_items(match.group(2)))})"


def _items(listed: str) -> list[str]:
    return re.findall(_NUMBER, listed)


def _belongs(sign: str) -> bool:
    return sign in _FUNCTIONS or sign in _CONSTANTS or not (sign[0].isalpha() or sign[0] not in "0123456789.-+*/%(),")


def _expressions_of_run(run: list[str]) -> list[str]:
    """Cut a run of signs at commas outside brackets and keep what reads as an expression."""
    pieces: list[list[str]] = [[]]
    depth = 0
    for sign in run[:_MAX_TOKENS]:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth <= 0:
            pieces.append([])
        else:
            pieces[-1].append(sign)
    return [expression for piece in pieces if (expression := _longest_expression(piece))]


def _longest_expression(signs: list[str]) -> str:
    if not any(_OPERATORS.fullmatch(sign) or sign in _FUNCTIONS for sign in signs):
        return ""
    for length in range(len(signs), 0, -1):
        for start in range(len(signs) - length + 1):
            if signs[start + length - 1] in "+-*/%(,**//" or signs[start] in {
                "*",
                "/",
                "%",
                ")",
                ",",
                "**",
                "//",
                "+",
            }:
                continue
            expression = _join(signs[start : start + length])
            if is_expression(expression):
                return expression
    return ""


def _join(signs: list[str]) -> str:
    """Set an expression as people do: blanks around all signs but those of powers and of signed numbers."""
    text = ""
    before = "("
    for sign in signs:
        signed = sign in {"+", "-"} and (before in {"(", ","} or bool(_OPERATORS.fullmatch(before)))
        if sign == ",":
            text += ", "
        elif signed or sign == "**" or sign not in {"+", "-", "*", "/", "//", "%"}:
            text += sign
        else:
            text += f" {sign} "
        before = "(" if signed else sign
    return text
