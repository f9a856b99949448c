"""Who may answer a request, as far as it says so: the models that it names, and what puts others in their place.

Sources: https://openrouter.ai/docs/features/model-routing, https://openrouter.ai/docs/features/presets,
https://openrouter.ai/docs/guides/features/service-tiers
"""

from __future__ import annotations

from collections.abc import Mapping

from langchain_openrouter.errors.facts import object_of, text_of
from langchain_openrouter.spend.max_price import MaxPrice
from langchain_openrouter.spend.unbounded import UnboundedError
from langchain_openrouter.spend.wire_values import texts_in

_ORDINARY_TIERS = frozenset({"auto", "default", "standard", "flex"})
"""What costs no more than what is listed."""
_NAMES_A_TIER = frozenset({"provider", "service_tier", "speed"})
_DEAR_ENDPOINTS = ("/priority", "/fast")


def models_of(body: Mapping[str, object], limit: MaxPrice) -> tuple[str, ...]:
    """The models that may answer, in the request's order.

    Args:
        body: The request.
        limit: Its `provider.max_price`.

    Raises:
        UnboundedError: Others may answer, or the same at prices that are not listed.
    """
    if text_of(body.get("preset")) or "@preset/" in str(body.get("model")):
        raise UnboundedError("A preset may change the model, the tools and the plugins. Name them in the request.")
    named = named_models(body)
    if not named:
        raise UnboundedError("The request names no model, so that the account's default answers. Name one.")
    for model in named:
        if model.startswith("openrouter/fusion"):
            raise UnboundedError(
                f"{model!r} has several models work, which do not heed the provider preferences. Call one model.", model
            )
    if _asks_for_a_dear_tier(body) and not limit.covers_tokens:
        raise UnboundedError(
            "The priority tier costs more than the list of models says. Give `max_price` with `prompt` and "
            "`completion`, in USD per million tokens, in the provider preferences, or leave out the tier.",
            named[0],
        )
    return named


def named_models(body: Mapping[str, object]) -> tuple[str, ...]:
    """The models that a request names, in its order, each once."""
    return tuple(dict.fromkeys((*texts_in((body.get("model"),)), *texts_in(body.get("models")))))


def _asks_for_a_dear_tier(body: Mapping[str, object]) -> bool:
    if body.keys().isdisjoint(_NAMES_A_TIER):
        return False
    tier = body.get("service_tier")
    provider = object_of(body.get("provider"))
    endpoints = (*texts_in(provider.get("order")), *texts_in(provider.get("only")))
    return (
        (tier is not None and tier not in _ORDINARY_TIERS)
        or body.get("speed") == "fast"
        or any(endpoint.endswith(_DEAR_ENDPOINTS) for endpoint in endpoints)
    )
