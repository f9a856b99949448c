"""Options that OpenRouter refuses, refused before anything is sent: when a model is made, and with each call."""

from __future__ import annotations

import difflib

from langchain_openrouter._wire.types import ReadOnlyWire, as_object
from langchain_openrouter.errors import ConfigurationError
from langchain_openrouter.settings import ProviderPreferences, as_plain


def check_n(n: object) -> None:
    """Refuse to ask for several answers.

    Raises:
        ConfigurationError: `n` is not 1.
    """
    if n != 1:
        raise ConfigurationError(
            f"n must be 1, not {n!r}: OpenRouter gives one answer per request. For several answers, use `batch` with "
            "the same input."
        )


def check_provider(provider: object) -> None:
    """Refuse what OpenRouter's closed schema of `provider` refuses.

    Raises:
        ConfigurationError: It has a key that OpenRouter does not know; the message names the nearest that it does.
    """
    known = ProviderPreferences.__annotations__.keys()
    for key in as_object(as_plain(provider)).keys() - known:
        nearest = difflib.get_close_matches(str(key), known, 1)
        hint = f"Did you mean {nearest[0]!r}?" if nearest else f"It has: {', '.join(sorted(known))}."
        raise ConfigurationError(
            f"OpenRouter's provider preferences have no key {key!r}, and it refuses what it does not know. {hint} "
            "A key that is newer than this package goes into model_kwargs={'provider': ...}."
        )


def check_reasoning(reasoning: ReadOnlyWire | None, effort: str | None) -> None:
    """Refuse two efforts that differ, which OpenRouter answers with 400.

    Raises:
        ConfigurationError: As said.
    """
    told = (reasoning or {}).get("effort")
    if effort is not None and told is not None and told != effort:
        raise ConfigurationError(f"reasoning_effort={effort!r} and reasoning={{'effort': {told!r}}} differ: give one.")
