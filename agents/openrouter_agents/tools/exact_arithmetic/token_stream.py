"""The tokens of an expression, read one after the other with a look ahead."""

from typing import NoReturn

from openrouter_agents.tools.exact_arithmetic.errors import CalculationError
from openrouter_agents.tools.exact_arithmetic.limits import Budget
from openrouter_agents.tools.exact_arithmetic.tokens import Kind, Token, tokenize


class TokenStream:
    """A place in the tokens of an expression."""

    def __init__(self, expression: str, budget: Budget) -> None:
        self._expression = expression
        self._tokens = tokenize(expression, budget)
        self._index = 0

    @property
    def next(self) -> Token:
        """The token at this place; of the kind `END` when there is none."""
        return self._tokens[self._index]

    @property
    def is_at_end(self) -> bool:
        """Whether all tokens have been taken."""
        return self.next.kind is Kind.END

    def ahead(self, count: int) -> Token:
        """The token so many places further on, or back for a negative count; at the ends, one of the kind `END`."""
        index = self._index + count
        return self._tokens[index if 0 <= index < len(self._tokens) else -1]

    def back(self) -> None:
        """Gives back the token that was taken last."""
        self._index -= 1

    def take(self) -> Token:
        """The token at this place, which is left behind."""
        token = self._tokens[self._index]
        if token.kind is not Kind.END:
            self._index += 1
        return token

    def follows_space(self, token: Token) -> bool:
        """Whether a token stands behind a space."""
        return self._expression[token.position - 1 : token.position].isspace()

    def fail(self, message: str, token: Token | None = None) -> NoReturn:
        """Refuses the expression for a token, by default the one at this place.

        Raises:
            CalculationError: Always.
        """
        raise CalculationError(message, self._expression, (token or self.next).position)
