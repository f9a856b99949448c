"""What the calculator says of what it cannot calculate."""

from __future__ import annotations

import pytest

from openrouter_agents.tools.exact_arithmetic import CalculationError, calculate


def check_problem(expression, sentence, position):
    """Fail unless the calculator refuses, with such a sentence, and points to that character."""
    with pytest.raises(CalculationError) as caught:
        calculate(expression)
    assert sentence in caught.value.message
    assert caught.value.position == position
