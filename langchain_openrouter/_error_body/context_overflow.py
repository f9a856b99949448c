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
# What was sent is too much: "prompt is too long", "input token count (9) exceeds", "`inputs` must have less than". Only
# words that count it may stand between, so that a part of it (an image, a name, a list) is not taken for all of it.
_COUNTED = r"(?:[^\w.;]|\d|(?:tokens?|length|count|is|of|contains|and|draft|must|have|be|can ?not|but|model|only)\b)*"
_SENT = rf"\b(?:prompt(?:_tokens)?|inputs?|messages)\b{_COUNTED}"
_TOO_MUCH = r"(?:too l(?:ong|arge)|exceed|less than (?:\d+ tokens|max_seq_len)|supports up)"
_REMEDY = (
    r"too many (?:input )?tokens|reduce the length of the (?:prompt|input|messages)|`inputs` tokens \+"
    r"|total tokens of [\w ]{1,40} exceed"
)

_OVERFLOW = re.compile(f"{_SIZE}|{_SENT}{_TOO_MUCH}|{_REMEDY}", re.IGNORECASE)

_SOMETHING_ELSE = re.compile(
    # how fast, not how long; or the answer's length alone
    r"per[ -](?:min|hour|day)|rate.?limit|quota|please wait|max_(?:\w+_)?tokens\W*(?:or\W+\w+\W+)?is too large"
    r"|maximum value for \W?max_tokens",
    re.IGNORECASE,
)


def says_context_overflow(words: str) -> bool:
    """Whether the words of an error mean that the input does not fit the model's context."""
    return _OVERFLOW.search(words) is not None and _SOMETHING_ELSE.search(words) is None
