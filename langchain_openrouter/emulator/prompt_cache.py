"""Prompt caching as providers do it: the same beginning of a prompt is written once, and read cheaply from then on.

Models with a price for writing cache what the client marks (`cache_control`), however short, so that a test can show it
with a few words. Models with a price for reading alone cache every prompt of 1,024 tokens or more without being asked
and for nothing, as OpenAI and DeepSeek do. Nothing expires.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate

from langchain_openrouter.emulator.catalogue import Model
from langchain_openrouter.emulator.tokens import Segment

MIN_TOKENS_OF_AUTOMATIC_CACHING = 1024


@dataclass(frozen=True, slots=True)
class CacheUse:
    """Tokens of one prompt that came from the cache or were put there."""

    read: int = 0
    written: int = 0
    for_an_hour: bool = False
    """Whether the written tokens are priced as `input_cache_write_1h`."""


class PromptCache:
    """What the providers remember of earlier prompts. Used from one thread."""

    def __init__(self) -> None:
        self._known: set[tuple[str, str]] = set()

    def serve(self, model: Model, segments: list[Segment]) -> CacheUse:
        """Look a prompt up and remember it."""
        if "input_cache_read" not in model.pricing:
            return CacheUse()
        prefixes = _prefixes(segments)
        if "input_cache_write" not in model.pricing:
            return CacheUse(read=self._automatic(model.id, prefixes))
        marked = [index for index, segment in enumerate(segments) if segment.cache_ttl is not None]
        if not marked:
            return CacheUse()
        read = self._longest_known(model.id, prefixes[: marked[-1] + 1])
        self._known |= {(model.id, prefixes[index][0]) for index in marked}
        for_an_hour = any(segments[index].cache_ttl == "1h" for index in marked)
        return CacheUse(read, prefixes[marked[-1]][1] - read, for_an_hour)

    def _automatic(self, model: str, prefixes: list[tuple[str, int]]) -> int:
        long = [prefix for prefix in prefixes if prefix[1] >= MIN_TOKENS_OF_AUTOMATIC_CACHING]
        read = self._longest_known(model, long)
        self._known |= {(model, digest) for digest, _ in long}
        return read

    def _longest_known(self, model: str, prefixes: list[tuple[str, int]]) -> int:
        return max((tokens for digest, tokens in prefixes if (model, digest) in self._known), default=0)


def _prefixes(segments: list[Segment]) -> list[tuple[str, int]]:
    """The digest and the length in tokens of the prompt up to and with each segment."""
    digests = accumulate((segment.content for segment in segments), _chained, initial="")
    lengths = accumulate(segment.tokens for segment in segments)
    return list(zip(list(digests)[1:], lengths, strict=True))


def _chained(digest: str, content: str) -> str:
    return sha256(f"{digest}\0{content}".encode(errors="surrogatepass")).hexdigest()
