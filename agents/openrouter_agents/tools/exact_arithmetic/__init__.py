"""Exact arithmetic on expressions from untrusted text: integers, fractions and decimals, never binary floats.

Layers, each importing only from those before it: `errors`, `limits`, `numbers`, the operations (`arithmetic`, `powers`,
`elementary`, `integers`, `aggregates`), `operations` (the whitelist), `tokens`, `parser`, `rendering`, `evaluator`.
"""

from openrouter_agents.tools.exact_arithmetic.errors import CalculationError
from openrouter_agents.tools.exact_arithmetic.evaluator import calculate

__all__ = ["CalculationError", "calculate"]
