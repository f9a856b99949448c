"""The text of HTML files: all that readers see, in the form of Markdown.

Extraction of a page's main text, as for pages of the web, is not for documents of one's own: it takes short headings,
lists and tables for decoration and leaves them out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from openrouter_agents.tools.documents.contracts import DocumentText, UnreadableError
from openrouter_agents.tools.documents.headings import read_markdown
from openrouter_agents.tools.pages.page_text import HIDDEN
from openrouter_agents.tools.untrusted_text import clean_lines

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_LEFT_OUT: Final = (
    "//head | //script | //style | //template | //noscript | //svg | //nav | //*[@role='navigation'] | //comment() "
    f"| //processing-instruction() | {HIDDEN}"
)
_MAIN: Final = "//main | //*[@role='main']"
_BLOCKS: Final = frozenset(
    """
    address article aside blockquote details dialog div dl fieldset figcaption figure footer form header hr main ol p
    section summary table ul
    """.split()
)
_BEFORE: Final = {
    **dict.fromkeys(_BLOCKS, "\n\n"),
    **{f"h{level}": f"\n\n{'#' * level} " for level in range(1, 7)},
    **dict.fromkeys(("br", "dd", "dt", "option", "tr"), "\n"),
    "li": "\n- ",
    "pre": "\n\n```\n",
}
_AFTER: Final = {
    **dict.fromkeys((*_BLOCKS, *(f"h{level}" for level in range(1, 7))), "\n\n"),
    **dict.fromkeys(("td", "th"), " | "),
    "pre": "\n```\n\n",
}
_WHITE: Final = re.compile(r"\s+")
_EMPTY_LINES: Final = re.compile(r"\n(?:[ \t]*\n){2,}")


def read_html(found: bytes) -> DocumentText:
    """What readers of an HTML file see, but for its navigation; where it says which part is the main one, that.

    Raises:
        UnreadableError: There is no text, or `lxml` is not installed.
    """
    try:
        from lxml import etree, html
    except ModuleNotFoundError:
        raise UnreadableError("Reading HTML needs: pip install 'langchain-openrouter-agents[documents]'.") from None
    try:
        tree = html.document_fromstring(found, parser=html.HTMLParser(encoding=_encoding(found)))
    except (etree.LxmlError, ValueError):
        raise UnreadableError("There is no text in it.") from None
    title = _WHITE.sub(" ", tree.findtext(".//title") or "").strip()
    for element in tree.xpath(_LEFT_OUT):
        if element.getparent() is not None:
            element.drop_tree()
    mains = tree.xpath(_MAIN)
    written = "".join(_written(mains[0] if len(mains) == 1 else tree))
    document = read_markdown(_EMPTY_LINES.sub("\n\n", clean_lines(written, len(written))).strip())
    return DocumentText(title or document.title, document.text, document.headings)


def _encoding(found: bytes) -> str | None:
    """UTF-8 where it is that; `None` leaves it to what the file says of itself."""
    try:
        found.decode()
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _written(root: HtmlElement) -> Iterator[str]:
    from lxml import etree

    depth = 0  # of text whose lines are as they stand
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            depth += element.tag == "pre"
            yield _BEFORE.get(element.tag, "")
            yield _told(element.text, is_verbatim=bool(depth))
            continue
        depth -= element.tag == "pre"
        yield _AFTER.get(element.tag, "")
        if element is not root:
            yield _told(element.tail, is_verbatim=bool(depth))


def _told(text: str | None, *, is_verbatim: bool) -> str:
    return (text or "") if is_verbatim else _WHITE.sub(" ", text or "")
