"""The bodies of everything that is read: models, endpoints, providers, key, credits and generations."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import cast

from langchain_openrouter.emulator.accounting import Account
from langchain_openrouter.emulator.book import BookEntry
from langchain_openrouter.emulator.brain import JSON
from langchain_openrouter.emulator.catalogue import Model, search
from langchain_openrouter.emulator.failures import USER_ID
from langchain_openrouter.emulator.providers import PROVIDERS, Provider, providers_of

LATENCY_MS = 250
MS_PER_TOKEN = 8
FREE_REQUESTS_PER_DAY = 1000
"""What accounts that bought ten credits may ask of free models. Told, not enforced."""


def models_page(query: Mapping[str, str]) -> dict[str, JSON]:
    """`GET /models`; `offset` and `limit` give a part of the list."""
    found = search(query)
    offset, limit = (_count(query.get(name)) for name in ("offset", "limit"))
    start = offset or 0
    end = len(found) if limit is None else start + limit
    more = end < len(found)
    return {
        "data": [model_object(model) for model in found[start:end]],
        "total_count": len(found),
        "links": {"next": f"/api/v1/models?offset={end}&limit={limit}" if more else None},
    }


def models_count_page(query: Mapping[str, str]) -> dict[str, JSON]:
    """`GET /models/count`."""
    return {"data": {"count": len(search(query))}}


def model_object(model: Model) -> dict[str, JSON]:
    """A model as `/models` and `/model/{author}/{slug}` show it."""
    return {
        **cast("dict[str, JSON]", model.facts),
        "description": f"{model.facts['name']}, emulated.",
        "hugging_face_id": None,
        "per_request_limits": None,
        "default_parameters": {"temperature": None, "top_p": None, "frequency_penalty": None},
        "supported_voices": None,
        "knowledge_cutoff": None,
        "expiration_date": None,
        "links": {"details": f"/api/v1/models/{model.facts['canonical_slug']}/endpoints"},
    }


def endpoints_page(model: Model) -> dict[str, JSON]:
    """`GET /models/{author}/{slug}/endpoints`."""
    architecture = model.facts["architecture"]
    return {
        "data": {
            "id": model.id,
            "name": model.facts["name"],
            "created": model.facts["created"],
            "description": f"{model.facts['name']}, emulated.",
            "architecture": architecture,
            "endpoints": [_endpoint(model, provider) for provider in providers_of(model.maker)],
        }
    }


def providers_page() -> dict[str, JSON]:
    """`GET /providers`."""
    return {
        "data": [
            {
                "name": one.name,
                "slug": one.slug,
                "privacy_policy_url": None,
                "terms_of_service_url": None,
                "status_page_url": None,
                "headquarters": one.home,
                "datacenters": None,
            }
            for one in PROVIDERS
        ]
    }


def credits_page(account: Account) -> dict[str, JSON]:
    """`GET /credits`."""
    return {"data": {"total_credits": float(account.credits_usd), "total_usage": float(account.book.total)}}


def key_page(account: Account, key: str, *, is_management: bool) -> dict[str, JSON]:
    """`GET /key`, for the key that asks. A management key spends nothing and has no limit."""
    used = Decimal(0) if is_management else account.book.total
    limit = None if is_management else account.key_limit_usd
    spans = ("", "_daily", "_weekly", "_monthly")
    return {
        "data": {
            "label": f"{key[:12]}...{key[-3:]}",
            "limit": None if limit is None else float(limit),
            "limit_remaining": None if limit is None else float(max(limit - used, Decimal(0))),
            "limit_reset": None,
            **{f"usage{span}": float(used) for span in spans},
            **{f"byok_usage{span}": 0 for span in spans},
            "include_byok_in_limit": False,
            "is_free_tier": False,
            "is_management_key": is_management,
            "is_provisioning_key": is_management,
            "creator_user_id": USER_ID,
            "expires_at": None,
            "budgets": [],
            "effective_budget": None,
            "free_model_daily_requests": _free_requests(account),
            "workspace_id": "ws_emulator",
            "organization_id": None,
            "allowed_data_regions": ["global"],
            "rate_limit": {"requests": -1, "interval": "10s", "note": "This field is deprecated and safe to ignore."},
        }
    }


def generation_page(entry: BookEntry) -> dict[str, JSON]:
    """`GET /generation`. The times are not measured: a fixed latency, and some milliseconds for each token."""
    generation_time = MS_PER_TOKEN * entry.completion_tokens
    cost = float(entry.cost)
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
                {"provider_name": entry.provider, "status": 200, "latency": LATENCY_MS, "is_byok": False}
            ],
            "router": entry.router,
            "streamed": entry.streamed,
            "cancelled": entry.cancelled,
            "finish_reason": entry.finish_reason,
            "native_finish_reason": entry.native_finish_reason,
            "total_cost": cost,
            "usage": cost,
            "cache_discount": float(entry.cache_discount) or None,
            "upstream_inference_cost": 0,
            "is_byok": False,
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


def _endpoint(model: Model, provider: Provider) -> dict[str, JSON]:
    top = model.facts["top_provider"]
    return {
        "name": f"{provider.name} | {model.facts['canonical_slug']}",
        "model_id": model.id,
        "model_name": model.facts["name"],
        "context_length": model.facts["context_length"],
        "pricing": model.pricing,
        "provider_name": provider.name,
        "tag": provider.slug,
        "quantization": "unknown",
        "max_completion_tokens": top.get("max_completion_tokens"),
        "max_prompt_tokens": None,
        "supported_parameters": list(model.facts["supported_parameters"]),
        "status": 0,
        "uptime_last_5m": 100,
        "uptime_last_30m": 100,
        "uptime_last_1d": 100,
        "supports_implicit_caching": "input_cache_read" in model.pricing and "input_cache_write" not in model.pricing,
        "latency_last_30m": None,
        "throughput_last_30m": None,
        "native_tools": {},
        "service_tier": None,
        "supports_diarization": False,
        "supports_tool_choice": dict.fromkeys(("auto", "none", "required", "function"), model.supports("tool_choice")),
    }


def _free_requests(account: Account) -> dict[str, JSON]:
    used = sum(entry.model.endswith(":free") for entry in account.book.entries)
    return {"limit": FREE_REQUESTS_PER_DAY, "used": used, "remaining": max(0, FREE_REQUESTS_PER_DAY - used)}


def _count(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None
