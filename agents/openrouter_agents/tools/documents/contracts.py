"""What goes into an index of documents, what comes of it, and what can go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

DEFAULT_EXCLUDED: Final = ("node_modules", "__pycache__", "site-packages", "venv")
"""Names of files and folders that are left out unless others are given; `*` stands for any characters."""


class DocumentIndexError(Exception):
    """Documents cannot be indexed or searched; the message says what to do."""


class UnreadableError(Exception):
    """One file cannot be read; the message is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """How much is indexed at most."""

    max_files: int = 50_000
    """Files in all; more than these are an error, before anything is read."""
    max_file_bytes: int = 20_000_000
    """Bytes of a file; larger ones are skipped."""


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """How far indexing is."""

    done: int
    """Files that have been looked at."""
    total: int
    """Files that there are."""
    path: str
    """The one that was looked at last."""


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file, or a folder, that is not in the index."""

    path: str
    reason: str
    """A sentence."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What indexing has done."""

    documents: int
    """Documents that are in the index now."""
    read: int
    """Those of them that are new, or changed."""
    removed: int
    """Documents that were in the index, and are no more."""
    skipped: tuple[SkippedFile, ...]


class Heading(NamedTuple):
    """A heading in a text."""

    start: int
    """The character at which it begins."""
    level: int
    """1 is the highest."""
    title: str


@dataclass(frozen=True, slots=True)
class DocumentText:
    """What a file says."""

    title: str
    """Empty where it has none."""
    text: str
    headings: tuple[Heading, ...] = ()
    """In their order."""
