"""What a model charges: the wire's `pricing` object as exact decimals, and the cost of a call worked out from it.

Source: https://openrouter.ai/docs/guides/overview/models
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Context, Decimal, InvalidOperation, localcontext
from typing import Literal

from langchain_openrouter.usage import Usage, parse_usd

_EXACT = Context(prec=200)
"""Prices have up to 30 decimals: the default 28 digits would round their sums."""

_LARGEST_EXPONENT = 40
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CONDITIONS = frozenset({"min_prompt_tokens", "utc_start", "utc_end", "utc_days"})
_WRITE_KEYS = {"5m": "input_cache_write", "1h": "input_cache_write_1h"}
_MIDNIGHT = 2400
"""The end of a day as HHMM."""


@dataclass(frozen=True, slots=True)
class PriceOverride:
    """Prices that replace others while all of its conditions hold. A condition that is `None` always holds."""

    prices: Mapping[str, Decimal | None]
    """USD, as in `Pricing.prices`."""
    min_prompt_tokens: Decimal | None = None
    """Holds for prompts of more tokens than this."""
    utc_start: Decimal | None = None
    """The first minute of the day, in UTC, as the number HHMM: 30 is 00:30."""
    utc_end: Decimal | None = None
    """The first minute after the window, as HHMM. A window that ends before it starts goes past midnight."""
    utc_days: frozenset[str] | None = None
    """Days of the week in UTC, such as `monday`, on which it holds."""

    def holds(self, prompt_tokens: int, at: datetime) -> bool:
        """Whether these prices apply to a prompt of so many tokens at that time."""
        if self.min_prompt_tokens is not None and prompt_tokens <= self.min_prompt_tokens:
            return False
        if self.utc_days is not None and _DAYS[at.weekday()] not in self.utc_days:
            return False
        if self.utc_start is None and self.utc_end is None:
            return True
        clock = at.hour * 100 + at.minute
        start = self.utc_start or Decimal(0)
        end = Decimal(_MIDNIGHT) if self.utc_end is None else self.utc_end
        return start <= clock < end if start <= end else clock >= start or clock < end


@dataclass(frozen=True, slots=True)
class Pricing:
    """What a model or an endpoint charges.

    | key of `prices` | USD for |
    |---|---|
    | `prompt`, `completion` | a token of the prompt, of the answer |
    | `input_cache_read` | a prompt token that came from the cache |
    | `input_cache_write`, `input_cache_write_1h` | a prompt token kept for 5 minutes, for an hour |
    | `audio`, `input_audio_cache`, `audio_output` | a token of sent audio, of cached audio, of audio in the answer |
    | `image` | an image of the prompt; where it equals `prompt`, a token of one |
    | `image_output`, `image_token` | a token of an image in the answer |
    | `internal_reasoning` | a token of reasoning; missing: as `completion` |
    | `request`, `web_search` | a request, a search |
    """

    prices: Mapping[str, Decimal | None] = field(default_factory=dict)
    """USD by the wire's key. `None` is unknown: negative on the wire, as routers have it, or unreadable."""
    overrides: tuple[PriceOverride, ...] = ()
    """Prices under conditions; later ones win."""
    discount: Decimal | None = Decimal(0)
    """The share, 0 to 1, that is taken off every price; `None` is unknown."""

    @property
    def prompt(self) -> Decimal | None:
        """USD for a token of the prompt under ordinary conditions, discounted; `None` is unknown."""
        return self._discounted("prompt")

    @property
    def completion(self) -> Decimal | None:
        """USD for a token of the answer under ordinary conditions, discounted; `None` is unknown."""
        return self._discounted("completion")

    @property
    def is_free(self) -> bool:
        """Whether prompt and answer cost nothing."""
        return self.prompt == 0 and self.completion == 0

    def prices_for(self, prompt_tokens: int, at: datetime | None = None) -> Mapping[str, Decimal | None]:
        """The prices of a call, in USD before the discount, by the wire's key.

        Args:
            prompt_tokens: All tokens of the prompt, cached ones included.
            at: When the call was made; `None` is now, and a time without a zone is UTC.
        """
        if not self.overrides:
            return self.prices
        moment = _in_utc(at)
        prices = dict(self.prices)
        for override in self.overrides:
            if override.holds(prompt_tokens, moment):
                prices.update(override.prices)
        return prices

    def cost(
        self,
        usage: Usage,
        at: datetime | None = None,
        *,
        cache_ttl: Literal["5m", "1h"] = "5m",
        images: int = 0,
        web_searches: int = 0,
    ) -> Decimal | None:
        """Work out what a call costs, to the last digit. What OpenRouter charged is `usage.cost`.

        Args:
            usage: The tokens of the call.
            at: When the call was made; `None` is now, and a time without a zone is UTC.
            cache_ttl: How long the tokens written to the cache are kept.
            images: Images in the prompt, which the usage does not count.
            web_searches: Searches that OpenRouter made, which the usage does not count.

        Returns:
            USD, or `None` where a price that the call needs is unknown.
        """
        prices = self.prices_for(usage.input_tokens, at)
        if prices.get("prompt") is None or prices.get("completion") is None or self.discount is None:
            return None
        total = Decimal(0)
        with localcontext(_EXACT):
            for count, price in (
                *_input_lines(usage, prices, _WRITE_KEYS[cache_ttl], self._image_token_price(prices)),
                *_output_lines(usage, prices),
                (1, prices.get("request", Decimal(0))),
                (images, self._image_price(prices)),
                (web_searches, prices.get("web_search", Decimal(0))),
            ):
                if count and price is None:
                    return None
                total += count * (price or 0)
            return total * (1 - self.discount)

    def _discounted(self, key: str) -> Decimal | None:
        price = self.prices.get(key)
        if price is None or self.discount is None:
            return None
        if not self.discount:
            return price
        with localcontext(_EXACT):
            return price * (1 - self.discount)

    @property
    def _counts_images_in_tokens(self) -> bool:
        # OpenRouter documents a price per image, and lists one per token for models that count images in tokens
        return self.prices.get("image") == self.prices.get("prompt")

    def _image_price(self, prices: Mapping[str, Decimal | None]) -> Decimal | None:
        return Decimal(0) if self._counts_images_in_tokens else prices.get("image", Decimal(0))

    def _image_token_price(self, prices: Mapping[str, Decimal | None]) -> Decimal | None:
        if self._counts_images_in_tokens:
            return prices["image"]
        # a price per image says nothing of its tokens
        return None if prices.get("image", Decimal(0)) != 0 else prices["prompt"]


def parse_pricing(wire: object) -> Pricing:
    """Read a `pricing` object. What is missing or null has no price; what is negative or unreadable has an unknown one.

    Args:
        wire: The JSON object as sent; anything else is read as an empty one.
    """
    if not isinstance(wire, Mapping):
        return Pricing()
    overrides = wire.get("overrides")
    found = overrides if isinstance(overrides, list | tuple) else ()
    discount = wire.get("discount")
    return Pricing(
        prices=_parse_prices(wire, skipped=frozenset({"overrides", "discount"})),
        overrides=tuple(_parse_override(one) for one in found if isinstance(one, Mapping)),
        discount=Decimal(0) if discount is None else _parse_share(discount),
    )


def _parse_override(wire: Mapping[str, object]) -> PriceOverride:
    prices = _parse_prices(wire, skipped=_CONDITIONS)
    if any(not isinstance(value, str) for key, value in wire.items() if key not in _CONDITIONS and value is not None):
        # a condition that this version does not know: it may hold or not
        prices = dict.fromkeys(prices)
    days = wire.get("utc_days")
    return PriceOverride(
        prices=prices,
        min_prompt_tokens=parse_usd(wire.get("min_prompt_tokens")),
        utc_start=parse_usd(wire.get("utc_start")),
        utc_end=parse_usd(wire.get("utc_end")),
        utc_days=frozenset(str(day).lower() for day in days) if isinstance(days, list | tuple) else None,
    )


def _parse_prices(wire: Mapping[str, object], *, skipped: frozenset[str]) -> dict[str, Decimal | None]:
    found = {key: _parse_price(value) for key, value in wire.items() if key not in skipped and value is not None}
    # "0" here means no price of its own: such reasoning is billed as completion, as recorded bills show
    return {key: price for key, price in found.items() if key != "internal_reasoning" or price != 0}


def _parse_price(value: object) -> Decimal | None:
    try:
        price = Decimal(value.strip()) if isinstance(value, str) else parse_usd(value)
    except InvalidOperation:
        return None
    if price is None or not price.is_finite() or price < 0:
        return None
    return price if abs(price.adjusted()) <= _LARGEST_EXPONENT else None


def _parse_share(value: object) -> Decimal | None:
    share = _parse_price(value)
    return share if share is not None and share <= 1 else None


def _input_lines(
    usage: Usage, prices: Mapping[str, Decimal | None], write_key: str, image_token: Decimal | None
) -> Iterator[tuple[int, Decimal | None]]:
    """The prompt's tokens in groups of one price."""
    cached = _part(usage.input_details, "cache_read", usage.input_tokens)
    written = _part(usage.input_details, "cache_creation", usage.input_tokens)
    # Google counts tokens that it reads and keeps on in both, and bills both
    fresh = usage.input_tokens - (cached + written if cached + written <= usage.input_tokens else max(cached, written))
    audio = _part(usage.input_details, "audio", fresh + cached)
    fresh_audio = min(audio, fresh)
    images = _part(usage.input_details, "image", fresh - fresh_audio)
    yield written, _first(prices, write_key, "input_cache_write", "prompt")
    yield cached - (audio - fresh_audio), _first(prices, "input_cache_read", "prompt")
    yield audio - fresh_audio, _first(prices, "input_audio_cache", "input_cache_read", "prompt")
    yield fresh_audio, _first(prices, "audio", "prompt")
    yield images, image_token
    yield fresh - fresh_audio - images, prices["prompt"]


def _output_lines(usage: Usage, prices: Mapping[str, Decimal | None]) -> Iterator[tuple[int, Decimal | None]]:
    """The answer's tokens in groups of one price."""
    left = usage.output_tokens
    for part, keys in (
        ("image", ("image_output", "image_token", "completion")),
        ("audio", ("audio_output", "completion")),
        ("reasoning", ("internal_reasoning", "completion")),
    ):
        count = _part(usage.output_details, part, left)
        left -= count
        yield count, _first(prices, *keys)
    yield left, prices["completion"]


def _part(details: Mapping[str, int], name: str, whole: int) -> int:
    return min(max(details.get(name, 0), 0), max(whole, 0))


def _first(prices: Mapping[str, Decimal | None], *keys: str) -> Decimal | None:
    return next((prices[key] for key in keys if key in prices), None)


def _in_utc(at: datetime | None) -> datetime:
    if at is None:
        return datetime.now(UTC)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
