"""Signatures that are read once. LangChain asks for those of `_generate` and `_agenerate` in every call."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., Any])


def keep_signature(function: _Function) -> _Function:
    """Put the signature of a function where `inspect.signature` looks first, so that it is not worked out each time."""
    vars(function)["__signature__"] = inspect.signature(function)
    return function
