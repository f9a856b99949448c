"""`provider.max_price`, above which OpenRouter uses no endpoint: read from a request, and made for one.

Tokens are priced by the million there, and everything else by one.

Source: https://openrouter.ai/docs/features/provider-routing
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Context, Decimal

from langchain_openrouter.errors.facts import object_of
from langchain_openrouter.spend.wire_values import as_amount

UPWARDS = Context(prec=60, rounding=ROUND_CEILING)
"""For amounts that must not come out too small."""

_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class MaxPrice:
    """The most that an endpoint may cost, in USD for one. `None`: there is no such limit."""

    prompt: Decimal | None = None
    completion: Decimal | None = None
    request: Decimal | None = None
    image: Decimal | None = None

    @property
    def covers_tokens(self) -> bool:
        """Whether tokens have a limit in both directions."""
        return self.prompt is not None and self.completion is not None

    def or_higher(self, other: MaxPrice) -> MaxPrice:
        """The higher of each limit."""
        return MaxPrice(
            prompt=_higher(self.prompt, other.prompt),
            completion=_higher(self.completion, other.completion),
            request=_higher(self.request, other.request),
            image=_higher(self.image, other.image),
        )

    def render(self) -> dict[str, str]:
        """What goes into the provider preferences."""
        prompt, completion = _by_the_million(self.prompt), _by_the_million(self.completion)
        limits = {"prompt": prompt, "completion": completion, "request": self.request, "image": self.image}
        return {key: f"{limit.normalize(UPWARDS):f}" for key, limit in limits.items() if limit is not None}


def parse_max_price(body: Mapping[str, object]) -> MaxPrice:
    """Read the limits of a request body. What is no price is no limit."""
    wire = object_of(object_of(body.get("provider")).get("max_price"))
    if not wire:
        return _NO_LIMIT
    prompt, completion = as_amount(wire.get("prompt")), as_amount(wire.get("completion"))
    return MaxPrice(
        prompt=None if prompt is None else UPWARDS.divide(prompt, _MILLION),
        completion=None if completion is None else UPWARDS.divide(completion, _MILLION),
        request=as_amount(wire.get("request")),
        image=as_amount(wire.get("image")),
    )


_NO_LIMIT = MaxPrice()


def _by_the_million(price: Decimal | None) -> Decimal | None:
    return None if price is None else UPWARDS.multiply(price, _MILLION)


def _higher(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return max((limit for limit in (one, other) if limit is not None), default=None)
