"""The calculator as a tool."""

from importlib.util import find_spec
from typing import Final

from langchain_core.tools import ArgsSchema, BaseTool, ToolException
from pydantic import BaseModel, Field
from typing_extensions import override

from openrouter_agents.tools.exact_arithmetic import CalculationError, calculate

_DESCRIPTION: Final = """\
Calculates one expression exactly; use it for every calculation{with_units}.
Signs: + - * / // ^ (or **) ! √ ( ). Constants: pi, e, tau. Angles are in radians; write 30° for degrees.
15% of 80 is 12, 200 + 10% is 220, 17 % 5 (or mod(17, 5)) is the remainder 2.
Functions: sqrt cbrt root(x,n) pow(a,b,m) exp log(x,base) ln log2 log10 sin cos tan asin acos atan atan2 sinh cosh \
tanh radians degrees hypot abs sign round(x,places) floor ceil trunc mod factorial comb(n,k) perm(n,k) gcd lcm.
Lists, mean([1, 2, 4]): sum prod count min max range mean median mode stdev variance (samples) pstdev pvariance \
geomean harmmean rms iqr percentile([..],90) wmean([..],[weights]) cov corr slope intercept([x..],[y..]).
Bases: 0xff, 255 to hex, bin(10), oct(8), 99 to base 7, frombase("zz",36). Also: 0.375 to fraction, 1/8 to percent.
Dates: 2026-12-25 - 2026-11-25, 2026-01-31 + 1 month, weekday(2026-03-01), week(d), yearday(d), days_between(a,b), \
workdays_between, months_between, years_between(born,on). No clock is known: write the date.
Money: $1,234.50 + 8.25%, $30/h * 8 h; no exchange rates.
{units}No variables, equations or comparisons.
The answer starts with the number: "2^64 - 1" gives 18446744073709551615, "0.1 + 0.2" gives 0.3, \
"1/3" gives 1/3 = 0.33333333333333333333 (about)."""

_UNITS: Final = """\
Units: 5 km + 300 m, 100 km/h to mph, 72 °F to °C, 5 ft 3 in to cm, 9.81 m/s^2 * 75 kg to N, 1 GB / 100 Mbps to s.
"""

_WRONG_ARGUMENTS: Final = (
    'Error: calculator takes one argument, "expression", a text such as "2^64 - 1". Nothing was calculated.'
)


def _describe() -> str:
    """What the model is told: of units only where pint, which knows them, is installed."""
    has_units = find_spec("pint") is not None
    return _DESCRIPTION.format(with_units=" and conversion" if has_units else "", units=_UNITS if has_units else "")


class CalculatorInput(BaseModel):
    """The arguments of the calculator."""

    expression: str = Field(description='One expression, for example "(1200 + 15%) / 12".')


class Calculator(BaseTool):
    """Calculates an expression exactly: integers and fractions in full, irrational results to 50 digits.

    With percentages as people mean them, statistics of lists, dates, money, other bases and, where the extra `units` is
    installed, units of measure and temperatures, which the first of them in a process takes half a second to load.

    Nothing is ever evaluated as Python, and the cost of each step is predicted before it is taken, so that any text is
    safe to pass: each ends within a tenth of a second and 64 MB. Problems come back as a tool message with
    `status="error"` whose text starts with `Error:` and points at the place. Safe to use from several threads;
    `ainvoke` works in a thread and leaves the event loop free.

    ```python
    Calculator().invoke({"expression": "200 + 10%"})  # "220"
    ```
    """

    name: str = "calculator"
    description: str = Field(default_factory=_describe)
    args_schema: ArgsSchema | None = CalculatorInput
    handle_tool_error: bool = True
    handle_validation_error: str = _WRONG_ARGUMENTS

    @override
    def _run(self, expression: str) -> str:
        try:
            return calculate(expression)
        except CalculationError as error:
            raise ToolException(f"Error: {error}") from error
