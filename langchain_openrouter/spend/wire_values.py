"""Values of a request body, as what they must be to count, or `None`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation


def as_count(value: object) -> int | None:
    """A whole number of at least 1."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def as_amount(value: object) -> Decimal | None:
    """USD of at least 0, from a number or its digits."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None


def objects_in(value: object) -> Iterator[Mapping[str, object]]:
    """The JSON objects of an array."""
    if isinstance(value, list | tuple):
        yield from (one for one in value if isinstance(one, Mapping))


def texts_in(value: object) -> Iterator[str]:
    """The texts of an array that are not empty."""
    if isinstance(value, list | tuple):
        yield from (one for one in value if isinstance(one, str) and one)
