"""From tokens to a program.

The grammar is the whole whitelist: numbers, dates, the names and signs of `operations`, names of units, parentheses. A
flat program instead of a tree lets the evaluator run without recursion however long an expression is.

Signs bind, from loosest to tightest: `to`, then `+ -`, then `* / // %` with `of` and `mod`, then a sign in front, then
`^` (from the right, so that -2^2 is -4), then `!`, `%` and `°` behind a number, then a unit behind it. What stands
beside each other is multiplied, 2(3 + 4), but for 1/2(3), which has two readings.
"""

from fractions import Fraction
from typing import Final, NoReturn

from openrouter_agents.tools.exact_arithmetic.call_checks import count_of, problem_with
from openrouter_agents.tools.exact_arithmetic.characters import is_currency_sign
from openrouter_agents.tools.exact_arithmetic.limits import MAX_NESTING, Budget
from openrouter_agents.tools.exact_arithmetic.number_parser import read_number
from openrouter_agents.tools.exact_arithmetic.operations import (
    ADD,
    ADD_PERCENT,
    ATTACH,
    CONSTANTS,
    CONVERT,
    FROM_BASE,
    FUNCTIONS,
    IN_BASE,
    INFIX,
    NEGATE,
    POSTFIX,
    PREFIX,
    SUBTRACT_PERCENT,
    TARGETS,
    Operation,
)
from openrouter_agents.tools.exact_arithmetic.program import Apply, Push, Step
from openrouter_agents.tools.exact_arithmetic.token_stream import TokenStream
from openrouter_agents.tools.exact_arithmetic.tokens import Kind, Token
from openrouter_agents.tools.exact_arithmetic.unit_names import find_unit, is_currency
from openrouter_agents.tools.exact_arithmetic.unit_parser import is_conversion, read_unit, starts_unit, unknown_name
from openrouter_agents.tools.exact_arithmetic.values import Quantity, Unit

_SUM, _PRODUCT, _POWER, _OPERAND = range(1, 5)
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
_DIVISIONS: Final = frozenset({"/", "//", "%", "mod"})
_PERCENT_OF_LEFT: Final = {"+": ADD_PERCENT, "-": SUBTRACT_PERCENT}
_ONE: Final = Fraction(1)


def parse(expression: str, budget: Budget) -> list[Step]:
    """Reads an expression, and takes the work of it from the budget.

    Raises:
        CalculationError: For anything that is not an expression of the known names and signs.
    """
    parser = _Parser(TokenStream(expression, budget))
    parser.parse_all()
    return parser.program


class _Parser:
    def __init__(self, stream: TokenStream) -> None:
        self.program: list[Step] = []
        self._stream = stream
        self._nesting = 0

    def parse_all(self) -> None:
        if self._stream.is_at_end:
            self._stream.fail("The expression is empty.")
        self._parse_whole()
        if not self._stream.is_at_end:
            self._refuse_leftover()

    def _parse_whole(self) -> None:
        """Reads an expression with its conversions: 5 km to miles."""
        self._parse_expression(_SUM)
        while is_conversion(self._stream):
            self._parse_target(self._stream.take())

    def _parse_target(self, sign: Token) -> None:
        token = self._stream.next
        if token.text in TARGETS:
            self._apply(TARGETS[self._stream.take().text], 1, sign)
        elif token.text == "base":
            self._stream.take()
            self._parse_expression(_OPERAND)
            self._apply(IN_BASE, 2, sign)
        elif token.text == "°":
            self._stream.take()
            self._push_unit(find_unit("°") or ())
            self._apply(CONVERT, 2, sign)
        else:
            self._parse_expression(_PRODUCT)
            self._apply(CONVERT, 2, sign)

    def _parse_expression(self, loosest: int) -> bool:
        """Reads an expression whose signs bind at least as tightly as `loosest`.

        Returns:
            Whether it is a plain percentage, such as the 10% of 200 + 10%.
        """
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            self._stream.fail(f"The expression is nested more than {MAX_NESTING} levels deep; simplify it.")
        is_percentage = self._parse_operand()
        before = ""
        while (level := self._level()) >= loosest:
            is_beside = self._is_beside()
            if is_beside and before in _DIVISIONS:
                self._stream.fail("This can be read in two ways; write * or another pair of parentheses.")
            sign = self._stream.next if is_beside else self._stream.take()
            before = "*" if is_beside else sign.text
            right = self._parse_expression(level if level == _POWER else level + 1)
            operation = INFIX[before]
            if right and not is_percentage:
                operation = _PERCENT_OF_LEFT.get(before, operation)
            is_percentage = is_percentage and right and level == _SUM
            self._apply(operation, 2, sign)
        self._nesting -= 1
        return is_percentage

    def _parse_operand(self) -> bool:
        token = self._stream.take()
        if token.text in {"-", "+"}:
            is_percentage = self._parse_expression(_POWER)
            if token.text == "-":
                self._apply(NEGATE, 1, token)
            return is_percentage
        if token.text in PREFIX:
            self._parse_expression(_OPERAND)
            self._apply(PREFIX[token.text], 1, token)
        elif token.kind is Kind.NUMBER:
            self._parse_number(token)
        elif token.kind in {Kind.DATE, Kind.TEXT}:
            self._parse_quoted(token)
        elif token.kind is Kind.NAME or is_currency_sign(token.text):
            self._parse_name(token)
        elif token.text == "(":
            self._parse_whole()
            self._expect_closing(")", token)
            self._parse_units()
        else:
            self._stream.fail("A number is missing here.", token)
        return self._parse_postfix()

    def _parse_number(self, token: Token) -> None:
        self.program.append(Push(read_number(self._stream, token)))
        self._parse_units()

    def _parse_quoted(self, token: Token) -> None:
        if token.kind is Kind.TEXT and FUNCTIONS.get(self._stream.ahead(-3).text) is not FROM_BASE:
            self._stream.fail("Text is not calculated; give numbers only.", token)
        self.program.append(Push(token.value))

    def _parse_units(self) -> None:
        """Reads what units follow a number: 5 kg m, 5 ft 3 in."""
        if not starts_unit(self._stream):
            return
        self._attach(self._stream.next)
        while starts_unit(self._stream):
            self._attach(self._stream.next)
        while self._stream.next.kind is Kind.NUMBER and starts_unit(self._stream, 1):
            token = self._stream.take()
            self.program.append(Push(token.value))
            self._attach(self._stream.next)
            self._apply(ADD, 2, token)

    def _attach(self, token: Token) -> None:
        self._push_unit(read_unit(self._stream))
        self._apply(ATTACH, 2, token)

    def _push_unit(self, unit: Unit) -> None:
        self.program.append(Push(Quantity(_ONE, unit)))

    def _parse_postfix(self) -> bool:
        is_percentage = False
        while self._stream.next.text in POSTFIX and self._level() == 0:
            sign = self._stream.take()
            if sign.text == "%":
                self._refuse_two_readings(sign)
            self._apply(POSTFIX[sign.text], 1, sign)
            is_percentage = sign.text == "%"
        return is_percentage

    def _parse_name(self, token: Token) -> None:
        if self._stream.next.text == "(" and not is_currency_sign(token.text) and token.text not in CONSTANTS:
            self._parse_call(token)
        elif token.text in CONSTANTS:
            self._apply(CONSTANTS[token.text], 0, token)
            self._parse_units()
        else:
            self._parse_bare_unit(token)

    def _parse_call(self, token: Token) -> None:
        operation = FUNCTIONS.get(token.text)
        if operation is None:
            self._stream.fail(unknown_name(token.text), token)
        lengths = self._parse_arguments(self._stream.take(), ")")
        problem = problem_with(operation, lengths)
        if problem is not None:
            self._stream.fail(problem, token)
        self._apply(operation, count_of(lengths), token)

    def _parse_bare_unit(self, token: Token) -> None:
        """Reads a unit without a number, as in kg*m/s^2, and money with its sign in front."""
        self._stream.back()
        if not starts_unit(self._stream):
            needs = f"{token.text} needs its numbers in parentheses: {token.text}(...)."
            self._stream.fail(needs if token.text in FUNCTIONS else "A number is missing here.", token)
        unit = read_unit(self._stream)
        if is_currency(unit) and self._stream.next.kind is Kind.NUMBER:
            self.program.append(Push(read_number(self._stream, self._stream.take())))
            self._push_unit(unit)
            self._apply(ATTACH, 2, token)
        else:
            self._push_unit(unit)
        while starts_unit(self._stream):
            self._attach(self._stream.next)

    def _parse_arguments(self, opening: Token, closing: str) -> list[int | None]:
        """Reads arguments up to the closing parenthesis, and tells how long each is; see `ArgumentLengths`."""
        lengths: list[int | None] = []
        while True:
            # A list stands for its numbers, and only directly among the arguments: mean([1, 2]).
            if self._stream.next.text == "[" and closing == ")":
                lengths.append(len(self._parse_arguments(self._stream.take(), "]")))
            else:
                self._parse_whole()
                lengths.append(None)
            if self._stream.next.text != ",":
                self._expect_closing(closing, opening)
                return lengths
            self._stream.take()

    def _level(self) -> int:
        """How tightly the next token binds as a sign between two numbers; 0 if it is none."""
        token = self._stream.next
        if self._is_beside():
            return _PRODUCT
        if token.text == "%" and not self._starts_operand(self._stream.ahead(1)):
            return 0
        return _LEVELS.get(token.text, 0)

    def _is_beside(self) -> bool:
        """Whether a number and what follows it are multiplied without a sign between them: 2(3 + 4), 2π, 3√2."""
        token, previous = self._stream.next, self._stream.ahead(-1)
        if not (previous.kind is Kind.NUMBER or previous.text == ")"):
            return False
        if token.kind is Kind.NAME:
            return token.text in CONSTANTS or (token.text in FUNCTIONS and self._stream.ahead(1).text == "(")
        return token.text == "(" or token.text in PREFIX

    def _starts_operand(self, token: Token) -> bool:
        """Whether a number follows, which makes the % before it the sign of the remainder."""
        if token.kind is Kind.NAME:
            return token.text not in INFIX and not is_conversion(self._stream, 1)
        return token.kind is Kind.NUMBER or token.text == "(" or token.text in PREFIX

    def _refuse_two_readings(self, sign: Token) -> None:
        # Spaced like this, Python reads a remainder and people may mean a percentage.
        if self._stream.next.text in {"-", "+"} and self._stream.follows_space(sign):
            message = "'% -' can be read in two ways; write mod(a, -b) for the remainder, or a% - b."
            self._stream.fail(message, sign)

    def _apply(self, operation: Operation, count: int, token: Token) -> None:
        self.program.append(Apply(operation, count, token.position))

    def _expect_closing(self, closing: str, opening: Token) -> None:
        if self._stream.is_at_end:
            self._stream.fail(f"This '{opening.text}' is never closed.", opening)
        if self._stream.next.text != closing:
            self._refuse_leftover()
        self._stream.take()

    def _refuse_leftover(self) -> NoReturn:
        token = self._stream.next
        if token.text in {")", "]"}:
            self._stream.fail(f"This '{token.text}' closes nothing.")
        if token.text == ",":
            self._stream.fail("A comma is not expected here.")
        if token.kind is Kind.NAME and token.text not in FUNCTIONS and token.text not in CONSTANTS:
            self._stream.fail(unknown_name(token.text))
        self._stream.fail("An operator is missing here; write * to multiply.")
