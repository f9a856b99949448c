"""From the name in a request to the model and the provider that answer it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from langchain_openrouter.emulator import failures
from langchain_openrouter.emulator.brain import JSON, ChatRequest, Failure
from langchain_openrouter.emulator.catalogue import Model, catalogue, find_model
from langchain_openrouter.emulator.providers import Provider, providers_of

DEFAULT_MODEL = "openrouter/auto"
"""Answers requests that name no model, as an account's default does."""

_AUTO_CHOICES = ("openai/gpt-5-mini", "google/gemini-2.5-flash")
# They sort or admit endpoints, so every model has them; `:free`, `:batch`, `:thinking` and the like are models.
_ROUTING_VARIANTS = frozenset({"nitro", "floor", "exacto", "online"})
_ENDPOINT_OF_OUTPUT = {"embeddings": "embeddings", "rerank": "rerank"}
# Read by the router itself or understood by every model.
_NEVER_REQUIRED = frozenset(
    {"model", "models", "messages", "stream", "stream_options", "provider", "plugins", "route", "transforms", "usage"}
    | {"user", "metadata", "trace", "session_id", "cache_control", "service_tier", "modalities", "image_config"}
    | {"prompt_cache_key", "prompt_cache_options", "preset", "debug", "parallel_tool_calls", "n"}
)


@dataclass(frozen=True, slots=True)
class Route:
    """Who answers a request."""

    model: Model
    provider: Provider
    router: str | None = None
    """The router or alias that chose the model; `None`: the request named it."""


def model_names(body: Mapping[str, JSON]) -> list[str]:
    """The models to try, in order: `model`, then `models`."""
    models = body.get("models")
    names = [body.get("model"), *(models if isinstance(models, (list, tuple)) else ())]
    return list(dict.fromkeys(name for name in names if isinstance(name, str) and name)) or [DEFAULT_MODEL]


def unknown_name(names: list[str]) -> Failure | None:
    """A refusal of the first name that no model has: it is refused even where another of `models` could answer."""
    unknown = (name for name in names if _known(name) is None)
    return next((failures.unknown_model(name) for name in unknown), None)


def find_route(name: str, request: ChatRequest) -> Route | Failure:
    """The model and provider for a slug, or why nobody takes the request."""
    model = _resolve(name, request)
    if isinstance(model, Failure):
        return model
    refusal = _unfit(model, request)
    if refusal is not None:
        return refusal
    provider = _choose_provider(model, request.get("provider"))
    if isinstance(provider, Failure):
        return provider
    return Route(model, provider, router=name if name.startswith(("openrouter/", "~")) else None)


def find_retrieval_route(body: Mapping[str, JSON], output: str) -> Route | Failure:
    """The model and provider for `/embeddings` or `/rerank`, whose models give `embeddings` or `rerank`."""
    name = str(body.get("model"))
    model = _known(name) or failures.unknown_model(name)
    if isinstance(model, Failure):
        return model
    if not model.gives(output):
        return Failure(400, f"{model.id} is not a model for {output}. See /api/v1/models?output_modalities={output}.")
    provider = _choose_provider(model, body.get("provider"))
    return provider if isinstance(provider, Failure) else Route(model, provider)


def any_route(name: str) -> Route:
    """A route for whatever name: an unknown one is answered by a free stand-in of that name."""
    base = _without_routing_variants(name)
    target = _aliased(find_model(base)) or find_model(_AUTO_CHOICES[0])
    if target is None or target.pricing["prompt"] == "-1":
        target = catalogue()[0]
    if find_model(base) is None:
        target = Model({**target.facts, "id": base, "pricing": {"prompt": "0", "completion": "0"}})
    return Route(target, providers_of(target.maker)[0])


def _resolve(name: str, request: ChatRequest) -> Model | Failure:
    if name in {"openrouter/auto", "openrouter/free"}:
        return _routed(name, request)
    return _known(name) or failures.unknown_model(name)


def _known(name: str) -> Model | Failure | None:
    """The model of that name; a refusal if only that variant of it is not served; `None`: there is none."""
    base = _without_routing_variants(name)
    model = _aliased(find_model(base))
    if model is not None:
        return model
    static, colon, _ = base.rpartition(":")
    return failures.no_endpoints_for(base) if colon and find_model(static) is not None else None


def _routed(router: str, request: ChatRequest) -> Model | Failure:
    if router == "openrouter/auto":
        candidates: Iterator[Model | None] = (find_model(slug) for slug in _AUTO_CHOICES)
    else:
        candidates = (model for model in catalogue() if model.id.endswith(":free"))
    fitting = (model for model in candidates if model is not None and _unfit(model, request) is None)
    return next(fitting, None) or Failure(404, "No models match your request and model restrictions")


def _without_routing_variants(name: str) -> str:
    if find_model(name) is not None:
        return name
    base, *variants = name.split(":")
    return ":".join([base, *(variant for variant in variants if variant not in _ROUTING_VARIANTS)])


def _aliased(model: Model | None) -> Model | None:
    if model is None or "alias_target" not in model.facts:
        return model
    return find_model(model.facts["alias_target"]["slug"])


def _unfit(model: Model, request: ChatRequest) -> Failure | None:
    """Why no endpoint of this model takes the request; `None`: one does."""
    for output, endpoint in _ENDPOINT_OF_OUTPUT.items():
        if model.gives(output):
            return Failure(400, f"{model.id} is not a chat model. Use the /api/v1/{endpoint} endpoint instead.")
    if request.get("tools") and not model.supports("tools"):
        return failures.no_endpoints("support tool use")
    for part_type, modality in (("image_url", "image"), ("input_audio", "audio"), ("video_url", "video")):
        if not model.takes(modality) and part_type in _part_types(request):
            return failures.no_endpoints(f"support {modality} input")
    wanted = set(request) - _NEVER_REQUIRED
    preferences = request.get("provider")
    if isinstance(preferences, Mapping) and preferences.get("require_parameters") is True:
        missing = {name for name in wanted if request.get(name) is not None and not model.supports(name)}
        if missing:
            return failures.no_endpoints("can handle the requested parameters")
    return None


def _part_types(request: ChatRequest) -> set[JSON]:
    parts = (part for message in request["messages"] for part in message.get("content") or ())
    return {part.get("type") for part in parts if isinstance(part, Mapping)}


def _choose_provider(model: Model, preferences: object) -> Provider | Failure:
    served_by = list(providers_of(model.maker))
    if not isinstance(preferences, Mapping):
        return served_by[0]
    if preferences.get("only"):
        served_by = [one for one in served_by if one.is_named(preferences["only"])]
    served_by = [one for one in served_by if not one.is_named(preferences.get("ignore"))]
    ordered = [one for one in served_by if one.is_named(preferences.get("order"))]
    if preferences.get("order") and preferences.get("allow_fallbacks") is False:
        served_by = ordered
    if not served_by:
        return Failure(404, "No allowed providers are available for the selected model.")
    return _first_in_order(ordered, preferences.get("order")) if ordered else served_by[0]


def _first_in_order(providers: list[Provider], order: JSON) -> Provider:
    names = order if isinstance(order, (list, tuple)) else ()
    return min(providers, key=lambda one: next((i for i, name in enumerate(names) if one.is_named([name])), len(names)))
