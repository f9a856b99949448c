"""Prices of models that are not in OpenRouter's list: those of `genai-prices`, the extra `prices`.

They are gathered by hand and come with a release, so that they may be old, or wrong: estimates.

Source: https://github.com/pydantic/genai-prices
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from langchain_openrouter.model_info import ModelInfo
from langchain_openrouter.pricing import PriceOverride, Pricing

if TYPE_CHECKING:
    from genai_prices.types import ModelPrice, TieredPrices

_KEYS = {
    "input_mtok": ("prompt", 6),
    "output_mtok": ("completion", 6),
    "cache_read_mtok": ("input_cache_read", 6),
    "cache_write_mtok": ("input_cache_write", 6),
    "cache_write_1h_mtok": ("input_cache_write_1h", 6),
    "input_audio_mtok": ("audio", 6),
    "output_audio_mtok": ("audio_output", 6),
    "output_reasoning_mtok": ("internal_reasoning", 6),
    "requests_kcount": ("request", 3),
    "web_searches_kcount": ("web_search", 3),
}
"""Our keys by those of the table, and the zeros of the number that a price there is for."""


@lru_cache(maxsize=1024)
def find_in_table(model_id: str) -> ModelInfo | None:
    """Look up what is known of a model besides OpenRouter's list, or return `None`.

    Args:
        model_id: An id of OpenRouter's.

    Returns:
        Its prices and its context. `None` where `genai-prices` is not installed or has no such model.
    """
    try:
        from genai_prices import Usage, calc_price
    except ImportError:
        return None
    try:
        found = calc_price(Usage(), model_id, provider_id="openrouter")
    except LookupError:
        return None
    return ModelInfo(
        id=model_id,
        name=found.model.name or model_id,
        pricing=_pricing(found.model_price),
        context_length=found.model.context_window,
    )


def _pricing(table: ModelPrice) -> Pricing:
    prices: dict[str, Decimal | None] = {}
    tiers: dict[int, dict[str, Decimal | None]] = {}
    given: Mapping[str, Decimal | TieredPrices | None] = vars(table)
    for name, price in given.items():
        if price is None or name not in _KEYS:
            continue
        key, zeros = _KEYS[name]
        base = price if isinstance(price, Decimal) else price.base
        prices[key] = base.scaleb(-zeros)
        for tier in () if isinstance(price, Decimal) else price.tiers:
            tiers.setdefault(tier.start, {})[key] = tier.price.scaleb(-zeros)
    return Pricing(
        prices=prices,
        overrides=tuple(PriceOverride(tiers[start], min_prompt_tokens=Decimal(start)) for start in sorted(tiers)),
    )
