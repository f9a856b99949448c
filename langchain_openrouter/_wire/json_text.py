"""JSON as fast as it goes, and exact where the fast way is not: integers beyond 64 bits, and text that models write."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

_LONG_NUMBER = re.compile(r"\d{19}")


def dump_json(value: object) -> bytes:
    """Write a value as JSON.

    Raises:
        TypeError: It has no form in JSON.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


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
        raise ValueError("The JSON is nested too deeply.") from error
