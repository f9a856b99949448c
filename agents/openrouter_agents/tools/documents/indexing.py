"""Bringing an index of documents up to date with the files."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from langchain_openrouter.cache_settings import cache_directory
from openrouter_agents.tools.documents.contracts import (
    DEFAULT_EXCLUDED,
    DocumentLimits,
    IndexProgress,
    IndexReport,
    SkippedFile,
    UnreadableError,
)
from openrouter_agents.tools.documents.files import AnyPath, FoundFile, find_files, read_bytes, resolve_roots
from openrouter_agents.tools.documents.reading import read_document
from openrouter_agents.tools.documents.store import DocumentStore, Known, put, read_known, remove, touch
from openrouter_agents.tools.search.documents import DocumentSearch

_DEFAULT_LIMITS: Final = DocumentLimits()


def index_documents(
    paths: AnyPath | Iterable[AnyPath],
    *,
    index: str | os.PathLike[str] | None = None,
    exclude: Sequence[str] = DEFAULT_EXCLUDED,
    limits: DocumentLimits = _DEFAULT_LIMITS,
    on_progress: Callable[[IndexProgress], None] | None = None,
) -> DocumentSearch:
    """Makes one's own files a source for `WebSearch`; nothing leaves the machine.

    Read are Markdown, reStructuredText, every other text, and with the extra `documents` HTML and PDF. Left out are
    hidden files and folders, those in `exclude`, symbolic links, and what is no text; `report.skipped` says why. The
    next time, only what has changed is read (by size and time, then by content), and what has gone is forgotten. If it
    is interrupted, it goes on where it was.

    ```python
    notes = index_documents("~/notes")
    agent = create_openrouter_agent(tools=[WebSearch(provider=notes), FetchPage(documents=notes)])
    ```

    Args:
        paths: A folder, a file, or several; after this the index holds these and nothing else.
        index: The index's file; `None` means one for these paths in `OPENROUTER_CACHE_DIR`, else in the user's cache
            directory. It holds the text of the documents, and only its owner may read it.
        exclude: Names of files and folders to leave out; `*` stands for any characters.
        limits: How many files, and how large they may be.
        on_progress: Told of each file once it is dealt with.

    Returns:
        A provider for searches; its `report` says what was read and what was skipped.

    Raises:
        DocumentIndexError: There is no such path, there are too many files, or the index cannot be written.
    """
    roots = resolve_roots(paths)
    store = DocumentStore(Path(index).expanduser() if index is not None else _default_index(roots))
    files, skipped = find_files(roots, exclude, limits)
    with store.open(create=True) as database:
        known = read_known(database)
        update = _Update(database, known, limits, skipped)
        for number, file in enumerate(files, start=1):
            update.add(file)
            # At once, so that others who write need not wait until the next files are read.
            database.commit()
            if on_progress is not None:
                on_progress(IndexProgress(number, len(files), str(file.path)))
        report = update.finish()
        database.commit()
    return DocumentSearch(store, report)


class _Update:
    """One run over the files."""

    def __init__(
        self, database: sqlite3.Connection, known: dict[str, Known], limits: DocumentLimits, skipped: list[SkippedFile]
    ) -> None:
        self._database = database
        self._known = known
        self._limits = limits
        self._skipped = skipped
        self._kept: set[str] = set()
        self._read = 0

    def add(self, file: FoundFile) -> None:
        known = self._known.get(file.name)
        if known is None or (known.size, known.changed_ns) != (file.size, file.changed_ns):
            try:
                self._bring_up_to_date(file, known)
            except UnreadableError as error:
                self._skipped.append(SkippedFile(str(file.path), str(error)))
                return
        self._kept.add(file.name)

    def finish(self) -> IndexReport:
        gone = self._known.keys() - self._kept
        for name in sorted(gone):
            remove(self._database, name)
        return IndexReport(len(self._kept), self._read, len(gone), tuple(self._skipped))

    def _bring_up_to_date(self, file: FoundFile, known: Known | None) -> None:
        found = read_bytes(file.path, self._limits)
        digest = hashlib.sha256(found).digest()
        if known is not None and known.digest == digest:
            touch(self._database, file)
            return
        put(self._database, file, digest, read_document(file.path.name, found))
        self._read += 1


def _default_index(roots: Sequence[Path]) -> Path:
    # One for each choice of paths, so that what is found for one is never of another.
    digest = hashlib.sha256(b"\0".join(os.fsencode(root) for root in roots)).hexdigest()
    return Path(cache_directory(), "documents-1", f"{digest[:32]}.db")
