"""The text of PDF files, page by page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Final

from openrouter_agents.tools.documents.contracts import DocumentText, Heading, UnreadableError
from openrouter_agents.tools.untrusted_text import clean_lines

if TYPE_CHECKING:
    from pypdf import PdfReader

_TIMEOUT: Final = 60.0  # seconds for a file: it can be made so that reading it takes longer
_BETWEEN: Final = "\n\n"


def read_pdf(found: bytes) -> DocumentText:
    """The text of a PDF file, with its pages as headings.

    Raises:
        UnreadableError: It is damaged, locked, a scan without text, or `pypdf` is not installed.
    """
    try:
        from pypdf import PdfReader
    except ModuleNotFoundError:
        raise UnreadableError("Reading PDF needs: pip install 'langchain-openrouter-agents[documents]'.") from None
    try:
        reader = PdfReader(BytesIO(found))
        is_open = not reader.is_encrypted or bool(reader.decrypt(""))
        title = (is_open and reader.metadata and reader.metadata.title) or ""
        pages = list(_pages(reader)) if is_open else []
    except UnreadableError:
        raise
    except Exception as error:  # noqa: BLE001 - what damaged files make it raise is of no certain kind
        raise UnreadableError(f"It is no PDF that can be read ({type(error).__name__}).") from None
    if not is_open:
        raise UnreadableError("It needs a password.")
    if not any(pages):
        raise UnreadableError("It has no text; where it is a scan, its text has to be recognised (OCR) first.")
    return _joined(" ".join(str(title).split()), pages)


def _pages(reader: PdfReader) -> Iterator[str]:
    deadline = time.monotonic() + _TIMEOUT
    for page in reader.pages:
        if time.monotonic() > deadline:
            raise UnreadableError("It is too intricate to be read.")
        text = page.extract_text()
        yield clean_lines(text, len(text)).strip()


def _joined(title: str, pages: list[str]) -> DocumentText:
    headings: list[Heading] = []
    start = 0
    for number, page in enumerate(pages, start=1):
        headings.append(Heading(start, 1, f"page {number}"))
        start += len(page) + len(_BETWEEN)
    return DocumentText(title, _BETWEEN.join(pages), tuple(headings))
