"""What a chat request may ask for: the options of `ChatOpenRouter`, and how they go into the body.

Source: https://openrouter.ai/docs/api-reference/parameters
"""

from __future__ import annotations

import difflib
import warnings
from typing import Any

from pydantic import BaseModel, Field, model_validator

from langchain_openrouter._environment import read_variable
from langchain_openrouter.errors import ConfigurationError
from langchain_openrouter.settings import Plugin, ProviderPreferences, Reasoning, Trace

_WIRE_NAMES = {
    "models": "models",
    "temperature": "temperature",
    "top_p": "top_p",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
    "max_tokens": "max_tokens",
    "max_completion_tokens": "max_completion_tokens",
    "seed": "seed",
    "stop": "stop",
    "n": "n",
    "reasoning": "reasoning",
    "openrouter_provider": "provider",
    "route": "route",
    "plugins": "plugins",
    "session_id": "session_id",
    "trace": "trace",
}
"""Fields that are sent when they are not `None`, and their keys on the wire."""


class ChatOptions(BaseModel):
    """Options of a chat request. One that is `None` is not sent."""

    models: list[str] | None = None
    """Ids of models that OpenRouter tries in this order when `model` fails. Billed is the one that answers."""
    temperature: float | None = None
    """Randomness, 0 to 2."""
    top_p: float | None = None
    """Share of the probability mass to draw from, above 0 and up to 1."""
    frequency_penalty: float | None = None
    """-2 to 2: how much to avoid tokens by how often they came."""
    presence_penalty: float | None = None
    """-2 to 2: how much to avoid tokens that came at all."""
    max_tokens: int | None = None
    """The most tokens that the answer may have, reasoning included."""
    max_completion_tokens: int | None = None
    """The newer name of `max_tokens` on the wire."""
    seed: int | None = None
    """For answers that repeat, where the provider can."""
    stop: list[str] | str | None = Field(alias="stop_sequences", default=None)
    """Texts at which the answer ends, at most four."""
    n: int = Field(default=1, ge=1)
    """Answers per request: 1, the only number that OpenRouter gives."""
    model_kwargs: dict[str, Any] = Field(default_factory=dict)
    """More keys of the request body, sent as they stand."""
    reasoning: Reasoning | None = None
    """How much to think, such as `{"effort": "high"}`."""
    openrouter_provider: ProviderPreferences | None = None
    """Which providers may serve, such as `{"only": ["openai"], "data_collection": "deny"}`."""
    route: str | None = None
    """Deprecated by OpenRouter in favour of `openrouter_provider["sort"]`."""
    plugins: list[Plugin] | None = None
    """Such as `[{"id": "file-parser", "pdf": {"engine": "native"}}]`."""
    session_id: str | None = Field(default_factory=lambda: read_variable("OPENROUTER_SESSION_ID"))
    """Groups requests, and keeps a conversation on one provider, for its cache; `None` or `""` sends none."""
    trace: Trace | None = None
    """Names for the tracing tools that OpenRouter broadcasts to."""

    @model_validator(mode="before")
    @classmethod
    def _keep_unknown_options(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Move constructor arguments that are no field to `model_kwargs`, with a warning."""
        known = {name for field, info in cls.model_fields.items() for name in (field, info.alias) if name}
        extra = dict(values.get("model_kwargs") or {})
        if misplaced := sorted(known & extra.keys()):
            raise ConfigurationError(
                f"Parameters {misplaced} should be specified explicitly. Instead they were passed in as part of "
                "`model_kwargs`."
            )
        for name in sorted(values.keys() - known):
            if name in extra:
                raise ConfigurationError(f"Found {name} supplied twice.")
            nearest = difflib.get_close_matches(name, known, 1)
            warnings.warn(
                f"{name} is not a parameter of ChatOpenRouter; it is sent as it stands, as a key of the request."
                + (f" Did you mean {nearest[0]}?" if nearest else ""),
                stacklevel=5,
            )
            extra[name] = values[name]
        return {**{name: value for name, value in values.items() if name in known}, "model_kwargs": extra}

    def wire_options(self) -> dict[str, Any]:
        """The options that are set, by their names on the wire, and `model_kwargs` as they stand."""
        options: dict[str, Any] = {}
        for name, wire_name in _WIRE_NAMES.items():
            value = getattr(self, name)
            if value is not None and value != "":
                options[wire_name] = value
        options.update(self.model_kwargs)
        return options
