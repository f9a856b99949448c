"""Takes API keys out of what goes into errors: servers and proxies repeat the key that they refuse."""

from __future__ import annotations

import re
from typing import Any, TypeVar

_KEY = re.compile(r"\b(sk-(?:or-)?)[\w-]{8,}|(?<=Bearer )()[\w.~+/=-]{15,}[\w~+/=-]", re.IGNORECASE | re.ASCII)
_LONG_ENOUGH = 20
"""Characters of a key of which four give nothing away."""

_Wire = TypeVar("_Wire")


def scrubbed(wire: _Wire) -> _Wire:
    """A copy of a JSON value with keys shortened to their last four characters, or to none where a key is short.

    JSON may be nested deeper than Python calls, so this walks without recursion.
    """
    holder = [wire]
    waiting: list[Any] = [holder]
    while waiting:
        node = waiting.pop()
        for place, value in list(node.items() if isinstance(node, dict) else enumerate(node)):
            if isinstance(value, str):
                node[place] = _KEY.sub(_shortened, value)
            elif isinstance(value, dict | list):
                node[place] = value.copy()
                waiting.append(node[place])
    return holder[0]


def _shortened(found: re.Match[str]) -> str:
    key = found[0]
    return f"{found[1] or ''}...{key[-4:] if len(key) > _LONG_ENOUGH else ''}"
