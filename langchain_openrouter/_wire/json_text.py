"""JSON as fast as it goes, and by the slow way where the fast one gives up.

That is: halves of surrogate pairs (a stream may be cut within one), integers beyond 64 bits that are written, and text
that models write.
"""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

from langchain_openrouter.errors import RequestError
from langchain_openrouter.settings import as_plain

_TOO_DEEP = "The JSON is nested too deeply."
_LONG_NUMBER = re.compile(r"\d{19}")


def dump_json(value: object) -> bytes:
    """Write a value as JSON.

    Raises:
        RequestError: It has no form in JSON.
    """
    try:
        return orjson.dumps(value, default=_plain, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        pass
    try:
        return json.dumps(value, default=_plain, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise RequestError(f"The request cannot be written as JSON: {error}.") from error


def _plain(value: object) -> object:
    plain = as_plain(value)
    if plain is value:
        raise TypeError(f"{type(value).__name__} has no form in JSON")
    return plain


def load_json(content: bytes) -> Any:  # noqa: ANN401 - JSON is any value
    """Read JSON off the wire. Integers beyond 64 bits become floats: to look for them costs more than all the rest.

    Raises:
        ValueError: It is no JSON.
    """
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(content)
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error


def load_model_json(text: str) -> Any:  # noqa: ANN401 - JSON is any value
    """Read JSON that a model wrote: raw line breaks in strings are let pass, and long integers stay exact.

    Raises:
        ValueError: It is no JSON.
    """
    if not _LONG_NUMBER.search(text):
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            pass
    try:
        return json.loads(text, strict=False)
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error
