"""The calculator as a tool."""

from typing import Final

from langchain_core.tools import ArgsSchema, BaseTool, ToolException
from pydantic import BaseModel, Field
from typing_extensions import override

from openrouter_agents.tools.exact_arithmetic import CalculationError, calculate

_DESCRIPTION: Final = """\
Calculates one arithmetic expression exactly; use it for every calculation.
Signs: + - * / // ^ (or **) ! ( ). Constants: pi, e, tau. Angles are in radians; write 30° for degrees.
15% of 80 is 12, 200 + 10% is 220, 17 % 5 (or mod(17, 5)) is the remainder 2.
Functions: sqrt cbrt root(x,n) pow(a,b,m) exp log(x,base) ln log2 log10 sin cos tan asin acos atan atan2 sinh cosh \
tanh radians degrees hypot abs sign min max sum prod mean median round(x,places) floor ceil trunc mod factorial \
comb(n,k) perm(n,k) gcd lcm.
Numbers only: no variables, units, equations or comparisons.
The answer starts with the number: "2^64 - 1" gives 18446744073709551615, "0.1 + 0.2" gives 0.3, \
"1/3" gives 1/3 = 0.33333333333333333333 (about)."""

_WRONG_ARGUMENTS: Final = (
    'Error: calculator takes one argument, "expression", a text such as "2^64 - 1". Nothing was calculated.'
)


class CalculatorInput(BaseModel):
    """The arguments of the calculator."""

    expression: str = Field(description='One arithmetic expression, for example "(1200 + 15%) / 12".')


class Calculator(BaseTool):
    """Calculates an expression exactly: integers and fractions in full, irrational results to 50 digits.

    Nothing is ever evaluated as Python, and the cost of each step is predicted before it is taken, so that any text is
    safe to pass. Problems come back as a tool message with `status="error"` whose text starts with `Error:` and points
    at the place. Safe to use from several threads; `ainvoke` works in a thread and leaves the event loop free.

    ```python
    Calculator().invoke({"expression": "200 + 10%"})  # "220"
    ```
    """

    name: str = "calculator"
    description: str = _DESCRIPTION
    args_schema: ArgsSchema | None = CalculatorInput
    handle_tool_error: bool = True
    handle_validation_error: str = _WRONG_ARGUMENTS

    @override
    def _run(self, expression: str) -> str:
        try:
            return calculate(expression)
        except CalculationError as error:
            raise ToolException(f"Error: {error}") from error
