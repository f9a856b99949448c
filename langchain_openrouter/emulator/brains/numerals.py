"""Numbers in English text: digits with thousands separators, and words such as "two hundred" or "3 million"."""

from __future__ import annotations

import re

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
).split()
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SMALL = {word: value for value, word in enumerate(_UNITS)} | {w: 20 + 10 * at for at, w in enumerate(_TENS)}
SCALES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
"""Words for powers of ten, with their exponents."""

_SMALL_WORD = "|".join(sorted(_SMALL, key=len, reverse=True))
_WORDS = re.compile(
    rf"\b(?:{_SMALL_WORD})\b(?:[ -](?:and )?(?:{_SMALL_WORD}|{'|'.join(SCALES)})\b)*",
    re.IGNORECASE,
)
_SEPARATED = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,]*\d)")
_SCALED = re.compile(rf"(?<![\w.])(\d+(?:\.\d+)?)\s+({'|'.join(SCALES)})\b", re.IGNORECASE)
NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w]|\.\d)")
"""A number in digits that stands by itself."""


def spell_digits(text: str) -> str:
    """Write number words as digits and drop thousands separators: "two thousand, 1,500" is "2000, 1500"."""
    text = _SEPARATED.sub(lambda match: match.group().replace(",", ""), text)
    text = _WORDS.sub(_digits_of_words, text)
    return _SCALED.sub(lambda match: _scaled(match.group(1), SCALES[match.group(2).lower()]), text)


def find_numbers(text: str) -> list[int | float]:
    """All numbers of a text in the order in which they stand; percentages and units lose their sign."""
    matches = NUMBER.finditer(re.sub(r"(?<=\d)(?:%|°)", " ", spell_digits(text)))
    return [number for match in matches if (number := to_number(match.group())) is not None]


def to_number(digits: str) -> int | float | None:
    """Read digits as an integer where they are one, else as a float; `None` where they are too large for both."""
    try:
        return int(digits)
    except ValueError:
        try:
            value = float(digits)
        except ValueError:
            return None
        return value if abs(value) != float("inf") else None


def _digits_of_words(match: re.Match[str]) -> str:
    words = re.split(r"[ -]+", match.group().lower())
    if len(words) == 1 and words[0] in {"one", "zero"}:
        return match.group()  # "one" is more often a pronoun than a number
    total = current = 0
    for word in words:
        if word in _SMALL:
            current += _SMALL[word]
        elif word == "hundred":
            current = max(current, 1) * 100
        elif word in SCALES:
            total += max(current, 1) * 10 ** SCALES[word]
            current = 0
    return str(total + current)


def _scaled(digits: str, exponent: int) -> str:
    whole, _, fraction = digits.partition(".")
    if len(fraction) > exponent:
        return f"{digits}e{exponent}"
    return (whole + fraction.ljust(exponent, "0")).lstrip("0") or "0"
