"""For how long things are new, as the environment says in milliseconds."""

from __future__ import annotations

import math

from langchain_openrouter._environment import read_variable
from langchain_openrouter.errors import ConfigurationError


def ttl_of(given: float | None, variable: str, default: float) -> float:
    """Seconds for which something is new: what is given, else the variable, which is in milliseconds, else the default.

    Raises:
        ConfigurationError: It is no number of at least 0.
    """
    if given is None:
        return _ttl_from_environment(variable, default)
    if not given >= 0:
        raise ConfigurationError(f"`ttl` is in seconds and at least 0, not {given!r}.")
    return given


def _ttl_from_environment(variable: str, default: float) -> float:
    text = read_variable(variable)
    if text is None:
        return default
    try:
        milliseconds = float(text)
    except ValueError:
        milliseconds = math.nan
    if not milliseconds >= 0:
        raise ConfigurationError(f"{variable} is a number of milliseconds, at least 0, not {text!r}.")
    return milliseconds / 1000
