"""How errors come out of pickles."""

from __future__ import annotations


def rebuild(cls: type[Exception], args: tuple[object, ...], state: dict[str, object]) -> Exception:
    """Make an error of what `__reduce__` gave, without its constructor."""
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error
