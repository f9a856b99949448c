"""How near two texts are, by the words and parts of words that they share. It is no language model.

The same features make vectors (near texts have near vectors) and scores of documents for a query.
"""

from __future__ import annotations

import math
import re
import struct
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping

_WORD = re.compile(r"\w+")
_PART_LENGTH = 3
_WEIGHT_OF_A_PART = 0.2
_LONG_WORD = 8
"""Letters from which on a word weighs its full weight: short ones say little of what a text is about."""
_PLACES_OF_A_FEATURE = 4


def features_of(text: str) -> Counter[str]:
    """The words of a text, and all groups of three letters in them, with their weights."""
    found: Counter[str] = Counter()
    for word in _WORD.findall(text.lower()):
        found[word] += min(len(word), _LONG_WORD) / _LONG_WORD  # type: ignore[assignment]  # weights, not counts
        for part in _parts(word):
            found[part] += _WEIGHT_OF_A_PART  # type: ignore[assignment]  # as above
    return found or Counter({text: 1})


def vector_of(features: Mapping[str, float], dimensions: int) -> list[float]:
    """A vector of length 1, of numbers that 32 bits hold exactly."""
    vector = [0.0] * dimensions
    for feature, weight in features.items():
        for place in range(_PLACES_OF_A_FEATURE):
            code = zlib.crc32(f"{place}{feature}".encode(errors="surrogatepass"))
            vector[(code >> 1) % dimensions] += weight if code & 1 else -weight
    length = math.hypot(*vector) or 1.0
    return list(struct.unpack(f"{dimensions}f", struct.pack(f"{dimensions}f", *(x / length for x in vector))))


def relevance(query: str, document: str) -> float:
    """What share of a query's features a document has, 0 to 1."""
    wanted, there = features_of(query), features_of(document)
    found = sum(weight for feature, weight in wanted.items() if feature in there)
    return round(found / sum(wanted.values()), 6)


def _parts(word: str) -> Iterator[str]:
    marked = f"<{word}>"
    return (marked[at : at + _PART_LENGTH] for at in range(len(marked) - _PART_LENGTH + 1))
