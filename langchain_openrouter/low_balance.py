"""Tells when the balance falls below a threshold: once, and again only after it has risen above it."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from langchain_openrouter.credits import Credits
from langchain_openrouter.errors import ConfigurationError
from langchain_openrouter.usage import dollars

_LOG = logging.getLogger(__name__)


class LowBalanceWarning(UserWarning):
    """The balance at OpenRouter has fallen below the threshold that was set."""


class LowBalanceWatch:
    """Watches one threshold.

    Args:
        below_usd: The threshold, in USD.
        callback: Called with the credits in the thread that learns of it, which may be that of a call: it must not
            block. What it raises is logged.
    """

    def __init__(self, below_usd: Decimal, callback: Callable[[Credits], object]) -> None:
        self.below_usd = below_usd
        self._callback = callback
        self._lock = threading.Lock()
        self._is_low = False

    def look(self, credits_now: Credits) -> None:
        """Take what is left now. An unknown or unlimited balance changes nothing."""
        balance = credits_now.balance_usd
        if balance is None:
            return
        with self._lock:
            was_low, self._is_low = self._is_low, balance < self.below_usd
            falls = self._is_low and not was_low
        if falls:
            self._tell(credits_now)

    def _tell(self, credits_now: Credits) -> None:
        try:
            self._callback(credits_now)
        except Exception:  # noqa: BLE001 - whatever it is, it must not fail the call that noted what it spent
            _LOG.exception("What was to be called at a low balance failed")


def parse_threshold(usd: Decimal | str | float) -> Decimal:
    """Make USD of what a user gave as a threshold.

    Raises:
        ConfigurationError: It is not a finite number.
    """
    try:
        threshold = Decimal(str(usd))
    except InvalidOperation:
        threshold = Decimal("NaN")
    if not threshold.is_finite():
        raise ConfigurationError(f"The threshold must be a finite number of USD, not {usd!r}.")
    return threshold


def warn_of_low_balance(credits_now: Credits) -> None:
    """Warn with a `LowBalanceWarning`."""
    balance = credits_now.balance_usd
    left = "Little" if balance is None else dollars(balance)
    warnings.warn(
        f"{left} is left at OpenRouter ({credits_now.kind}). Add credits at https://openrouter.ai/settings/credits, or "
        "raise the limit at https://openrouter.ai/settings/keys.",
        LowBalanceWarning,
        stacklevel=2,
    )
