"""What OpenRouter says about a model and about who serves it, read without complaint about what is new or missing.

Source: https://openrouter.ai/docs/guides/overview/models
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from langchain_openrouter._fields import count_of, flag_of, time_of
from langchain_openrouter.errors import ResponseFormatError
from langchain_openrouter.errors.facts import object_of, text_of
from langchain_openrouter.pricing import Pricing, parse_pricing


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One model of `GET /models`. `None` means that OpenRouter did not say."""

    id: str
    """What requests name: `anthropic/claude-sonnet-4.5`, with a variant such as `:free` where it is one."""
    name: str
    """For people."""
    pricing: Pricing = field(default_factory=Pricing, hash=False)
    canonical_slug: str | None = None
    """The model's permanent name, with its date."""
    alias_target: str | None = None
    """For an alias such as `~openai/gpt-latest`: the id of the model it stands for now."""
    description: str = ""
    created: datetime | None = None
    """When OpenRouter listed it, in UTC."""
    context_length: int | None = None
    """Tokens: prompt and answer together."""
    max_output_tokens: int | None = None
    """Tokens: the longest answer of the provider that OpenRouter prefers."""
    max_prompt_tokens: int | None = None
    """Tokens: the longest prompt of one request, where that is less than the context."""
    input_modalities: tuple[str, ...] = ()
    """What may be sent: `text`, `image`, `file`, `audio`, `video`."""
    output_modalities: tuple[str, ...] = ()
    """What comes back: `text`, `image`, `audio`, `video`, `embeddings`, `rerank`..."""
    supported_parameters: tuple[str, ...] = ()
    """Keys of the request that at least one provider heeds, such as `tools` and `structured_outputs`."""
    can_reason: bool = False
    reasoning_efforts: tuple[str, ...] | None = None
    """Efforts that may be asked for, highest first; `None` means that there is no list of them."""
    default_reasoning_effort: str | None = None
    is_moderated: bool | None = None
    """Whether OpenRouter moderates prompts before they are sent on."""
    hugging_face_id: str | None = None
    """Where the weights are, if they are open."""
    knowledge_cutoff: str | None = None
    """The last day of the training data, as `YYYY-MM-DD`."""
    expiration_date: str | None = None
    """The day after which it may be gone, as `YYYY-MM-DD`."""
    raw: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)
    """The object on the wire, whole."""

    def supports(self, *parameters: str) -> bool:
        """Whether each of these keys of a request has an effect."""
        return all(parameter in self.supported_parameters for parameter in parameters)


@dataclass(frozen=True, slots=True)
class ModelEndpoint:
    """One provider's offer of a model, of `GET /models/{id}/endpoints`. `None` means that OpenRouter did not say."""

    provider: str
    """The provider's name for people, as in answers."""
    tag: str | None = None
    """The provider's name in `openrouter_provider`, with its tier or precision: `openai/priority`, `together/fp8`."""
    pricing: Pricing = field(default_factory=Pricing, hash=False)
    context_length: int | None = None
    """Tokens: prompt and answer together."""
    max_prompt_tokens: int | None = None
    max_output_tokens: int | None = None
    quantization: str | None = None
    """The precision of the weights, such as `fp8`."""
    supported_parameters: tuple[str, ...] = ()
    has_implicit_caching: bool | None = None
    """Whether prompts are cached without being asked to."""
    status: int | None = None
    """0 is healthy; below 0, OpenRouter sends it fewer requests."""
    raw: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)
    """The object on the wire, whole: uptime, latency and throughput are there."""


def parse_model(wire: object) -> ModelInfo:
    """Read one object of `GET /models`.

    Raises:
        ResponseFormatError: It is no object, or has no `id`.
    """
    raw = object_of(wire)
    model_id = text_of(raw.get("id"))
    if model_id is None:
        raise ResponseFormatError(f"A model of the catalogue has no id: {str(wire)[:200]}")
    architecture, provider = object_of(raw.get("architecture")), object_of(raw.get("top_provider"))
    reasoning = object_of(raw.get("reasoning"))
    parameters = _texts(raw.get("supported_parameters")) or ()
    return ModelInfo(
        id=model_id,
        name=text_of(raw.get("name")) or model_id,
        pricing=parse_pricing(raw.get("pricing")),
        canonical_slug=text_of(raw.get("canonical_slug")),
        alias_target=text_of(object_of(raw.get("alias_target")).get("slug")),
        description=text_of(raw.get("description")) or "",
        created=time_of(raw.get("created")),
        context_length=count_of(raw.get("context_length")) or count_of(provider.get("context_length")),
        max_output_tokens=count_of(provider.get("max_completion_tokens")),
        max_prompt_tokens=count_of(object_of(raw.get("per_request_limits")).get("prompt_tokens")),
        input_modalities=_texts(architecture.get("input_modalities")) or (),
        output_modalities=_texts(architecture.get("output_modalities")) or (),
        supported_parameters=parameters,
        can_reason=bool(reasoning) or "reasoning" in parameters,
        reasoning_efforts=_texts(reasoning.get("supported_efforts")),
        default_reasoning_effort=text_of(reasoning.get("default_effort")),
        is_moderated=flag_of(provider.get("is_moderated")),
        hugging_face_id=text_of(raw.get("hugging_face_id")),
        knowledge_cutoff=text_of(raw.get("knowledge_cutoff")),
        expiration_date=text_of(raw.get("expiration_date")),
        raw=raw,
    )


def parse_endpoint(wire: object) -> ModelEndpoint:
    """Read one object of `endpoints` in `GET /models/{id}/endpoints`.

    Raises:
        ResponseFormatError: It is no object, or has no `provider_name`.
    """
    raw = object_of(wire)
    provider = text_of(raw.get("provider_name"))
    if provider is None:
        raise ResponseFormatError(f"An endpoint has no provider_name: {str(wire)[:200]}")
    return ModelEndpoint(
        provider=provider,
        tag=text_of(raw.get("tag")),
        pricing=parse_pricing(raw.get("pricing")),
        context_length=count_of(raw.get("context_length")),
        max_prompt_tokens=count_of(raw.get("max_prompt_tokens")),
        max_output_tokens=count_of(raw.get("max_completion_tokens")),
        quantization=text_of(raw.get("quantization")),
        supported_parameters=_texts(raw.get("supported_parameters")) or (),
        has_implicit_caching=flag_of(raw.get("supports_implicit_caching")),
        status=count_of(raw.get("status")),
        raw=raw,
    )


def _texts(value: object) -> tuple[str, ...] | None:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list | tuple) else None
