"""The two kinds of number, and the workspace they are worked on in."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

from openrouter_agents.tools.exact_arithmetic.errors import MathProblemError
from openrouter_agents.tools.exact_arithmetic.limits import MAX_EXACT_BITS, MAX_POWER_OF_TEN, Budget

if TYPE_CHECKING:
    from mpmath import mpf
    from mpmath.ctx_mp import MPContext

_BITS_PER_WORD: Final = 30
_BITS_PER_DIGIT: Final = 3.3219280948873626
_GUARD_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Approx:
    """A real number rounded to the working precision: the result of a root, a logarithm, pi and so on."""

    value: "mpf"


Number: TypeAlias = Fraction | Approx
"""Exact as long as it can be, rounded from the first step that has no exact result."""


@cache
def _real_context() -> "MPContext":
    # A context of our own, so that nobody else's precision is changed; imported late because few sums need it.
    from mpmath.ctx_mp import MPContext

    return MPContext()


class Workspace:
    """The precision and the budget of one pass over an expression.

    Not safe for threads: mpmath keeps caches and its precision in shared objects. `evaluate` holds a lock.
    """

    digits: int
    """Working precision, in decimal digits."""

    rounded: bool
    """Whether any step so far had to round."""

    cancelled: bool
    """Whether any step so far took a small difference for rounding, which more digits may show to be real."""

    absorbed: bool
    """Whether any sum so far lost a number that is too small beside the other for the working precision."""

    def __init__(self, digits: int, budget: Budget) -> None:
        self.digits = digits
        self.rounded = False
        self.cancelled = False
        self.absorbed = False
        self._budget = budget

    @property
    def reals(self) -> "MPContext":
        """The functions of mpmath at the working precision."""
        self.rounded = True
        return self._context

    @property
    def _context(self) -> "MPContext":
        context = _real_context()
        context.dps = self.digits
        return context

    @property
    def noise(self) -> "mpf":
        """The relative size below which a difference of rounded numbers is nothing but rounding."""
        return self.reals.mpf(10) ** (_GUARD_DIGITS - self.digits)

    def is_noise(self, difference: "mpf", size: "mpf") -> bool:
        """Whether a difference of rounded numbers of this size is nothing but rounding; noted in `cancelled`."""
        found = bool(abs(difference) <= self.noise * size)
        self.cancelled = self.cancelled or found
        return found

    def spend(self, steps: int) -> None:
        """Takes predicted work from the budget; see `Budget.spend`."""
        self._budget.spend(steps)

    def spend_real(self) -> None:
        """Takes the work of one function of a rounded number from the budget."""
        self.spend(400 * self.digits + self.digits**2)

    def real(self, number: Number) -> "mpf":
        """The number, rounded to the working precision if it is exact."""
        if isinstance(number, Approx):
            return number.value
        self.rounded = True
        return self.glimpse(number)

    def glimpse(self, number: Fraction) -> "mpf":
        """An exact number rounded for the eye: no step of the calculation, so that the result stays exact."""
        return self._rounded(number.numerator) / self._rounded(number.denominator)

    def digits_of(self, number: Approx, count: int, plain: range) -> str:
        """A rounded number with so many significant digits; without an exponent where that is in `plain`."""
        text: str = self._context.nstr(number.value, count, min_fixed=plain.start, max_fixed=plain.stop)
        return text

    def _rounded(self, integer: int) -> "mpf":
        context = self._context
        # mpmath strips the zeros of a power of two bit by bit, so only the leading bits are handed over.
        surplus = max(0, integer.bit_length() - 2 * context.prec)
        return context.ldexp(context.mpf(integer >> surplus), surplus)

    def approx(self, value: "mpf") -> Approx:
        """Wraps a rounded result.

        Raises:
            MathProblemError: When it is too large or too small to go on with.
        """
        if value and abs(self.reals.mag(value)) > MAX_POWER_OF_TEN * _BITS_PER_DIGIT:
            raise MathProblemError(f"The result is beyond 10^±{MAX_POWER_OF_TEN:,}.")
        return Approx(value)

    def exact(self, value: Fraction) -> Number:
        """The value as it is, or rounded if it has grown too long to keep."""
        if bits(value) > MAX_EXACT_BITS:
            return self.approx(self.real(value))
        return value


def bits(value: Fraction) -> int:
    """Length of the longer of numerator and denominator, in bits."""
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def words(bit_length: int) -> int:
    """Length in the units Python's integers are multiplied in."""
    return bit_length // _BITS_PER_WORD + 1


def is_whole(number: Number) -> bool:
    """Whether the number is known to be an integer."""
    return isinstance(number, Fraction) and number.denominator == 1


def whole(number: Number, what: str) -> int:
    """The number as an integer.

    Args:
        number: The number.
        what: The sentence of the error.

    Raises:
        MathProblemError: When it is not an exact integer.
    """
    if isinstance(number, Fraction) and number.denominator == 1:
        return number.numerator
    raise MathProblemError(what)
