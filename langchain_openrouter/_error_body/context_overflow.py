"""Tells from an error's words whether the input was longer than the model's context.

Every provider words it in its own way, and OpenRouter passes the words on with whatever status they came.
"""

from __future__ import annotations

import re

# The size itself is named: "maximum context length is 8192", "context_length_exceeded", "maximum prompt length".
_SIZE = (
    r"context[ _](?:length|window|size|limit)|(?:maximum|supported) (?:prompt|input|model|sequence) length"
    r"|model token limit|range of input length"
)
# What was sent is too much: "prompt is too long", "input token count (9) exceeds", "inputs must have less than". An
# image, a file or a list that is too large by itself is something else, and so is the next sentence.
_SENT = r"\b(?:prompt|inputs?|messages)(?:(?!image|audio|video|file|array)[^.;]){0,80}?"
_TOO_MUCH = r"(?:too (?:long|large|many)|exceed|must (?:be|have) (?:<|less))"
_REMEDY = r"too many (?:input )?tokens|reduce the (?:length of the )?(?:prompt|input|messages)"

_OVERFLOW = re.compile(f"{_SIZE}|{_SENT}{_TOO_MUCH}|{_REMEDY}", re.IGNORECASE)

_SOMETHING_ELSE = re.compile(
    # how fast, not how long; or the answer's length alone
    r"per[ -](?:min|hour|day)|rate.?limit|please wait|max_(?:\w+_)?tokens\W*(?:or\W+\w+\W+)?is too large",
    re.IGNORECASE,
)


def says_context_overflow(words: str) -> bool:
    """Whether the words of an error mean that the input does not fit the model's context."""
    return _OVERFLOW.search(words) is not None and _SOMETHING_ELSE.search(words) is None
