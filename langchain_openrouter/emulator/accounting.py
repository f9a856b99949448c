"""The account: what a generation used and cost, what is left, and what it may not spend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal

from langchain_openrouter.emulator.book import Book, BookEntry, Spent
from langchain_openrouter.emulator.brain import JSON, Answer, ChatRequest, Failure
from langchain_openrouter.emulator.catalogue import Model
from langchain_openrouter.emulator.pricing import ZERO, Cost, TokenCounts, cost_of
from langchain_openrouter.emulator.prompt_cache import PromptCache
from langchain_openrouter.emulator.response_cache import ResponseCache
from langchain_openrouter.emulator.tokens import (
    TOKENS_OF_A_MADE_IMAGE,
    count_answer,
    count_prompt,
    count_text,
    segments_of,
)
from langchain_openrouter.emulator.turn import Turn

LimitReset = Literal["daily", "weekly", "monthly"]
_SETTINGS = "https://openrouter.ai/settings"


@dataclass(frozen=True, slots=True)
class Bill:
    """What a generation is told about its use, and the entry in the book."""

    usage: Mapping[str, JSON]
    entry: BookEntry


class Account:
    """Credits and spending of one account with one inference key. Chats are billed from the server's thread alone."""

    def __init__(
        self, credits_usd: Decimal, key_limit_usd: Decimal | None, key_limit_reset: LimitReset | None = None
    ) -> None:
        self.credits_usd = credits_usd
        self.key_limit_usd = key_limit_usd
        self.key_limit_reset = key_limit_reset
        self.book = Book()
        self.responses = ResponseCache()
        self._cache = PromptCache()

    def refusal_of_any(self, *, is_free: bool) -> Failure | None:
        """Why nothing may be paid for; `None`: something may. A balance below zero blocks what is free too."""
        limit = self.key_limit_usd
        if limit is not None and self.spent(self.key_limit_reset).usage >= limit:
            message = f"Key limit exceeded ({self.key_limit_reset or 'total'} limit). Manage it using {_SETTINGS}/keys"
            return Failure(403, message, metadata={"limit_source": "openrouter_key_limit"})
        balance = self._balance
        if balance < 0 or (balance == 0 and not is_free):
            return _payment_required(f"Insufficient credits. Add more using {_SETTINGS}/credits")
        return None

    def spent(self, window: LimitReset | None) -> Spent:
        """What was spent with the key in the current day, week (from Monday) or month of UTC; `None` is ever."""
        today = datetime.now(UTC).date()
        starts = {
            "daily": today,
            "weekly": today - timedelta(days=today.weekday()),
            "monthly": today.replace(day=1),
        }
        return self.book.spent_since(None if window is None else starts[window])

    def refusal(self, model: Model, request: ChatRequest) -> Failure | None:
        """Why this request may not be paid for; `None`: it may.

        Only a `max_tokens` that the client names is held against the balance: OpenRouter also assumes one where it is
        missing.
        """
        failure = self.refusal_of_any(is_free=model.is_free)
        if failure is not None:
            return failure
        asked = request.get("max_completion_tokens") or request.get("max_tokens")
        affordable = self._affordable_tokens(model, request) if isinstance(asked, int) else None
        if asked is not None and affordable is not None and asked > affordable:
            return _payment_required(
                "This request requires more credits, or fewer max_tokens. You requested up to "
                f"{asked} tokens, but can only afford {affordable}. To increase, visit {_SETTINGS}/credits "
                "and add more credits"
            )
        return None

    def bill(self, turn: Turn, answer: Answer, finish: str | None, *, cancelled: bool = False) -> Bill:
        """Count, price and book a generation.

        Args:
            turn: The generation.
            answer: What was said of it.
            finish: The finish reason; `error` makes it free, `None` means that it never finished.
            cancelled: Whether the client went away.
        """
        model = turn.route.model
        counts = TokenCounts(0, 0) if turn.is_repeated else self._count(turn, answer)
        cost = Cost(ZERO, ZERO, ZERO) if finish == "error" else cost_of(model.pricing, counts, turn.created_at)
        usage = _usage(counts, cost) if turn.is_repeated else {**_usage(counts, cost), **answer.usage}
        is_byok = usage["is_byok"] is True
        entry = BookEntry(
            generation_id=turn.generation_id,
            model=model.id,
            provider=turn.route.provider.name,
            router=turn.route.router,
            created_at=turn.created_at,
            streamed=turn.streamed,
            cancelled=cancelled,
            finish_reason=finish,
            native_finish_reason=None if finish is None else turn.native_finish_reason(finish),
            prompt_tokens=_whole(usage["prompt_tokens"]),
            completion_tokens=_whole(usage["completion_tokens"]),
            reasoning_tokens=_detail(usage, "completion_tokens_details", "reasoning_tokens"),
            cached_tokens=_detail(usage, "prompt_tokens_details", "cached_tokens"),
            cache_write_tokens=_detail(usage, "prompt_tokens_details", "cache_write_tokens"),
            audio_tokens=_detail(usage, "prompt_tokens_details", "audio_tokens"),
            image_tokens=_detail(usage, "completion_tokens_details", "image_tokens"),
            cost=as_on_the_wire(usage["cost"]),
            cache_discount=cost.cache_discount,
            user=_text(turn.request.get("user")),
            session_id=_text(turn.request.get("session_id")),
            is_byok=is_byok,
            upstream_cost=_upstream_cost(usage) if is_byok else ZERO,
        )
        self.book.add(entry)
        return Bill(usage, entry)

    def _count(self, turn: Turn, answer: Answer) -> TokenCounts:
        segments = segments_of(turn.request)
        cache = self._cache.serve(turn.route.model, segments)
        return TokenCounts(
            prompt=count_prompt(segments),
            completion=count_answer(answer),
            cached=cache.read,
            cache_write=cache.written,
            cache_write_for_an_hour=cache.for_an_hour,
            audio=count_prompt(segments, "audio"),
            video=count_prompt(segments, "video"),
            images=count_prompt(segments, "image"),
            reasoning=count_text(answer.reasoning),
            made_images=TOKENS_OF_A_MADE_IMAGE * len(answer.images),
        )

    @property
    def _balance(self) -> Decimal:
        return self.credits_usd - self.book.total

    def _affordable_tokens(self, model: Model, request: ChatRequest) -> int | None:
        """Completion tokens that the balance pays for after the prompt; `None`: they cost nothing."""
        prompt = cost_of(model.pricing, TokenCounts(count_prompt(segments_of(request)), 0), datetime.now(UTC)).prompt
        price = Decimal(str(model.pricing["completion"]))
        return max(0, int((self._balance - prompt) / price)) if price > 0 else None


def as_on_the_wire(number: JSON) -> Decimal:
    """The exact decimal that a JSON number stands for; 0 for `null`, which bills nothing."""
    return ZERO if number is None else Decimal(repr(number))


def _payment_required(message: str) -> Failure:
    metadata: dict[str, JSON] = {"provider_name": None, "limit_source": "openrouter_credits"}
    return Failure(402, message, metadata=metadata)


def _usage(counts: TokenCounts, cost: Cost) -> dict[str, JSON]:
    total = float(cost.total)
    return {
        "prompt_tokens": counts.prompt,
        "completion_tokens": counts.completion,
        "total_tokens": counts.prompt + counts.completion,
        "cost": total,
        "is_byok": False,
        "prompt_tokens_details": {
            "cached_tokens": counts.cached,
            "cache_write_tokens": counts.cache_write,
            "audio_tokens": counts.audio,
            "video_tokens": counts.video,
        },
        "cost_details": {
            "upstream_inference_cost": total,
            "upstream_inference_prompt_cost": float(cost.prompt),
            "upstream_inference_completions_cost": float(cost.completion),
        },
        "completion_tokens_details": {
            "reasoning_tokens": counts.reasoning,
            "image_tokens": counts.made_images,
            "audio_tokens": 0,
        },
    }


def _detail(usage: Mapping[str, JSON], group: str, name: str) -> int:
    details = usage.get(group)
    return _whole(details.get(name)) if isinstance(details, Mapping) else 0


def _upstream_cost(usage: Mapping[str, JSON]) -> Decimal:
    details = usage.get("cost_details")
    return as_on_the_wire(details.get("upstream_inference_cost")) if isinstance(details, Mapping) else ZERO


def _whole(value: JSON) -> int:
    return value if isinstance(value, int) else 0


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
