"""Whether a function is given what it takes."""

from collections.abc import Sequence
from typing import TypeAlias

from openrouter_agents.tools.exact_arithmetic.operations import Operation

ArgumentLengths: TypeAlias = Sequence[int | None]
"""For each argument, the length of the list that it is, or `None` for a single value."""


def problem_with(operation: Operation, lengths: ArgumentLengths) -> str | None:
    """What is wrong with these arguments, as a sentence; `None` when nothing is."""
    if operation.shape is not None:
        return _problem_with_lists(operation, lengths)
    count = count_of(lengths)
    if count < operation.fewest or (operation.most is not None and count > operation.most):
        return _wrong_count(operation, count)
    return None


def count_of(lengths: ArgumentLengths) -> int:
    """How many values these arguments are."""
    return sum(1 if length is None else length for length in lengths)


def _problem_with_lists(operation: Operation, lengths: ArgumentLengths) -> str | None:
    shape = operation.shape or ()
    if tuple("number" if length is None else "list" for length in lengths) != shape:
        example = ", ".join("[1, 2, 3]" if each == "list" else "50" for each in shape)
        return f"Write its lists in brackets: {operation.name}({example})."
    if len({length for length in lengths if length is not None}) != 1:
        return f"The lists of {operation.name} must be of the same length."
    return None


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
