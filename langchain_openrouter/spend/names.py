"""Names of users, threads, tags and the like, as every store can keep and index them."""

from __future__ import annotations

import hashlib

LONGEST = 300
"""Bytes of a name. A longer one keeps its first 280 and a digest of the whole, so that it stays one name."""

_KEPT = 280
_DIGEST = 16


def stored_text(text: str) -> str:
    """The text, with what no database takes (lone surrogates, NUL) in the form of escapes."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def stored_name(name: str) -> str:
    """The name, of a length that can be indexed."""
    if len(name) <= LONGEST and name.isascii() and "\0" not in name:
        return name
    text = stored_text(name)
    whole = text.encode()
    if len(whole) <= LONGEST:
        return text
    return f"{whole[:_KEPT].decode(errors='ignore')}~{hashlib.sha256(whole).hexdigest()[:_DIGEST]}"


def stored_scope(scope: str) -> str:
    """The scope whose name is as `stored_name` makes it."""
    kind, colon, name = scope.partition(":")
    return f"{kind}{colon}{stored_name(name)}"
