"""Amounts as stores keep them: whole nano-USD, a billionth of a dollar, in 64 bits."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Context, Decimal, InvalidOperation

from langchain_openrouter.errors import ConfigurationError

NANO = 10**9
"""Nano-USD in a dollar."""
LARGEST = 2**63 - 1
"""The largest amount, about nine billion dollars."""

_EXACT = Context(prec=60)


def nano_from_usd(amount: Decimal, *, up: bool = False) -> int:
    """Make whole nano-USD of an amount.

    Args:
        amount: USD.
        up: Whether to round up, as a hold must, and not to the nearest.

    Raises:
        ConfigurationError: It is not a finite number, or too large to keep.
    """
    if not amount.is_finite():
        raise ConfigurationError(f"An amount of money must be a finite number of USD, not {amount}.")
    scaled = _EXACT.multiply(amount, NANO)
    nano = int(scaled.to_integral_value(ROUND_CEILING if up else ROUND_HALF_EVEN))
    if abs(nano) > LARGEST:
        raise ConfigurationError(f"{amount} USD is too large: amounts go up to {usd_from_nano(LARGEST):,.0f} USD.")
    return nano


def parse_usd_amount(amount: object) -> Decimal | None:
    """Read an amount that somebody gave: a number, or text of one. Floats are taken by their shortest digits.

    Returns:
        USD, or `None` for what is no finite number.
    """
    if isinstance(amount, bool) or not isinstance(amount, str | int | float | Decimal):
        return None
    try:
        read = Decimal(str(amount))
    except InvalidOperation:
        return None
    return read if read.is_finite() else None


def usd_from_nano(nano: int) -> Decimal:
    """Make USD of whole nano-USD, exactly."""
    return _EXACT.divide(nano, NANO)
