"""How a request was routed, for clients that ask for it.

Source: https://openrouter.ai/docs/guides/features/router-metadata
"""

from __future__ import annotations

from collections.abc import Sequence

from langchain_openrouter.emulator.brain import JSON, Failure
from langchain_openrouter.emulator.providers import providers_of
from langchain_openrouter.emulator.routing import Route

_STRATEGIES = {"openrouter/auto": "auto", "openrouter/free": "free"}


def router_metadata(requested: str, route: Route, failed: Sequence[tuple[str, Failure]]) -> dict[str, JSON]:
    """The `openrouter_metadata` of an answer.

    Args:
        requested: The model that the request named first.
        route: Who answers.
        failed: The models that were tried before, and why they did not answer.
    """
    model = route.model
    available: list[JSON] = [
        {"provider": one.name, "model": model.id, "selected": one == route.provider}
        for one in providers_of(model.maker)
    ]
    metadata: dict[str, JSON] = {
        "requested": requested,
        "strategy": "fallback" if failed else _strategy(route.router),
        "region": None,
        "summary": f"available={len(available)}, selected={route.provider.name}",
        "attempt": len(failed) + 1,
        "is_byok": False,
        "endpoints": {"total": len(available), "available": available},
    }
    if failed:
        tried: list[JSON] = [
            {"provider": "unknown", "model": name, "status": failure.status} for name, failure in failed
        ]
        metadata["attempts"] = [*tried, {"provider": route.provider.name, "model": model.id, "status": 200}]
    return metadata


def _strategy(router: str | None) -> str:
    if router is None:
        return "direct"
    return _STRATEGIES.get(router, "latest" if router.startswith("~") else "alias")
