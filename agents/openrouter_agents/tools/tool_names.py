"""Names of tools that providers take, each its own."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Final

LONGEST_NAME: Final = 64
"""Characters of a tool's name. Source: https://platform.openai.com/docs/api-reference/chat/create (`tools`)."""

_NOT_ALLOWED: Final = re.compile(r"[^a-zA-Z0-9_-]")
_DIGEST: Final = 8


def distinct_names(names: Iterable[str]) -> Iterator[str]:
    """Makes each name one of letters, digits, `_` and `-`, and different from those before it."""
    taken: set[str] = set()
    for name in names:
        plain = _NOT_ALLOWED.sub("_", name)
        if plain in taken or len(plain) > LONGEST_NAME:
            digest = hashlib.sha256(f"{name} {len(taken)}".encode()).hexdigest()[:_DIGEST]
            plain = f"{plain[: LONGEST_NAME - _DIGEST - 1]}_{digest}"
        taken.add(plain)
        yield plain
