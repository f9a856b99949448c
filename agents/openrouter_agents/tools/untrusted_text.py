"""Cleaning of text from pages: readers see what a browser would show, and nothing hidden."""

import re
import unicodedata
from collections.abc import Container
from typing import Final

_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_UNSEEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
_VARIATION_SELECTORS: Final = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_WHITE: Final = re.compile(r"\s+")
_SPACE: Final = re.compile(r"[^\S\n]")
_EMPTY_LINES: Final = re.compile(r"\n\s*\n\s*\n")
_ELLIPSIS: Final = "..."
_LAYOUT: Final = frozenset("\n\t")


def clean_text(text: str, max_characters: int) -> str:
    """Text without comments and invisible characters, on one line, cut to a length.

    Removed are HTML comments, control, zero-width, bidirectional, tag and private-use characters and variation
    selectors: the places where instructions to a model are hidden from people.

    Args:
        text: Text from a page.
        max_characters: Longest result, in characters, with the dots that mark a cut.
    """
    line = _WHITE.sub(" ", clean_paragraphs(_WHITE.sub(" ", text)))
    if len(line) <= max_characters:
        return line
    return line[: max_characters - len(_ELLIPSIS)].rstrip() + _ELLIPSIS


def clean_lines(text: str, max_characters: int) -> str:
    """Text without invisible characters, its lines and their indentation as they were, cut to a length.

    For what is no page: comments are left, since whoever reads this text sees them.

    Args:
        text: Text from a program of others.
        max_characters: Longest result, in characters, but for a last line that says what was cut.
    """
    seen = _seen(text, _LAYOUT)
    if len(seen) <= max_characters:
        return seen
    return f"{seen[:max_characters]}\n[cut: {max_characters:,} of {len(seen):,} characters]"


def clean_paragraphs(text: str) -> str:
    """Text as `clean_text` cleans it, but with its lines and indents, and whole."""
    # Invisible characters go first: they could split the marks of a comment.
    spaced = _SPACE.sub(" ", text.replace("\r\n", "\n"))
    return _EMPTY_LINES.sub("\n\n", _COMMENT.sub(" ", _seen(spaced, "\n"))).strip()


def _seen(text: str, layout: Container[str]) -> str:
    return "".join(character for character in text if character in layout or _is_seen(character))


def _is_seen(character: str) -> bool:
    if character.isascii():
        return character.isprintable()
    if unicodedata.category(character) in _UNSEEN_CATEGORIES:
        return False
    return not any(ord(character) in selectors for selectors in _VARIATION_SELECTORS)
