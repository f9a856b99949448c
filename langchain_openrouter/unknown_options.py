"""Constructor arguments that are no field: options that OpenRouter has and this package does not know yet."""

from __future__ import annotations

import difflib
import warnings
from typing import Any

from pydantic import BaseModel

from langchain_openrouter.errors import ConfigurationError


def keep_unknown_options(
    cls: type[BaseModel], values: dict[str, Any], *, also_allowed: frozenset[str] = frozenset(), stacklevel: int
) -> dict[str, Any]:
    """Move the arguments that are no field of `cls` to its `model_kwargs`, with a warning.

    Args:
        cls: The class that is being made.
        values: The arguments.
        also_allowed: Fields that may stand in `model_kwargs` as well.
        stacklevel: Frames from the validator that calls this to whoever makes the object, for the warning.

    Raises:
        ConfigurationError: `model_kwargs` holds another field, or the same key as an argument.
    """
    known = {name for field, info in cls.model_fields.items() for name in (field, info.alias) if name}
    extra = dict(values.get("model_kwargs") or {})
    if misplaced := sorted(known & extra.keys() - also_allowed):
        raise ConfigurationError(
            f"Parameters {misplaced} should be specified explicitly. Instead they were passed in as part of "
            "`model_kwargs`."
        )
    if twice := sorted(values.keys() & extra.keys() - {"metadata"}):
        raise ConfigurationError(f"Found {', '.join(twice)} supplied twice.")
    for name in sorted(values.keys() - known):
        nearest = difflib.get_close_matches(name, known, 1)
        warnings.warn(
            f"{name} is not a parameter of {cls.__name__}; it is sent as it stands, as a key of the request."
            + (f" Did you mean {nearest[0]}?" if nearest else ""),
            stacklevel=stacklevel + 1,
        )
        extra[name] = values[name]
    return {**{name: value for name, value in values.items() if name in known}, "model_kwargs": extra}
