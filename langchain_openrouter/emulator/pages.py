"""The bodies of the catalogue: models, endpoints and providers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from langchain_openrouter.emulator.brain import JSON
from langchain_openrouter.emulator.catalogue import Model, search
from langchain_openrouter.emulator.providers import PROVIDERS, Provider, providers_of


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


def _count(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None
