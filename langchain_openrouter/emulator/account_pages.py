"""The bodies of what an account is told of itself: credits, key, generations and activity."""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from langchain_openrouter.emulator.accounting import Account, LimitReset
from langchain_openrouter.emulator.book import BookEntry, Spent
from langchain_openrouter.emulator.brain import JSON
from langchain_openrouter.emulator.failures import USER_ID

LATENCY_MS = 250
MS_PER_TOKEN = 8
BUYERS_USD = 10
"""Credits that must have been bought for the larger number of free requests."""
FREE_REQUESTS_PER_DAY = {False: 50, True: 1000}
"""What accounts may ask of free models, by whether they bought credits. Told, not enforced."""
DAYS_OF_ACTIVITY = 30

_SPANS: dict[str, LimitReset | None] = {"": None, "_daily": "daily", "_weekly": "weekly", "_monthly": "monthly"}


def credits_page(account: Account) -> dict[str, JSON]:
    """`GET /credits`."""
    return {"data": {"total_credits": float(account.credits_usd), "total_usage": float(account.book.total)}}


def key_page(account: Account, key: str, *, is_management: bool) -> dict[str, JSON]:
    """`GET /key`, for the key that asks. A management key spends nothing and has no limit."""
    spent = {span: Spent() if is_management else account.spent(window) for span, window in _SPANS.items()}
    budget = None if is_management else _key_budget(account)
    return {
        "data": {
            "label": f"{key[:12]}...{key[-3:]}",
            "limit": None if budget is None else budget["limit_usd"],
            "limit_remaining": None if budget is None else budget["remaining_usd"],
            "limit_reset": None if budget is None else budget["reset_interval"],
            **{f"usage{span}": float(one.usage) for span, one in spent.items()},
            **{f"byok_usage{span}": float(one.byok) for span, one in spent.items()},
            "include_byok_in_limit": False,
            "is_free_tier": account.credits_usd == 0,
            "is_management_key": is_management,
            "is_provisioning_key": is_management,
            "creator_user_id": USER_ID,
            "expires_at": None,
            "budgets": [] if budget is None else [budget],
            "effective_budget": budget,
            "free_model_daily_requests": _free_requests(account),
            "workspace_id": "ws_emulator",
            "organization_id": None,
            "allowed_data_regions": ["global"],
            "rate_limit": {"requests": -1, "interval": "10s", "note": "This field is deprecated and safe to ignore."},
        }
    }


def generation_page(entry: BookEntry, cost: Decimal) -> dict[str, JSON]:
    """`GET /generation`. The times are not measured: a fixed latency, and some milliseconds for each token.

    Args:
        entry: The generation.
        cost: USD that the page says it cost.
    """
    generation_time = MS_PER_TOKEN * entry.completion_tokens
    return {
        "data": {
            "id": entry.generation_id,
            "upstream_id": f"upstream-{entry.generation_id}",
            "request_id": f"req-{entry.generation_id.rpartition('-')[2]}",
            "session_id": entry.session_id,
            "created_at": entry.created_at.isoformat(),
            "model": entry.model,
            "provider_name": entry.provider,
            "provider_responses": [
                {"provider_name": entry.provider, "status": 200, "latency": LATENCY_MS, "is_byok": entry.is_byok}
            ],
            "router": entry.router,
            "streamed": entry.streamed,
            "cancelled": entry.cancelled,
            "finish_reason": entry.finish_reason,
            "native_finish_reason": entry.native_finish_reason,
            "total_cost": float(cost),
            "usage": float(cost),
            "cache_discount": float(entry.cache_discount) or None,
            "upstream_inference_cost": float(entry.upstream_cost),
            "is_byok": entry.is_byok,
            "tokens_prompt": entry.prompt_tokens,
            "tokens_completion": entry.completion_tokens,
            "native_tokens_prompt": entry.prompt_tokens,
            "native_tokens_completion": entry.completion_tokens,
            "native_tokens_completion_images": entry.image_tokens,
            "native_tokens_reasoning": entry.reasoning_tokens,
            "native_tokens_cached": entry.cached_tokens,
            "latency": LATENCY_MS,
            "moderation_latency": None,
            "generation_time": generation_time,
            "external_user": entry.user,
            "api_type": entry.api_type,
            "data_region": "global",
            "origin": "",
            **dict.fromkeys(_UNUSED_OF_A_GENERATION),
        }
    }


_UNUSED_OF_A_GENERATION = (
    *("app_id", "service_tier", "num_media_prompt", "num_input_audio_prompt", "num_media_completion"),
    *("num_search_results", "num_fetches", "web_search_engine", "preset_id", "user_agent", "http_referer"),
    *("workspace_id", "response_cache_source_id"),
)


def activity_page(account: Account, key: str, query: Mapping[str, str]) -> dict[str, JSON]:
    """`GET /activity`: the last 30 days that are over, by day, model and provider."""
    today = datetime.now(UTC).date()
    first = today - timedelta(days=DAYS_OF_ACTIVITY)
    rows: defaultdict[tuple[str, str, str], list[BookEntry]] = defaultdict(list)
    for entry in account.book.entries if query.get("api_key_hash") in {None, _key_hash(key)} else ():
        day = entry.created_at.date()
        if first <= day < today and query.get("date") in {None, day.isoformat()}:
            rows[day.isoformat(), entry.model, entry.provider].append(entry)
    return {"data": [_activity_row(*names, entries) for names, entries in sorted(rows.items(), reverse=True)]}


def _key_budget(account: Account) -> dict[str, JSON] | None:
    limit, window = account.key_limit_usd, account.key_limit_reset
    if limit is None:
        return None
    used = account.spent(window).usage
    return {
        "scope": "key_limit",
        "limit_usd": float(limit),
        "spend_usd": float(used),
        "remaining_usd": float(limit - used),
        "reset_interval": window,
        "resets_at": _next_start(window),
        "include_byok": False,
        "guardrail_id": None,
        "budget_id": None,
    }


def _next_start(window: LimitReset | None) -> str | None:
    if window is None:
        return None
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    starts = {
        "daily": today + timedelta(days=1),
        "weekly": today + timedelta(days=7 - today.weekday()),
        "monthly": (today.replace(day=1) + timedelta(days=32)).replace(day=1),
    }
    return starts[window].isoformat()


def _free_requests(account: Account) -> dict[str, JSON]:
    limit, used = FREE_REQUESTS_PER_DAY[account.credits_usd >= BUYERS_USD], account.spent("daily").free_requests
    return {"limit": limit, "used": used, "remaining": max(0, limit - used)}


def _activity_row(day: str, model: str, provider: str, entries: Iterable[BookEntry]) -> dict[str, JSON]:
    entries = list(entries)
    return {
        "date": day,
        "model": model,
        "model_permaslug": model,
        "endpoint_id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{model}/{provider}")),
        "provider_name": provider,
        "usage": float(sum(entry.cost for entry in entries)),
        "byok_usage_inference": float(sum(entry.upstream_cost for entry in entries)),
        "requests": len(entries),
        "prompt_tokens": sum(entry.prompt_tokens for entry in entries),
        "completion_tokens": sum(entry.completion_tokens for entry in entries),
        "reasoning_tokens": sum(entry.reasoning_tokens for entry in entries),
        "cached_tokens": sum(entry.cached_tokens for entry in entries),
    }


def _key_hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
