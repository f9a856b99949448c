"""Documents in a file of SQLite: their passages, and an FTS5 index of the words.

The index holds no text of its own. To forget a passage, FTS5 has to be told its words once more; so `_words` must not
change without `_VERSION`.
"""

from __future__ import annotations

import os
import re
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from openrouter_agents.tools.documents.contracts import DocumentIndexError, DocumentText
from openrouter_agents.tools.documents.files import FoundFile, readable_name
from openrouter_agents.tools.documents.passages import cut_passages
from openrouter_agents.tools.search.full_text import (
    FUNCTION_WORDS,
    MAX_WORDS,
    TOKENIZER,
    any_of,
    measure_coverage,
)

_APPLICATION: Final = 0x6F726469  # "ordi" in the file's head tells it from those of other programs
_VERSION: Final = 1
_BUSY_SECONDS: Final = 10.0
_MOST_FOUND: Final = 200
_PRIMARY_CODE: Final = 0xFF
_ADVICE: Final = {
    sqlite3.SQLITE_BUSY: "Try again later",
    sqlite3.SQLITE_CORRUPT: "Delete it to have it made anew",
    sqlite3.SQLITE_NOTADB: "Delete it, if it is an index, or name another file",
}
_SCHEMA: Final = (
    *(f"DROP TABLE IF EXISTS {table}" for table in ("documents", "passages", "words")),
    """CREATE TABLE documents (
        name TEXT PRIMARY KEY, title TEXT, size INTEGER, changed_ns INTEGER, digest BLOB, first INTEGER, last INTEGER
    ) WITHOUT ROWID""",
    "CREATE TABLE passages (id INTEGER PRIMARY KEY, document TEXT, start INTEGER, headings TEXT, body TEXT)",
    f"CREATE VIRTUAL TABLE words USING fts5(headings, body, name, content = '', tokenize = '{TOKENIZER}')",
    f"PRAGMA user_version = {_VERSION}",
    f"PRAGMA application_id = {_APPLICATION}",
)
_FIND: Final = """
    SELECT passages.id, documents.name, documents.title, passages.start, headings, body, weight FROM (
        SELECT rowid, bm25(words, 4.0, 1.0, 1.0) AS weight FROM words WHERE words MATCH ? ORDER BY weight LIMIT ?
    ) AS found JOIN passages ON passages.id = found.rowid JOIN documents ON documents.name = passages.document
"""
_INDEX: Final = "INSERT INTO words (rowid, headings, body, name) VALUES (?, ?, ?, ?)"
_FORGET: Final = "INSERT INTO words (words, rowid, headings, body, name) VALUES ('delete', ?, ?, ?, ?)"
_BETWEEN_HEADINGS: Final = "\x1f"
# In scripts that put no spaces between words, each character is a word, and a word is a phrase.
_UNSPACED: Final = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])"
)
# Signs of other scripts stay in a word, where FTS5 sees what they are: some are part of words, such as vowels.
_WORD: Final = re.compile(r"(?:[^\W_]|[^\x00-\x7f\s])+")


class Known(NamedTuple):
    """What tells whether a document is as it was."""

    size: int
    changed_ns: int
    digest: bytes


class FoundPassage(NamedTuple):
    """A passage that matches a query."""

    name: str
    title: str
    headings: tuple[str, ...]
    start: int
    text: str


class StoredDocument(NamedTuple):
    """A document as it was when it was read."""

    title: str
    text: str


class DocumentStore:
    """The documents in a file, from any thread and process.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def open(self, *, create: bool = False) -> Iterator[sqlite3.Connection]:
        """A connection to the file; it is committed by whoever writes.

        Raises:
            DocumentIndexError: The file is not there, or is none of ours.
        """
        try:
            with closing(self._connect(create=create)) as database:
                yield database
        except sqlite3.Error as error:
            advice = _ADVICE.get(getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE, "Name another file")
            raise DocumentIndexError(f"The index {self.path} cannot be used ({error}). {advice}.") from error

    def _connect(self, *, create: bool) -> sqlite3.Connection:
        if create:
            _make_file(self.path)
        elif not self.path.exists():
            raise DocumentIndexError(f"There is no index {self.path}: make it with index_documents(...).")
        database = sqlite3.connect(self.path, timeout=_BUSY_SECONDS)
        try:
            # An update that the machine forgets when it breaks down is made again; the file stays whole.
            database.execute("PRAGMA synchronous = NORMAL")
            if not self._is_current(database):
                self._begin(database, create=create)
        except BaseException:
            database.close()
            raise
        return database

    def _is_current(self, database: sqlite3.Connection) -> bool:
        (application,) = database.execute("PRAGMA application_id").fetchone()
        (version,) = database.execute("PRAGMA user_version").fetchone()
        (tables,) = database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if application != _APPLICATION and tables:
            raise DocumentIndexError(f"{self.path} is a database of another program; name another file.")
        return (application, version) == (_APPLICATION, _VERSION)

    def _begin(self, database: sqlite3.Connection, *, create: bool) -> None:
        if not create:
            raise DocumentIndexError(f"The index {self.path} is of another version: make it anew with index_documents.")
        # Searches go on while documents are written.
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("BEGIN IMMEDIATE")
        if not self._is_current(database):  # another process may have been faster
            for statement in _SCHEMA:
                database.execute(statement)
        database.commit()


def _make_file(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # It holds what the documents say, so nobody else may read it, whoever may read the folder.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise DocumentIndexError(
            f"The index {path} cannot be written ({error.strerror}); name another file."
        ) from error


def read_known(database: sqlite3.Connection) -> dict[str, Known]:
    """The documents that there are."""
    rows = database.execute("SELECT name, size, changed_ns, digest FROM documents")
    return {name: Known(*known) for name, *known in rows}


def touch(database: sqlite3.Connection, file: FoundFile) -> None:
    """Keep that a document is the same, although its file was written."""
    database.execute(
        "UPDATE documents SET size = ?, changed_ns = ? WHERE name = ?", (file.size, file.changed_ns, file.name)
    )


def put(database: sqlite3.Connection, file: FoundFile, digest: bytes, document: DocumentText) -> None:
    """Keep a document, in place of what it was."""
    remove(database, file.name)
    (last,) = database.execute("SELECT coalesce(max(id), 0) FROM passages").fetchone()
    first = last + 1
    title = document.title or readable_name(file.name).rpartition("/")[2]
    for passage in cut_passages(document):
        last += 1
        headings = _BETWEEN_HEADINGS.join(passage.headings)
        database.execute(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?)", (last, file.name, passage.start, headings, passage.text)
        )
        database.execute(_INDEX, (last, *_words(title, headings, passage.text, file.name)))
    database.execute(
        "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)",
        (file.name, title, file.size, file.changed_ns, digest, first, last),
    )


def remove(database: sqlite3.Connection, name: str) -> None:
    """Forget a document, if it is there."""
    row = database.execute("SELECT title, first, last FROM documents WHERE name = ?", (name,)).fetchone()
    if row is None:
        return
    title, *span = row
    rows = database.execute("SELECT id, headings, body FROM passages WHERE id BETWEEN ? AND ?", span).fetchall()
    for number, headings, body in rows:
        database.execute(_FORGET, (number, *_words(title, headings, body, name)))
    database.execute("DELETE FROM passages WHERE id BETWEEN ? AND ?", span)
    database.execute("DELETE FROM documents WHERE name = ?", (name,))


def read_stored(database: sqlite3.Connection, name: str) -> StoredDocument | None:
    """A whole document; `None` where there is none of that name."""
    row = database.execute("SELECT title, first, last FROM documents WHERE name = ?", (name,)).fetchone()
    if row is None:
        return None
    title, *span = row
    bodies = database.execute("SELECT body FROM passages WHERE id BETWEEN ? AND ? ORDER BY id", span)
    return StoredDocument(title, "".join(body for (body,) in bodies))


def find_passages(database: sqlite3.Connection, query: str) -> list[FoundPassage]:
    """The passages that hold most of a query's words, best first; those with less than half as many are left out."""
    asked = _asked(query)
    if not asked:
        return []
    phrases = [(_spaced(word),) for word in asked]
    rows = database.execute(_FIND, (" OR ".join(map(any_of, phrases)), _MOST_FOUND)).fetchall()
    if not rows:
        return []
    coverage = measure_coverage(database, "words", phrases, [row[0] for row in rows])
    least = max(coverage.values()) / 2
    best = sorted(
        (row for row in rows if coverage[row[0]] >= least),
        key=lambda row: (-coverage[row[0]], row[-1], row[1], row[3]),
    )
    return [
        FoundPassage(name, title, tuple(headings.split(_BETWEEN_HEADINGS)) if headings else (), start, body)
        for _, name, title, start, headings, body, _ in best
    ]


def _asked(query: str) -> list[str]:
    words = [word for word in dict.fromkeys(_WORD.findall(_folded(query))) if any(map(str.isalnum, word))]
    telling = [word for word in words if word not in FUNCTION_WORDS]
    return (telling or words)[:MAX_WORDS]


def _words(title: str, headings: str, body: str, name: str) -> tuple[str, str, str]:
    """What is indexed of a passage: of each column, the words."""
    columns = (f"{title} {headings}", body, readable_name(name))
    in_headings, in_body, in_name = (_spaced(_folded(column)) for column in columns)
    return in_headings, in_body, in_name


def _folded(text: str) -> str:
    """Without differences of form, such as ligatures, and of case; FTS5 does not know the letters of all scripts."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())


def _spaced(text: str) -> str:
    return _UNSPACED.sub(r" \1 ", text)
