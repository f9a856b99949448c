"""What the headers of a request ask for, beside what its body does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_TTL_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a client wants."""

    router_metadata: bool = False
    """Whether the answer is to tell how it was routed."""
    cache: bool = False
    """Whether an earlier answer to the same request will do."""
    cache_ttl: int = _TTL_SECONDS
    """Seconds to keep this answer for later requests."""
    cache_clear: bool = False
    """Whether the answer that is kept is to be made anew."""


def read_wishes(headers: Mapping[str, str]) -> Wishes:
    """Read the headers of a request, names in lower case."""
    ttl = headers.get("x-openrouter-cache-ttl", "")
    return Wishes(
        router_metadata=headers.get("x-openrouter-metadata") == "enabled",
        cache=headers.get("x-openrouter-cache") == "true",
        cache_ttl=min(86_400, max(1, int(ttl))) if ttl.isdigit() else _TTL_SECONDS,
        cache_clear=headers.get("x-openrouter-cache-clear") == "true",
    )
