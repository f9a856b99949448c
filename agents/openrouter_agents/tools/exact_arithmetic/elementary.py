"""Constants, the exponential function and trigonometry, in radians."""

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from openrouter_agents.tools.exact_arithmetic.arithmetic import add, divide, multiply
from openrouter_agents.tools.exact_arithmetic.errors import MathProblemError
from openrouter_agents.tools.exact_arithmetic.limits import MAX_ANGLE, MAX_POWER_OF_TEN
from openrouter_agents.tools.exact_arithmetic.numbers import Approx, Number, Workspace
from openrouter_agents.tools.exact_arithmetic.powers import square_root

if TYPE_CHECKING:
    from mpmath import mpf

_LOG_OF_TEN: Final = 2.302585092994046
_HALF_TURN: Final = Fraction(180)


def pi(work: Workspace) -> Number:
    """The ratio of a circle's circumference to its diameter."""
    return Approx(+work.reals.pi)


def euler(work: Workspace) -> Number:
    """The base of the natural logarithm."""
    return Approx(+work.reals.e)


def tau(work: Workspace) -> Number:
    """A full turn in radians, 2 pi."""
    return Approx(2 * work.reals.pi)


def radians(work: Workspace, angle: Number) -> Number:
    """Degrees to radians."""
    return divide(work, multiply(work, angle, pi(work)), _HALF_TURN)


def degrees(work: Workspace, angle: Number) -> Number:
    """Radians to degrees."""
    return divide(work, multiply(work, angle, _HALF_TURN), pi(work))


def exponential(work: Workspace, number: Number) -> Number:
    """Power of e."""
    return Fraction(1) if number == 0 else work.approx(work.reals.exp(_exponent(work, number)))


def sine(work: Workspace, angle: Number) -> Number:
    """Sine of an angle in radians."""
    if angle == 0:
        return Fraction(0)
    value = _angle(work, angle)
    return work.approx(_without_noise(work, angle, work.reals.sin(value)))


def cosine(work: Workspace, angle: Number) -> Number:
    """Cosine of an angle in radians."""
    if angle == 0:
        return Fraction(1)
    value = _angle(work, angle)
    return work.approx(_without_noise(work, angle, work.reals.cos(value)))


def tangent(work: Workspace, angle: Number) -> Number:
    """Tangent of an angle in radians; not defined at pi/2 and its odd multiples."""
    base = cosine(work, angle)
    if isinstance(base, Approx) and not base.value:
        raise MathProblemError("The tangent is not defined here: the cosine is 0.")
    return divide(work, sine(work, angle), base)


def arc_sine(work: Workspace, number: Number) -> Number:
    """The angle, in radians from -pi/2 to pi/2, with this sine."""
    return Fraction(0) if number == 0 else work.approx(work.reals.asin(_ratio(work, number)))


def arc_cosine(work: Workspace, number: Number) -> Number:
    """The angle, in radians from 0 to pi, with this cosine."""
    return Fraction(0) if number == 1 else work.approx(work.reals.acos(_ratio(work, number)))


def arc_tangent(work: Workspace, number: Number) -> Number:
    """The angle, in radians from -pi/2 to pi/2, with this tangent."""
    if number == 0:
        return Fraction(0)
    work.spend_real()
    return work.approx(work.reals.atan(work.real(number)))


def arc_tangent2(work: Workspace, y: Number, x: Number) -> Number:
    """The angle of the point (x, y), in radians from -pi to pi."""
    work.spend_real()
    return work.approx(work.reals.atan2(work.real(y), work.real(x)))


def hyperbolic_sine(work: Workspace, number: Number) -> Number:
    """Hyperbolic sine."""
    return Fraction(0) if number == 0 else work.approx(work.reals.sinh(_exponent(work, number)))


def hyperbolic_cosine(work: Workspace, number: Number) -> Number:
    """Hyperbolic cosine."""
    return Fraction(1) if number == 0 else work.approx(work.reals.cosh(_exponent(work, number)))


def hyperbolic_tangent(work: Workspace, number: Number) -> Number:
    """Hyperbolic tangent."""
    return Fraction(0) if number == 0 else work.approx(work.reals.tanh(_exponent(work, number)))


def hypotenuse(work: Workspace, *sides: Number) -> Number:
    """The square root of the sum of squares."""
    total: Number = Fraction(0)
    for side in sides:
        total = add(work, total, multiply(work, side, side))
    return square_root(work, total)


def _exponent(work: Workspace, number: Number) -> "mpf":
    work.spend_real()
    value = work.real(number)
    if abs(value) > MAX_POWER_OF_TEN * _LOG_OF_TEN:
        raise MathProblemError(f"The result is beyond 10^±{MAX_POWER_OF_TEN:,}.")
    return value


def _angle(work: Workspace, angle: Number) -> "mpf":
    work.spend_real()
    value = work.real(angle)
    if abs(value) > MAX_ANGLE:
        raise MathProblemError("The angle is too large; angles go up to 10^100 radians.")
    return value


def _ratio(work: Workspace, number: Number) -> "mpf":
    work.spend_real()
    value = work.real(number)
    # Rounding may carry a result of 1 beyond it, and close to 1 these functions turn rounding into large errors.
    if isinstance(number, Approx) and work.is_noise(abs(value) - 1, 1):
        return work.reals.sign(value)
    if abs(value) <= 1:
        return value
    raise MathProblemError("This angle only exists for numbers from -1 to 1.")


def _without_noise(work: Workspace, angle: Number, value: "mpf") -> "mpf":
    """Zero where nothing but the rounding of the angle is left: sin(pi) is 0. An exact angle has no rounding."""
    if isinstance(angle, Approx) and work.is_noise(value, abs(angle.value)):
        return value * 0
    return value
