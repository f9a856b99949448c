"""What a page says: its main text as Markdown, without navigation, advertising and what readers do not see."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Final

from openrouter_agents.tools.pages.addresses import PageError
from openrouter_agents.tools.pages.download import HTML_TYPES, Download
from openrouter_agents.tools.untrusted_text import clean_paragraphs, clean_text

_MOST_AT_ONCE: Final = 2
_TIMEOUT: Final = 15.0  # seconds: pages can be made so that reading them takes longer
_LARGE: Final = 200_000  # characters from which on a page is read in a faster way, that misses more
MAX_TITLE_CHARACTERS: Final = 200
_STYLE: Final = "translate(@style, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ ', 'abcdefghijklmnopqrstuvwxyz')"
HIDDEN: Final = (
    f"//*[@hidden or @aria-hidden='true' or contains({_STYLE}, 'display:none') "
    f"or contains({_STYLE}, 'visibility:hidden') or contains({_STYLE}, 'font-size:0')]"
    "[not(self::html or self::body)]"
)
"""XPath of what readers do not see."""


@dataclass(frozen=True, slots=True)
class PageText:
    """What a page says."""

    title: str
    """Empty where it has none."""
    published: str | None
    """The day as ISO 8601 has it; `None` is unknown."""
    text: str


def read_text(page: Download) -> PageText:
    """Reads a page, in a thread.

    Raises:
        PageError: It has no text, takes too long to read, or `trafilatura` is not installed.
    """
    try:
        return _start(page).result(_TIMEOUT)
    except TimeoutError:
        raise _too_long() from None


async def aread_text(page: Download) -> PageText:
    """The async twin of `read_text`."""
    try:
        return await asyncio.wait_for(asyncio.wrap_future(_start(page)), _TIMEOUT)
    except TimeoutError:
        raise _too_long() from None


def _start(page: Download) -> Future[PageText]:
    return _threads().submit(_read, page)


def _too_long() -> PageError:
    return PageError("The page is too intricate to be read.")


def _read(page: Download) -> PageText:
    read = _read_html(page) if page.content_type in HTML_TYPES else PageText("", None, _decoded(page))
    text = clean_paragraphs(read.text)
    if not text:
        raise PageError("There is no text on the page; it may be made by a program in the browser.")
    return PageText(clean_text(read.title, MAX_TITLE_CHARACTERS), read.published, text)


def _read_html(page: Download) -> PageText:
    try:
        import trafilatura
    except ModuleNotFoundError:
        raise PageError("Reading pages needs: pip install 'langchain-openrouter-agents[search]'.") from None
    tree = trafilatura.load_html(_decoded(page) if page.charset else page.body)
    if tree is None:
        return PageText("", None, "")
    for hidden in tree.xpath(HIDDEN):
        if hidden.getparent() is not None:
            hidden.drop_tree()
    about = trafilatura.extract_metadata(tree)
    is_large = len(page.body) > _LARGE
    text = trafilatura.extract(
        tree, output_format="markdown", include_formatting=True, include_comments=False, fast=is_large
    )
    title = tree.findtext(".//title") or about.title or ""
    return PageText(title, about.date, text or trafilatura.html2txt(tree))


def _decoded(page: Download) -> str:
    try:
        return page.body.decode(page.charset or "utf-8", errors="replace")
    except LookupError:  # a server may name what is no charset
        return page.body.decode(errors="replace")


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_MOST_AT_ONCE, thread_name_prefix="page-text")
