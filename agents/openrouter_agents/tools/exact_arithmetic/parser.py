"""From tokens to a program: the steps of the calculation in the order they are done.

The grammar is the whole whitelist: numbers, the names and signs of `operations`, parentheses. A flat program instead of
a tree lets the evaluator run without recursion however long an expression is.

Signs bind, from loosest to tightest: `+ -`, then `* / // %` with `of` and `mod`, then a sign in front, then `^` (from
the right, so that -2^2 is -4), then `!`, `%` and `°` behind a number.
"""

from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from typing import Final, NoReturn, TypeAlias

from openrouter_agents.tools.exact_arithmetic.errors import CalculationError
from openrouter_agents.tools.exact_arithmetic.limits import MAX_NESTING, Budget
from openrouter_agents.tools.exact_arithmetic.operations import (
    ADD_PERCENT,
    CONSTANTS,
    FUNCTIONS,
    INFIX,
    NEGATE,
    POSTFIX,
    SUBTRACT_PERCENT,
    Operation,
)
from openrouter_agents.tools.exact_arithmetic.tokens import Kind, Token, tokenize

_SUM, _PRODUCT, _POWER = 1, 2, 4
_LEVELS: Final = {
    "+": _SUM,
    "-": _SUM,
    "*": _PRODUCT,
    "of": _PRODUCT,
    "/": _PRODUCT,
    "//": _PRODUCT,
    "%": _PRODUCT,
    "mod": _PRODUCT,
    "^": _POWER,
}
_PERCENT_OF_LEFT: Final = {"+": ADD_PERCENT, "-": SUBTRACT_PERCENT}


@dataclass(frozen=True, slots=True)
class Push:
    """Puts a number on the stack."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Apply:
    """Replaces the last numbers of the stack by the result of an operation on them."""

    operation: Operation
    count: int
    """How many numbers it takes."""
    position: int
    """Offset of its sign or name in the expression, for errors."""


Step: TypeAlias = Push | Apply


def parse(expression: str, budget: Budget) -> list[Step]:
    """Reads an expression, and takes the work of it from the budget.

    Raises:
        CalculationError: For anything that is not an expression of the known names and signs.
    """
    parser = _Parser(expression, budget)
    parser.parse_all()
    return parser.program


class _Parser:
    def __init__(self, expression: str, budget: Budget) -> None:
        self.program: list[Step] = []
        self._expression = expression
        self._tokens = tokenize(expression, budget)
        self._index = 0
        self._nesting = 0

    def parse_all(self) -> None:
        if self._next.kind is Kind.END:
            self._fail("The expression is empty.")
        self._parse_expression(_SUM)
        self._expect_end()

    def _parse_expression(self, loosest: int) -> bool:
        """Reads an expression whose signs bind at least as tightly as `loosest`.

        Returns:
            Whether it is a plain percentage, such as the 10% of 200 + 10%.
        """
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            self._fail(f"The expression is nested more than {MAX_NESTING} levels deep; simplify it.")
        is_percentage = self._parse_operand()
        while (level := self._level(self._next)) >= loosest:
            sign = self._take()
            right = self._parse_expression(level if level == _POWER else level + 1)
            operation = INFIX[sign.text]
            if right and not is_percentage:
                operation = _PERCENT_OF_LEFT.get(sign.text, operation)
            is_percentage = is_percentage and right and level == _SUM
            self._apply(operation, 2, sign)
        self._nesting -= 1
        return is_percentage

    def _parse_operand(self) -> bool:
        token = self._take()
        if token.text in {"-", "+"}:
            is_percentage = self._parse_expression(_POWER)
            if token.text == "-":
                self._apply(NEGATE, 1, token)
            return is_percentage
        if token.kind is Kind.NUMBER:
            self.program.append(Push(token.value))
        elif token.kind is Kind.NAME:
            self._parse_name(token)
        elif token.text == "(":
            self._parse_expression(_SUM)
            self._expect_closing(")", token)
        else:
            self._fail("A number is missing here.", token)
        return self._parse_postfix()

    def _parse_postfix(self) -> bool:
        is_percentage = False
        while self._next.text in POSTFIX and self._level(self._next) == 0:
            sign = self._take()
            if sign.text == "%":
                self._refuse_two_readings(sign)
            self._apply(POSTFIX[sign.text], 1, sign)
            is_percentage = sign.text == "%"
        return is_percentage

    def _parse_name(self, token: Token) -> None:
        if token.text in CONSTANTS:
            self._apply(CONSTANTS[token.text], 0, token)
            return
        operation = FUNCTIONS.get(token.text)
        if operation is None:
            self._fail(_unknown_name(token.text), token)
        if self._next.text != "(":
            self._fail(f"{operation.name} needs its numbers in parentheses: {operation.name}(...).", token)
        count = self._parse_arguments(self._take(), ")")
        if count < operation.fewest or (operation.most is not None and count > operation.most):
            self._fail(_wrong_count(operation, count), token)
        self._apply(operation, count, token)

    def _parse_arguments(self, opening: Token, closing: str) -> int:
        count = 0
        while True:
            # A list stands for its numbers, and only directly among the arguments: mean([1, 2]).
            if self._next.text == "[" and closing == ")":
                count += self._parse_arguments(self._take(), "]")
            else:
                self._parse_expression(_SUM)
                count += 1
            if self._next.text != ",":
                self._expect_closing(closing, opening)
                return count
            self._take()

    def _level(self, token: Token) -> int:
        """How tightly a token binds as a sign between two numbers; 0 if it is none."""
        if token.text == "%" and not self._starts_operand(self._tokens[self._index + 1]):
            return 0
        return _LEVELS.get(token.text, 0)

    def _starts_operand(self, token: Token) -> bool:
        """Whether a number follows, which makes the % before it the sign of the remainder."""
        return token.kind is Kind.NUMBER or token.text == "(" or (token.kind is Kind.NAME and token.text not in INFIX)

    def _refuse_two_readings(self, sign: Token) -> None:
        # Spaced like this, Python reads a remainder and people may mean a percentage.
        if self._next.text in {"-", "+"} and self._expression[sign.position - 1].isspace():
            self._fail("'% -' can be read in two ways; write mod(a, -b) for the remainder, or a% - b.", sign)

    def _apply(self, operation: Operation, count: int, token: Token) -> None:
        self.program.append(Apply(operation, count, token.position))

    @property
    def _next(self) -> Token:
        return self._tokens[self._index]

    def _take(self) -> Token:
        token = self._tokens[self._index]
        if token.kind is not Kind.END:
            self._index += 1
        return token

    def _expect_closing(self, closing: str, opening: Token) -> None:
        if self._next.kind is Kind.END:
            self._fail(f"This '{opening.text}' is never closed.", opening)
        if self._next.text != closing:
            self._refuse_leftover()
        self._take()

    def _expect_end(self) -> None:
        if self._next.kind is not Kind.END:
            self._refuse_leftover()

    def _refuse_leftover(self) -> NoReturn:
        token = self._next
        if token.text in {")", "]"}:
            self._fail(f"This '{token.text}' closes nothing.")
        if token.text == ",":
            self._fail("A comma is not expected here.")
        if token.kind is Kind.NAME and token.text not in FUNCTIONS and token.text not in CONSTANTS:
            self._fail(_unknown_name(token.text))
        self._fail("An operator is missing here; write * to multiply.")

    def _fail(self, message: str, token: Token | None = None) -> NoReturn:
        raise CalculationError(message, self._expression, (token or self._next).position)


def _unknown_name(name: str) -> str:
    close = get_close_matches(name, [*FUNCTIONS, *CONSTANTS], n=1)
    if close:
        return f"'{name}' is not known; did you mean {close[0]}?"
    return f"'{name}' is not known; leave units and words out. Known functions: {', '.join(FUNCTIONS)}."


def _wrong_count(operation: Operation, count: int) -> str:
    if operation.most is None:
        wanted = f"at least {operation.fewest}"
    elif operation.fewest == operation.most:
        wanted = str(operation.fewest)
    else:
        wanted = f"{operation.fewest} to {operation.most}"
    return (
        f"{operation.name} takes {wanted} {'number' if wanted == '1' else 'numbers'}, not {count}. "
        "Inside a function a comma separates numbers: write thousands without it."
    )
