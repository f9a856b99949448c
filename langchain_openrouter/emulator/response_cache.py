"""Whole answers that are kept for requests which are the same to the byte. They are free.

Source: https://openrouter.ai/docs/guides/features/response-caching
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from langchain_openrouter.emulator.brain import Answer
from langchain_openrouter.emulator.routing import Route


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, and who gave it."""

    answer: Answer
    route: Route
    generation_id: str
    at: float
    ttl: int

    def headers(self, now: float) -> dict[str, str]:
        """What the response says of the cache."""
        age = str(int(now - self.at))
        return {**cache_headers("HIT", self.ttl, age), "x-openrouter-cache-source-id": self.generation_id}


def cache_headers(status: str, ttl: int, age: str = "0") -> dict[str, str]:
    """What a response says of the cache; `status` is `HIT` or `MISS`."""
    return {"x-openrouter-cache-status": status, "x-openrouter-cache-age": age, "x-openrouter-cache-ttl": str(ttl)}


@dataclass(slots=True)
class ResponseCache:
    """The answers of one key, by the digest of a path and a body."""

    clock: Callable[[], float] = time.monotonic
    _kept: dict[bytes, Kept] = field(default_factory=dict)

    def find(self, path: str, raw: bytes) -> Kept | None:
        """The answer to an earlier request that was the same; `None`: there is none, or its time is over."""
        kept = self._kept.get(_digest(path, raw))
        return kept if kept is not None and self.clock() - kept.at < kept.ttl else None

    def keep(self, path: str, raw: bytes, answer: Answer, route: Route, generation_id: str, ttl: int) -> None:
        """Keep an answer for `ttl` seconds."""
        self._kept[_digest(path, raw)] = Kept(answer, route, generation_id, self.clock(), ttl)


def _digest(path: str, raw: bytes) -> bytes:
    return hashlib.sha256(path.encode() + b"\0" + raw).digest()
