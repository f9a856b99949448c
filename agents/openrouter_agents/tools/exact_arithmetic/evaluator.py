"""Runs the program of an expression, with as many digits as its result needs.

Exact results come from one pass. A pass that had to round is repeated with twice the digits until two passes agree on
every digit shown, so that cancellation, as in `(1e60 + pi) - 1e60`, costs time and never a wrong digit.
"""

import threading
from collections.abc import Sequence
from typing import Final

from openrouter_agents.tools.exact_arithmetic.errors import CalculationError, MathProblemError, PrecisionTooLowError
from openrouter_agents.tools.exact_arithmetic.limits import Budget
from openrouter_agents.tools.exact_arithmetic.numbers import Workspace
from openrouter_agents.tools.exact_arithmetic.parser import parse
from openrouter_agents.tools.exact_arithmetic.program import Push, Step
from openrouter_agents.tools.exact_arithmetic.rendering import render_value
from openrouter_agents.tools.exact_arithmetic.values import Value

_PRECISIONS: Final = (70, 140, 280, 560, 1_120)

# mpmath and pint keep caches that are not safe for threads; the work holds the interpreter lock anyway.
_LOCK: Final = threading.Lock()


def calculate(expression: str) -> str:
    """Calculates an expression exactly, or to 50 significant digits where the result is irrational.

    Args:
        expression: For example `2^64 - 1`, `1/3 + 1/6`, `15% of 80`, `sqrt(2) * 3!`, `mean(1, 2, 4)`.

    Returns:
        The result as text, its number first; see `rendering.render_value` for the forms.

    Raises:
        CalculationError: For anything that cannot be calculated, with the place of the problem. Work is predicted
            before it is done, so expressions that would take long are refused at once.
    """
    budget = Budget()
    before: str | None = None
    with _LOCK:
        program = parse(expression, budget)
        for digits in _PRECISIONS:
            text, settled = _run_pass(program, expression, Workspace(digits, budget), before)
            if settled:
                return text
            before = text
    message = f"The result cannot be settled with {_PRECISIONS[-1]:,} digits."
    raise CalculationError(message, expression, 0)


def _run_pass(program: Sequence[Step], expression: str, work: Workspace, before: str | None) -> tuple[str, bool]:
    """One pass: its result or problem as text, and whether that is the last word.

    A problem met with rounded numbers may be due to the rounding, so it too counts once a second pass agrees.
    """
    try:
        text = render_value(_run(program, expression, work), work)
    except CalculationError as error:
        if isinstance(error.__cause__, PrecisionTooLowError) and work.digits < _PRECISIONS[-1]:
            return error.message, False
        if not _is_settled(work, error.message, before):
            return error.message, False
        raise
    return text, _is_settled(work, text, before)


def _is_settled(work: Workspace, text: str, before: str | None) -> bool:
    if not work.rounded:
        return True
    if not work.cancelled:
        return text == before
    # Two passes may agree on a zero that more digits show to be a small number; only the last pass may say so, unless
    # it also lost a number that could be the difference.
    return text == before and work.digits == _PRECISIONS[-1] and not work.absorbed


def _run(program: Sequence[Step], expression: str, work: Workspace) -> Value:
    stack: list[Value] = []
    for step in program:
        if isinstance(step, Push):
            stack.append(step.value)
            continue
        first = len(stack) - step.count
        values = stack[first:]
        del stack[first:]
        try:
            stack.append(step.apply(work, values))
        except MathProblemError as problem:
            raise CalculationError(str(problem), expression, step.position) from problem
        except (ArithmeticError, ValueError) as problem:
            message = f"{step.operation.name} cannot be calculated for these numbers."
            raise CalculationError(message, expression, step.position) from problem
    return stack.pop()
