"""What tokens cost: the catalogue's price strings times counts, in exact decimals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal

from langchain_openrouter.emulator.brain import JSON

SMALLEST_UNIT = Decimal("1e-12")
"""USD. Costs are rounded to it, so that a float on the wire gives back every digit (below 1,000 USD)."""

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """What one generation used. The details are parts of `prompt` and `completion`, never added to them."""

    prompt: int
    completion: int
    cached: int = 0
    cache_write: int = 0
    cache_write_for_an_hour: bool = False
    audio: int = 0
    video: int = 0
    images: int = 0
    """Tokens of sent images."""
    reasoning: int = 0
    made_images: int = 0
    """Tokens of images in the answer."""


@dataclass(frozen=True, slots=True)
class Cost:
    """USD, each rounded to `SMALLEST_UNIT`."""

    prompt: Decimal
    completion: Decimal
    cache_discount: Decimal
    """What caching saved; negative where writing cost more than it saved."""

    @property
    def total(self) -> Decimal:
        """Prompt and completion."""
        return self.prompt + self.completion


def cost_of(pricing: Mapping[str, JSON], counts: TokenCounts, now: datetime) -> Cost:
    """The price of one generation.

    Args:
        pricing: The catalogue's `pricing` of the model; `overrides` that hold replace its prices.
        counts: The tokens used.
        now: The time in UTC, for prices that depend on the hour.
    """
    prices = _prices(pricing, counts.prompt, now)
    base = prices["prompt"]
    write = prices.get("input_cache_write", base)
    if counts.cache_write_for_an_hour:
        write = prices.get("input_cache_write_1h", write)
    # Cached tokens are billed as cached whatever they are; audio and images are told apart in the rest.
    fresh = counts.prompt - counts.cached - counts.cache_write
    audio = min(counts.audio, fresh)
    images = min(counts.images, fresh - audio)
    cached = counts.cached * prices.get("input_cache_read", base) + counts.cache_write * write
    prompt = cached + audio * prices.get("audio", base) + images * prices.get("image", base)
    prompt += (fresh - audio - images) * base + prices.get("request", ZERO)
    spoken = counts.completion - counts.reasoning - counts.made_images
    completion = spoken * prices["completion"]
    completion += counts.reasoning * prices.get("internal_reasoning", prices["completion"])
    completion += counts.made_images * prices.get("image_output", prices["completion"])
    left = 1 - Decimal(repr(pricing.get("discount", 0)))
    saved = (counts.cached + counts.cache_write) * base - cached
    return Cost(_rounded(prompt * left), _rounded(completion * left), _rounded(saved * left))


def _prices(pricing: Mapping[str, JSON], prompt_tokens: int, now: datetime) -> dict[str, Decimal]:
    prices = dict(_decimals(pricing))
    overrides = pricing.get("overrides")
    for override in overrides if isinstance(overrides, (list, tuple)) else ():
        if isinstance(override, Mapping) and _holds(override, prompt_tokens, now):
            prices |= _decimals(override)
    return prices


def _holds(override: Mapping[str, JSON], prompt_tokens: int, now: datetime) -> bool:
    threshold = override.get("min_prompt_tokens")
    if isinstance(threshold, int) and prompt_tokens <= threshold:
        return False
    start, end = override.get("utc_start"), override.get("utc_end")
    if not isinstance(start, int) or not isinstance(end, int):
        return True
    clock = now.hour * 100 + now.minute
    return start <= clock < end if start <= end else clock >= start or clock < end


def _decimals(pricing: Mapping[str, JSON]) -> dict[str, Decimal]:
    return {name: Decimal(price) for name, price in pricing.items() if isinstance(price, str)}


def _rounded(usd: Decimal) -> Decimal:
    return usd.quantize(SMALLEST_UNIT, rounding=ROUND_HALF_EVEN)
