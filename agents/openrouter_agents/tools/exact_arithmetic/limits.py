"""How much one expression may cost. Every cost is predicted and spent before the work is done."""

from typing import Final

from openrouter_agents.tools.exact_arithmetic.errors import MathProblemError

MAX_CHARACTERS: Final = 4_000
"""Longest expression, in characters."""

MAX_TOKENS: Final = 2_000
"""Most numbers, names and signs in one expression."""

MAX_NESTING: Final = 50
"""Deepest nesting of parentheses, signs and powers."""

MAX_EXACT_BITS: Final = 2**17
"""Largest exact number kept, in bits of numerator or denominator (about 39,400 digits); larger ones are rounded."""

MAX_POWER_OF_TEN: Final = 1_000_000
"""Largest size of a rounded number, as a power of ten, either way."""

MAX_FACTORIAL: Final = 10_000
"""Largest n of n!; 10000! has 35,660 digits."""

MAX_ANGLE: Final = 10**100
"""Largest angle, in radians; beyond it the reduction by pi would need ever more digits."""

MAX_WORK: Final = 50_000_000
"""Work one expression may cause, in steps of at most a nanosecond on a machine of 2026: with the reading of the longest
expression, less than 100 ms."""


class Budget:
    """The work an expression may still cause."""

    def __init__(self, steps: int = MAX_WORK) -> None:
        self._left = steps

    def spend(self, steps: int) -> None:
        """Takes the predicted cost of the next piece of work.

        Args:
            steps: Predicted cost, in steps of about one nanosecond.

        Raises:
            MathProblemError: When more is asked than is left.
        """
        self._left -= steps
        if self._left < 0:
            raise MathProblemError("This expression takes too much work; use smaller numbers or fewer steps.")
