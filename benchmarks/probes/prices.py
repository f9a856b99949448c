"""What the server charges: the same for each answer, and next to nothing for prompts.

So what a call costs is close to what it may cost at most, by the bytes of its prompt and its `max_tokens`.
"""

from __future__ import annotations

from decimal import Decimal

PROMPT_USD, COMPLETION_USD = Decimal("0.00000001"), Decimal("0.000002")
"""For a token."""
PROMPT_TOKENS, ANSWER_TOKENS = 10, 4960
CALL_USD = PROMPT_TOKENS * PROMPT_USD + ANSWER_TOKENS * COMPLETION_USD
