"""A ledger in a file: SQLite with a write-ahead log, on the disk before anything counts as booked."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from typing_extensions import override

from langchain_openrouter.errors import LedgerError
from langchain_openrouter.spend.database import (
    Connection,
    ConnectionLostError,
    Database,
    Parameters,
    Row,
    UnstorableError,
    no_ledger,
)
from langchain_openrouter.spend.schema import APPLICATION_ID, STEPS, VERSION, check_version, statements

_OLDEST = (3, 35, 0)
_PATIENCE = 60.0
"""Seconds to wait for other processes."""
_LONGEST_NAP = 0.004
"""Seconds between two looks whether others are done. SQLite's own handler naps up to 0.1."""
_HANDLER = f"PRAGMA busy_timeout = {_PATIENCE * 1000:.0f}"
"""Lets SQLite wait by itself where it seldom has to: for whoever opens the file, reads, or is the last to close it."""
_NAPS = "PRAGMA busy_timeout = 0"
_SETTINGS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",  # what FULL means on a Mac
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16000",
)


_ADVICE = (
    ("not a database", "{name} is no ledger: it is not a SQLite file. It was left as it is; name another file."),
    (
        "malformed",
        "The ledger {name} is damaged ({text}). Move it and its -wal file away: `sqlite3 .recover` reads what is left.",
    ),
    ("readonly", "The ledger {name} cannot be written ({text}): check the permissions of it and of its folder."),
    ("full", "The ledger {name} cannot grow ({text}): make room on its disk."),
)
"""What to do, by words of SQLite's messages."""


class SqliteConnection(Connection):
    """A connection to the file."""

    def __init__(self, raw: sqlite3.Connection, path: Path) -> None:
        self._raw = raw
        self._path = path
        self._name = str(path)
        self._file = _identity(path)
        self._setting = _HANDLER

    @override
    def fetch(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        try:
            return self._raw.execute(sql, parameters).fetchall()
        except (sqlite3.Error, OverflowError) as error:
            raise ledger_error(error, self._name) from error

    @override
    def run(self, sql: str, parameters: Parameters = ()) -> int:
        try:
            return self._raw.execute(sql, parameters).rowcount
        except (sqlite3.Error, OverflowError) as error:
            raise ledger_error(error, self._name) from error

    @override
    def run_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        try:
            self._raw.executemany(sql, rows)
        except (sqlite3.Error, OverflowError) as error:
            raise ledger_error(error, self._name) from error

    @override
    @contextmanager
    def writing(self, *, alone: bool = False) -> Iterator[None]:  # nobody else can, alone or not
        self._wait_with(_NAPS)
        self._wait_for_turn()
        try:
            self._check_file()
            yield
            self.run("COMMIT")
        except BaseException:
            # some errors have rolled back already
            with suppress(sqlite3.Error):
                self._raw.execute("ROLLBACK")
            raise

    @override
    @contextmanager
    def reading(self) -> Iterator[None]:
        self._wait_with(_HANDLER)
        self.run("BEGIN")
        try:
            yield
        finally:
            with suppress(sqlite3.Error):
                self._raw.execute("ROLLBACK")

    @override
    def now(self) -> int:
        return time.time_ns() // 1000

    @override
    def version(self) -> int | None:
        ((version,),) = self.fetch("PRAGMA data_version")
        return int(version)

    @override
    def damages(self) -> list[str]:
        return [text for (text,) in self.fetch("PRAGMA quick_check") if text != "ok"]

    @override
    def close(self) -> None:
        with suppress(LedgerError, sqlite3.Error):
            self._wait_with(_HANDLER)
        with suppress(sqlite3.Error):
            self._raw.close()

    def _check_file(self) -> None:
        if _identity(self._path) != self._file:
            raise ConnectionLostError(f"The ledger {self._name} has been moved or deleted while it was open.")

    def _wait_with(self, setting: str) -> None:
        if setting != self._setting:
            self.run(setting)
            self._setting = setting

    def _wait_for_turn(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                self._raw.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                if not _is_busy(error) or time.monotonic() > deadline:
                    raise ledger_error(error, self._name) from error
                time.sleep(random.uniform(0, _LONGEST_NAP))  # noqa: S311 - so that processes do not wake together
            else:
                return


class SqliteDatabase(Database):
    """The file of a ledger.

    Args:
        path: The file.
        create: Whether it is made where there is none.
    """

    for_update = ""

    def __init__(self, path: Path, *, create: bool = True) -> None:
        self.path = path
        self.name = str(path)
        self._create = create

    @override
    def connect(self) -> SqliteConnection:
        if sqlite3.sqlite_version_info < _OLDEST:
            raise LedgerError(f"A ledger needs SQLite 3.35 or newer; this Python has {sqlite3.sqlite_version}.")
        if not self._create and not self.path.exists():
            raise no_ledger(self.name)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            raw = sqlite3.connect(
                self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False, cached_statements=256
            )
        except (OSError, sqlite3.Error) as error:
            raise LedgerError(f"The ledger {self.name} cannot be opened: {error}.") from error
        connection = SqliteConnection(raw, self.path)
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: SqliteConnection) -> None:
        version = self._version(connection)
        if version < VERSION:
            # it is somebody else's until `_version` says that it is not: nothing is changed before
            if connection.fetch("PRAGMA journal_mode = WAL") != [("wal",)]:
                raise LedgerError(
                    f"The ledger {self.name} cannot keep a write-ahead log, as on most network drives. "
                    "Put it on a local disk, or use a postgresql:// URL."
                )
            self._migrate(connection)
        for setting in _SETTINGS:
            connection.run(setting)

    def _version(self, connection: SqliteConnection) -> int:
        ((application,),) = connection.fetch("PRAGMA application_id")
        ((version,),) = connection.fetch("PRAGMA user_version")
        if application != APPLICATION_ID and (application or connection.fetch("SELECT 1 FROM sqlite_master LIMIT 1")):
            raise LedgerError(
                f"{self.name} is a database, but no ledger of this package. It was left as it is; name another file."
            )
        check_version(version, self.name, "file")
        return int(version) if application else 0

    def _migrate(self, connection: SqliteConnection) -> None:
        with connection.writing():
            # another process may have been faster
            for number in range(self._version(connection), VERSION):
                for statement in statements(STEPS[number], strict_key="WITHOUT ROWID"):
                    connection.run(statement)
                connection.run(f"PRAGMA user_version = {number + 1}")
            connection.run(f"PRAGMA application_id = {APPLICATION_ID}")


def ledger_error(error: Exception, name: str) -> LedgerError:
    """Say what went wrong with a file, and what to do."""
    text = str(error)
    if isinstance(error, sqlite3.IntegrityError | sqlite3.DataError | OverflowError) or "integer overflow" in text:
        return UnstorableError(f"The ledger {name} cannot keep this: {text}.")
    if _is_busy(error):
        return LedgerError(f"The ledger {name} has been locked by another program for {_PATIENCE:.0f} seconds.")
    found = (advice for words, advice in _ADVICE if words in text)
    return LedgerError(next(found, "The ledger {name} cannot be used: {text}.").format(name=name, text=text))


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file that is; SQLite would go on writing to one that is gone."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _is_busy(error: Exception) -> bool:
    # sqlite_errorcode is there from Python 3.11; 5 is SQLITE_BUSY, 6 SQLITE_LOCKED
    return isinstance(error, sqlite3.OperationalError) and getattr(error, "sqlite_errorcode", 0) & 0xFF in (5, 6)
