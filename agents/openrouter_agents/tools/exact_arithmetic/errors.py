"""What can go wrong in a calculation.

```
ValueError
├── CalculationError         the public one: a sentence, the expression and the place in it
└── MathProblemError         raised by an operation, which does not know its place; becomes a CalculationError
    └── PrecisionTooLowError the working precision cannot decide a step; answered by working with more digits
```
"""

from typing_extensions import override

_CONTEXT_CHARACTERS = 30


class MathProblemError(ValueError):
    """An operation has no answer for these operands; the message is the sentence to show."""


class PrecisionTooLowError(MathProblemError):
    """A step depends on digits beyond the working precision."""


class CalculationError(ValueError):
    """An expression that cannot be calculated.

    `str(error)` is the sentence, then the expression with a caret under the place:

    ```
    Division by zero.
      1/(2-2)
       ^
    ```
    """

    message: str
    """One sentence that says what is wrong and, where there is one, the way out."""

    expression: str
    """The expression as it was given."""

    position: int
    """Where the problem is: an offset into `expression`, in characters."""

    def __init__(self, message: str, expression: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.expression = expression
        self.position = position

    @override
    def __str__(self) -> str:
        return f"{self.message}\n{_caret_lines(self.expression, self.position)}"

    @override
    def __reduce__(self) -> tuple[type["CalculationError"], tuple[str, str, int]]:
        # The default would call __init__ with the message alone.
        return CalculationError, (self.message, self.expression, self.position)


def _caret_lines(expression: str, position: int) -> str:
    # Characters without a width of one (line breaks, bidirectional marks) would push the caret off its place.
    shown = "".join(character if character.isprintable() else "?" for character in expression)
    start = max(0, position - _CONTEXT_CHARACTERS)
    end = position + _CONTEXT_CHARACTERS
    before = "..." if start else ""
    after = "..." if end < len(shown) else ""
    caret = " " * (len(before) + position - start) + "^"
    return f"  {before}{shown[start:end]}{after}\n  {caret}"
