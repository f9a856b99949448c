"""Images in Markdown, made harmless: whoever shows them fetches them, and so tells a server what their address says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Final

_IMAGE: Final = re.compile(
    r"!\[(?P<alt>[^\[\]]{0,500}(?:\[[^\[\]]{0,500}\][^\[\]]{0,500}){0,20})\]"
    r"\(\s{0,9}<?(?P<url>[^\s<>()\\]*+(?:\([^\s<>()\\]*+\)[^\s<>()\\]*+){0,20})>?"
    r"(?:\s{1,9}(?:\"[^\"]{0,500}\"|'[^']{0,500}'|\([^()]{0,500}\)))?\s{0,9}\)"
)
_FOREIGN_START: Final = re.compile(
    r"!\[|<(?=(?:audio|base|embed|frame|iframe|image|img|input|link|object|picture|script|source|style|svg|track|video)\b"
    r"|[a-z][^<>]{0,2000}\b(?:background|style)\b)",
    re.IGNORECASE,
)
_SIGNS: Final = re.compile(r"[\[\]()<>`!\\\s]+")
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


def defuse_images(text: str, is_allowed: Callable[[str], bool]) -> str:
    """The text with its images as text: `![chart](https://a.example/?q=x)` becomes "chart: `https://a.example/?q=x`".

    So do HTML's tags that fetch something. Left alone are images whose address is allowed, and fenced code, which no
    reader takes for an image.

    Args:
        text: Markdown.
        is_allowed: Whether an address may be fetched.
    """
    if not _FOREIGN_START.search(text):
        return text
    return "".join(part if is_code else _defused(part, is_allowed) for is_code, part in _parts(text))


def _parts(text: str) -> Iterator[tuple[bool, str]]:
    """The parts of a text, and whether they are fenced code: by a parser, because what seems to be code may be none."""
    from markdown_it import MarkdownIt

    code: set[int] = set()
    # Blocks are all that is asked for.
    for token in MarkdownIt("commonmark").disable("inline").parse(text):
        if token.type == "fence" and token.map:
            code.update(range(*token.map))
    lines = enumerate(_LINE.findall(text))
    for is_code, group in groupby(lines, key=lambda numbered: numbered[0] in code):
        yield is_code, "".join(line for _, line in group)


def _defused(text: str, is_allowed: Callable[[str], bool]) -> str:
    pieces: list[str] = []
    end = 0
    while (start := _FOREIGN_START.search(text, end)) is not None:
        pieces.append(text[end : start.start()])
        image = _IMAGE.match(text, start.start())
        if image is None:
            # A tag is none after a space; an image of another form, such as by reference, is none after a backslash.
            pieces.append("< " if start[0] == "<" else "!\\[")
            end = start.end()
        else:
            # Written anew, because what seems to be a description, or a title, may hold other images.
            name, url = _SIGNS.sub(" ", image["alt"]).strip(), image["url"]
            pieces.append(f"![{name}]({url})" if is_allowed(url) else _as_text(name, url))
            end = image.end()
    return "".join((*pieces, text[end:]))


def _as_text(name: str, url: str) -> str:
    shown = url and f"`{url.replace('`', '%60')}`"
    return f"{name}: {shown}" if name and shown else name or shown
