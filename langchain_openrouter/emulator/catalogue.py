"""The models this OpenRouter offers: facts from `models.json`, found by slug or filtered as `GET /models` does."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NotRequired, TypedDict

from langchain_openrouter.emulator.brain import JSON


class ModelFacts(TypedDict):
    """One line of `models.json`: what OpenRouter's `GET /models` said in August 2026, without its prose."""

    id: str
    canonical_slug: str
    alias_target: NotRequired[Mapping[str, str]]
    name: str
    created: int
    context_length: int
    architecture: Mapping[str, JSON]
    pricing: Mapping[str, JSON]
    """USD for one token or unit, as decimal strings."""
    top_provider: Mapping[str, JSON]
    supported_parameters: Sequence[str]
    reasoning: NotRequired[Mapping[str, JSON]]


@dataclass(frozen=True, slots=True)
class Model:
    """One model, with the questions the emulator asks about it."""

    facts: ModelFacts

    @property
    def id(self) -> str:
        """The slug that requests use."""
        return self.facts["id"]

    @property
    def maker(self) -> str:
        """The part of the id before the slash, without the `~` of an alias."""
        return self.id.partition("/")[0].removeprefix("~")

    @property
    def pricing(self) -> Mapping[str, JSON]:
        """USD for one token or unit, as decimal strings."""
        return self.facts["pricing"]

    @property
    def is_free(self) -> bool:
        """Whether prompt and completion cost nothing."""
        return self.pricing["prompt"] == self.pricing["completion"] == "0"

    @property
    def must_reason(self) -> bool:
        """Whether reasoning cannot be turned off."""
        return self.facts.get("reasoning", {}).get("mandatory") is True

    def takes(self, modality: str) -> bool:
        """Whether `modality` (`text`, `image`, `audio`, `video`, `file`) can be sent."""
        return modality in _strings(self.facts["architecture"]["input_modalities"])

    def gives(self, modality: str) -> bool:
        """Whether `modality` (`text`, `image`, `embeddings`, `rerank`...) comes back."""
        return modality in _strings(self.facts["architecture"]["output_modalities"])

    def supports(self, parameter: str) -> bool:
        """Whether a request parameter has an effect."""
        return parameter in self.facts["supported_parameters"]


@cache
def catalogue() -> tuple[Model, ...]:
    """All models, in the order of the file."""
    text = files(__package__).joinpath("models.json").read_text(encoding="utf-8")
    facts: list[ModelFacts] = json.loads(text)
    return tuple(Model(one) for one in facts)


@cache
def find_model(slug: str) -> Model | None:
    """The model whose id is exactly `slug`, or failing that the first whose canonical slug is."""
    by_id = (model for model in catalogue() if model.id == slug)
    by_canonical = (model for model in catalogue() if model.facts["canonical_slug"] == slug)
    return next(by_id, None) or next(by_canonical, None)


def search(query: Mapping[str, str]) -> list[Model]:
    """What `GET /models` lists for a query string. Only text models unless `output_modalities` says otherwise.

    Args:
        query: `output_modalities` and `input_modalities` (comma separated; `all`), `supported_parameters` (comma
            separated, all of them needed) and `q` (part of the id or name) are understood, others ignored.
    """
    outputs = _listed(query.get("output_modalities", "text"))
    inputs = _listed(query.get("input_modalities", "all"))
    parameters = _listed(query.get("supported_parameters", ""))
    words = query.get("q", "").lower()
    return [
        model
        for model in catalogue()
        if ("all" in outputs or any(model.gives(one) for one in outputs))
        and ("all" in inputs or all(model.takes(one) for one in inputs))
        and all(model.supports(one) for one in parameters)
        and words in f"{model.id} {model.facts['name']}".lower()
    ]


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _strings(value: JSON) -> Sequence[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, Sequence) else []
