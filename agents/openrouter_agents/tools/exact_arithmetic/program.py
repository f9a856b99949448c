"""The steps of a calculation, in the order they are done, and how each is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from openrouter_agents.tools.exact_arithmetic.errors import MathProblemError
from openrouter_agents.tools.exact_arithmetic.numbers import Number, Workspace
from openrouter_agents.tools.exact_arithmetic.operations import Operation
from openrouter_agents.tools.exact_arithmetic.quantities import describe, plain_number
from openrouter_agents.tools.exact_arithmetic.values import Quantity, Value, Words


@dataclass(frozen=True, slots=True)
class Push:
    """Puts a value on the stack."""

    value: Value


@dataclass(frozen=True, slots=True)
class Apply:
    """Replaces the last values of the stack by the result of an operation on them."""

    operation: Operation
    count: int
    """How many values it takes."""
    position: int
    """Offset of its sign or name in the expression, for errors."""

    def apply(self, work: Workspace, values: Sequence[Value]) -> Value:
        """The result of the operation.

        Raises:
            MathProblemError: There is none for these values.
        """
        operation = self.operation
        if operation.typed is not None and any(isinstance(value, (Quantity, date, Words)) for value in values):
            return operation.typed(work, *values)
        return operation.apply(work, *(self._number(work, value) for value in values))

    def _number(self, work: Workspace, value: Value) -> Number:
        number = plain_number(work, value)
        if number is None:
            raise MathProblemError(f"{self.operation.name} needs plain numbers, not {describe(value)}.")
        return number


Step: TypeAlias = Push | Apply
