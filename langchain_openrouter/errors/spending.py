"""Answers that say that there is not enough money, and where.

Source: https://openrouter.ai/docs/api-reference/limits
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

from langchain_core.exceptions import ModelRateLimitError

from langchain_openrouter.errors.facts import text_of
from langchain_openrouter.errors.status import APIStatusError, PermissionDeniedError
from langchain_openrouter.usage import parse_usd

# OpenRouter has said it in these ways: "requested up to 4096 tokens, but can only afford 57", "run this request. 4096
# token capacity required, 57 available", "tokens limit exceeded: 4096 > 57".
_TOKENS = re.compile(
    r"(?:requested\D{1,20}|run this request\. |limit exceeded: )(\d[\d,]{0,17})"
    r"(?:\D{1,40}?(?:afford|required,)| >) (\d[\d,]{0,17})"
)
_USD = r"\$(\d[\d,]*(?:\.\d+)?)"
_LIMIT = re.compile(rf"(?:budget|limit)(?: of|:)? {_USD}|{_USD} (?:\w+ ){{0,2}}(?:budget|limit)")


class InsufficientCreditsError(APIStatusError):
    """402: there is not enough money for this request. A balance below zero refuses even free models.

    Whatever else has run out of money (a key, a budget) is a child of it, so that `except InsufficientCreditsError`
    means: money is the reason. `limit_source` says whose.
    """

    advice = "Add credits (https://openrouter.ai/settings/credits) or ask for fewer tokens (`max_tokens`)."

    @property
    def requested_tokens(self) -> int | None:
        """The tokens that the request may need: of its answer, or of its prompt; `None` if OpenRouter names none."""
        return self._tokens(1)

    @property
    def affordable_tokens(self) -> int | None:
        """The tokens of that kind that the money is enough for; `None` if OpenRouter names none."""
        return self._tokens(2)

    @property
    def limit_usd(self) -> Decimal | None:
        """The limit that was hit, in USD; `None` if OpenRouter does not name it."""
        limit = parse_usd(self.metadata.get("limit_usd"))
        found = _LIMIT.search(self.message) if limit is None else None
        return Decimal((found[1] or found[2]).replace(",", "")) if found else limit

    @property
    def resets_at(self) -> datetime | None:
        """When the limit is lifted; `None` if it never is, or OpenRouter does not say."""
        try:
            return datetime.fromisoformat(text_of(self.metadata.get("resets_at")) or "")
        except ValueError:
            return None

    def _tokens(self, place: int) -> int | None:
        found = _TOKENS.search(self.message)
        return int(found[place].replace(",", "")) if found else None


class KeyLimitError(InsufficientCreditsError, PermissionDeniedError):
    """402 or 403: the key has spent what it may, whatever the account still has.

    OpenRouter answers with either status, so this is the error of both: whoever asks about money finds it, and so does
    whoever tries another key when permission is denied.
    """

    advice = "Raise the key's limit or wait for its reset (https://openrouter.ai/settings/keys), or use another key."


class BudgetBlockedError(InsufficientCreditsError, PermissionDeniedError):
    """403: the budget of a workspace or of a guardrail is spent, whatever the account still has.

    Source: https://openrouter.ai/docs/guides/features/workspaces/workspace-budgets
    """

    advice = "Raise the budget or wait for its reset (https://openrouter.ai/settings), or use a key outside of it."


class InFlightBudgetError(InsufficientCreditsError, ModelRateLimitError):
    """402: the requests that are running may cost all that the balance is good for. It passes when they have ended.

    The only 402 that is retryable: fewer requests at a time, or more credits, keep it from coming back.
    """

    advice = "Wait and try again (see `retry_after`, in seconds), with fewer requests at a time, or add credits."
