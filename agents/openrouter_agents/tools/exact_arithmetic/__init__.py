"""Exact arithmetic on expressions from untrusted text: integers, fractions and decimals, never binary floats.

`calculate` reads tokens (`characters`, `literals`, `tokens`), parses them (`token_stream`, `unit_parser`,
`number_parser`, `parser`) into a program of what is on the whitelist (`operations`, `program`), runs it (`evaluator`)
and shows the result (`rendering`). What there is to do stands in `arithmetic`, `powers`, `elementary`, `integers`,
`aggregates` and `statistics` for numbers, in `unit_names`, `unit_algebra` and `quantities` for amounts of units, in
`days` and `forms`. Which may import which stands in `pyproject.toml`.
"""

from openrouter_agents.tools.exact_arithmetic.errors import CalculationError
from openrouter_agents.tools.exact_arithmetic.evaluator import calculate

__all__ = ["CalculationError", "calculate"]
