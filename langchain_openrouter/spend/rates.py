"""The dearest that a model's tokens, requests and images can be, in one call at one time.

The listed prices are those of the endpoint that OpenRouter prefers; others may cost more. They are a bound together
with `max_price`: the one that the request has, or the one that `Rates` has for it.

What `max_price` does not speak of (writing to the cache, reasoning, long prompts, images in answers) is taken to be as
many times dearer than the prompt or the answer as it is in the list.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import reduce
from typing import TypeAlias

from langchain_openrouter.model_info import ModelInfo
from langchain_openrouter.pricing import Pricing
from langchain_openrouter.spend.max_price import UPWARDS, MaxPrice
from langchain_openrouter.spend.unbounded import UnboundedError

Prices: TypeAlias = Mapping[str, Decimal | None]
"""USD by the wire's key, discounted; `None` is unknown."""

_ZERO, _ONE = Decimal(0), Decimal(1)
_FREE = Pricing({"prompt": _ZERO, "completion": _ZERO})
_WRITING, _WRITING_FOR_AN_HOUR = Decimal("1.25"), Decimal(2)
"""What it costs to keep a token of the prompt in the cache, in prices of the prompt, where that is not listed.

Source: https://openrouter.ai/docs/features/prompt-caching
"""
_WINDOW = tuple(timedelta(minutes=minute) for minute in range(11))
"""How much later than it was announced a call may be priced, where prices change with the hour."""
_TOKENS_LESS_THAN_AN_IMAGE = 10
"""OpenRouter lists prices of an image and of a token of an image under one key. No image costs as little as this."""
_HEARD = frozenset({"audio", "video"})


@dataclass(frozen=True, slots=True)
class Touched:
    """What of a price list a request touches."""

    at: datetime
    """When it is sent."""
    max_price: MaxPrice
    media: Mapping[str, int]
    """As in `PromptBound`."""
    is_kept_for_an_hour: bool
    modalities: frozenset[str] | None
    """What the answer shall be; `None` leaves that to the model."""

    def allows(self, modality: str) -> bool:
        """Whether the answer may be `image` or `audio` too."""
        return self.modalities is None or modality in self.modalities

    @property
    def is_bounded_by_limits(self) -> bool:
        """Whether `max_price` bounds all that it touches, whoever answers and whatever is listed."""
        answer = self.modalities is None or self.modalities <= {"text"}
        images = "image" not in self.media or self.max_price.image is not None
        return self.max_price.covers_tokens and answer and images and not self.media.keys() & _HEARD


@dataclass(frozen=True, slots=True)
class Rates:
    """USD for one, at most."""

    prompt: Decimal
    """A token of the prompt."""
    completion: Decimal
    """A token of the answer."""
    request: Decimal
    image: Decimal
    """An image of the prompt, besides its tokens."""
    search: Decimal | None
    """A search of the web by the model's own provider, which does not search if it is 0; `None` is unknown."""
    max_price: MaxPrice
    """With which no endpoint costs more than this."""


def rates_of(info: ModelInfo | None, model_id: str, touched: Touched, prompt_tokens: int | None) -> Rates:
    """The dearest prices of a model.

    Args:
        info: The model; `None` is unknown.
        model_id: What the request calls it.
        touched: What the request touches.
        prompt_tokens: The longest prompt that it may come to; `None` is unknown.

    Raises:
        UnboundedError: A price that is touched is unknown.
    """
    is_free = ":free" in model_id
    pricing = info.pricing if info is not None else _FREE if is_free else Pricing()
    listed_prompt, listed_completion = pricing.prompt, pricing.completion
    is_listed = listed_prompt is not None and listed_completion is not None
    if not is_listed and not touched.is_bounded_by_limits:
        raise _no_price(info, model_id)
    prices = _dearest_prices(pricing, touched.at, prompt_tokens)
    # free endpoints serve it, and no others, whatever may be paid
    limit = MaxPrice() if is_free else touched.max_price
    writing = _WRITING_FOR_AN_HOUR if touched.is_kept_for_an_hour else _WRITING
    prompt = _under_limit(limit.prompt, listed_prompt, _prompt_price(prices, touched), writing)
    completion = _under_limit(limit.completion, listed_completion, _completion_price(prices, touched), _ONE)
    request = _or(limit.request, prices.get("request", _ZERO))
    image = _or(limit.image, _ZERO if _is_for_tokens(prices) else prices.get("image", _ZERO))
    if prompt is None or completion is None or request is None or image is None:
        raise _no_price(info, model_id)
    return Rates(
        prompt=prompt,
        completion=completion,
        request=request,
        image=image,
        search=prices.get("web_search", _ZERO) if is_listed else None,
        max_price=MaxPrice(
            prompt=_or(limit.prompt, prices.get("prompt")),
            completion=_or(limit.completion, prices.get("completion")),
            request=request,
            image=_or(limit.image, prices.get("image") if "image" in touched.media else None),
        ),
    )


def dearest_of(rates: Sequence[Rates]) -> Rates:
    """The dearest of each price, since the `max_price` of a request is one for all models that may answer."""
    return rates[0] if len(rates) == 1 else reduce(_dearer, rates)


def _dearer(one: Rates, other: Rates) -> Rates:
    return Rates(
        prompt=max(one.prompt, other.prompt),
        completion=max(one.completion, other.completion),
        request=max(one.request, other.request),
        image=max(one.image, other.image),
        search=_highest((one.search, other.search)),
        max_price=one.max_price.or_higher(other.max_price),
    )


def _dearest_prices(pricing: Pricing, at: datetime, prompt_tokens: int | None) -> Prices:
    """The highest price of each key that holds, or may hold before the call is over."""
    if not pricing.overrides and pricing.discount == 0:
        return pricing.prices
    found = dict(pricing.prices)
    longest = sys.maxsize if prompt_tokens is None else prompt_tokens
    start = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    for override in pricing.overrides:
        if any(override.holds(longest, start + later) for later in _WINDOW):
            found.update({key: _highest((found.get(key, price), price)) for key, price in override.prices.items()})
    if pricing.discount is None:
        return dict.fromkeys(found)
    share = 1 - pricing.discount
    return {key: None if price is None else UPWARDS.multiply(price, share) for key, price in found.items()}


def _prompt_price(prices: Prices, touched: Touched) -> Decimal | None:
    keys = ["prompt", "input_cache_read", "input_cache_write"]
    if touched.is_kept_for_an_hour:
        keys.append("input_cache_write_1h")
    if touched.media.keys() & _HEARD:
        keys += ["audio", "input_audio_cache"]
    if "image" in touched.media and _is_for_tokens(prices):
        keys.append("image")
    read, write = prices.get("input_cache_read"), prices.get("input_cache_write")
    # Google counts, and bills, a token that it reads from the cache and keeps on in both
    twice = () if read is None or write is None else (read + write,)
    return _highest((*(prices[key] for key in keys if key in prices), *twice))


def _completion_price(prices: Prices, touched: Touched) -> Decimal | None:
    keys = ["completion", "internal_reasoning"]
    if touched.allows("image"):
        keys += ["image_output", "image_token"]
    if touched.allows("audio"):
        keys.append("audio_output")
    return _highest(prices[key] for key in keys if key in prices)


def _is_for_tokens(prices: Prices) -> bool:
    image, prompt = prices.get("image"), prices.get("prompt")
    return image is not None and prompt is not None and image <= prompt * _TOKENS_LESS_THAN_AN_IMAGE


def _under_limit(
    limit: Decimal | None, listed: Decimal | None, dearest: Decimal | None, unlisted: Decimal
) -> Decimal | None:
    """What a limit of the ordinary price makes of the dearest one, `unlisted` times as high where none is listed."""
    if limit is None or (listed and dearest is None):
        return dearest
    if not listed or dearest is None:
        return max(UPWARDS.multiply(limit, unlisted), dearest or _ZERO)
    return UPWARDS.divide(UPWARDS.multiply(limit, dearest), listed)


def _highest(prices: Iterable[Decimal | None]) -> Decimal | None:
    """The highest; `None` where one is unknown, or there are none."""
    highest: Decimal | None = None
    for price in prices:
        if price is None:
            return None
        if highest is None or price > highest:
            highest = price
    return highest


def _or(given: Decimal | None, otherwise: Decimal | None) -> Decimal | None:
    return otherwise if given is None else given


def _no_price(info: ModelInfo | None, model_id: str) -> UnboundedError:
    what, else_ = (
        ("is not in the list of models", ", or fetch the list with `ModelCatalogue().fetch()`")
        if info is None
        else ("has no fixed price for what this call asks of it", "")
    )
    return UnboundedError(
        f"{model_id!r} {what}. Give `max_price` with `prompt` and `completion`, in USD per million tokens, in the "
        f"provider preferences, and `max_tokens`{else_}.",
        model_id,
    )
