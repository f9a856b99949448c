"""Reading a file: by the end of its name as Markdown, reStructuredText, HTML or PDF, else as text, if it is one."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from openrouter_agents.tools.documents.contracts import DocumentText, UnreadableError
from openrouter_agents.tools.documents.headings import read_markdown, read_restructured
from openrouter_agents.tools.documents.html import read_html
from openrouter_agents.tools.documents.pdf import read_pdf
from openrouter_agents.tools.untrusted_text import clean_lines

_LOOKED_AT: Final = 8_192
_NO_TEXT: Final = "It is no text, nor a document of a kind that can be read."
# Those of UTF-32 begin like those of UTF-16, and so come first.
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_document(name: str, found: bytes) -> DocumentText:
    """What a file says, without invisible characters.

    Args:
        name: The file's name, whose end tells its kind.
        found: The file's bytes.

    Raises:
        UnreadableError: It is no text, or something is missing that its kind needs.
    """
    read = _KINDS.get(Path(name).suffix.lower())
    if read is not None:
        return read(found)
    return DocumentText("", _text(found))


def _text(found: bytes) -> str:
    decoded = _decoded(found)
    # Some ends of lines are invisible characters, and words on both sides are two.
    return clean_lines("\n".join(decoded.splitlines()), len(decoded))


def _decoded(found: bytes) -> str:
    encoding = next((encoding for mark, encoding in _MARKS if found.startswith(mark)), None)
    if encoding is None and b"\0" in found[:_LOOKED_AT]:
        raise UnreadableError(_NO_TEXT)
    try:
        return found.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        return _guessed(found)


def _guessed(found: bytes) -> str:
    try:
        from charset_normalizer import from_bytes
    except ModuleNotFoundError:
        raise UnreadableError(
            "It is not UTF-8; to have its encoding guessed: pip install 'langchain-openrouter-agents[documents]'."
        ) from None
    guess = from_bytes(found).best()
    if guess is None:
        raise UnreadableError(_NO_TEXT)
    return str(guess)


def _markdown(found: bytes) -> DocumentText:
    return read_markdown(_text(found))


def _restructured(found: bytes) -> DocumentText:
    return read_restructured(_text(found))


_KINDS: Final[Mapping[str, Callable[[bytes], DocumentText]]] = {
    ".htm": read_html,
    ".html": read_html,
    ".markdown": _markdown,
    ".md": _markdown,
    ".mdx": _markdown,
    ".pdf": read_pdf,
    ".rest": _restructured,
    ".rst": _restructured,
    ".xhtml": read_html,
}
