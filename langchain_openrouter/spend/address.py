"""Where a ledger is: its URL."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import weakref
from pathlib import Path

from langchain_openrouter.errors import ConfigurationError
from langchain_openrouter.spend.database import Database
from langchain_openrouter.spend.ulid import new_ulid

_SQLITE = "sqlite://"
_POSTGRES = ("postgresql://", "postgres://", "postgresql+psycopg://")
_HOST = r"(?:\[[^]@/]*\]|[^][@:/?#,]*)(?::\d*)?"
_SERVER = re.compile(rf"(?:[^@/]*@)?{_HOST}(?:,{_HOST})*(?:/[^@?]*)?(?:\?.*)?", re.DOTALL)
"""What comes after `postgresql://`. A character that ends the password too early makes it something else."""
_NOWHERE = frozenset({"", "/", "/:memory:"})
_APP = "langchain-openrouter-agents"


def normal_url(url: str | os.PathLike[str] | None) -> str:
    """The URL of a ledger in full: paths are absolute, and `None` is the file in the user's data folder.

    Raises:
        ConfigurationError: It is no URL of a ledger.
    """
    if url is None:
        from platformdirs import user_data_path

        return f"{_SQLITE}/{user_data_path(_APP, appauthor=False) / 'spend.db'}"
    if not isinstance(url, str) or _is_path(url):
        return f"{_SQLITE}/{Path(url).expanduser().absolute()}"
    if url == ":memory:":
        return _SQLITE
    if url.startswith(_POSTGRES):
        return f"postgresql://{_checked(url.partition('://')[2])}"
    path = url.removeprefix(_SQLITE)
    if path == url or "?" in path or not (path in _NOWHERE or path.startswith("/")):
        raise ConfigurationError(
            f"The URL of a ledger is sqlite:///spend.db (sqlite:////folder/spend.db with an absolute path, sqlite:// "
            f"for one in memory) or postgresql://USER:PASSWORD@HOST/DATABASE, not {_shown(url)}."
        )
    return _SQLITE if path in _NOWHERE else f"{_SQLITE}/{Path(path[1:]).expanduser().absolute()}"


def _is_path(url: str) -> bool:
    # what has an equals sign is how libpq names a server
    return bool(url) and not any(mark in url for mark in ":=")


def is_passing(url: str) -> bool:
    """Whether a ledger at this normal URL is gone with its object."""
    return url == _SQLITE


def identity(url: str) -> str:
    """What tells the ledger at a normal URL from others: those in memory share a URL and nothing else."""
    return f"{url}#{new_ulid()}" if is_passing(url) else url


def without_password(url: str) -> str:
    """The URL without its password, for messages and pickles."""
    scheme, mark, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    return f"{scheme}{mark}{user.partition(':')[0]}{at}{host}{slash}{_without_secrets(path)}"


def open_database(url: str, *, create: bool) -> Database:
    """The database of a normal URL.

    Args:
        url: Where it is.
        create: Whether it is made where there is none.

    Raises:
        ConfigurationError: psycopg is not installed, which a postgresql:// URL needs.
    """
    if url.startswith(_SQLITE):
        from langchain_openrouter.spend.sqlite import SqliteDatabase

        path = url.removeprefix(f"{_SQLITE}/")
        return _passing_database() if is_passing(url) else SqliteDatabase(Path(path), create=create)
    from langchain_openrouter.spend.postgres import PostgresDatabase

    return PostgresDatabase(url, without_password(url), create=create)


def _checked(server: str) -> str:
    if _SERVER.fullmatch(server) is None:
        raise ConfigurationError(
            "The postgresql:// URL cannot be read. Escape what is special in its user and password: "
            "%40 is @, %2F is /, %3A is :, %23 is #, %3F is ?, %25 is %."
        )
    return server


def _shown(text: str) -> str:
    """What was taken for a URL, unless it may hold a password."""
    return "what was given" if "@" in text or "=" in text else repr(text)


def _passing_database() -> Database:
    """A file of its own, gone with the database: SQLite in memory has no log, and readers would wait for writers."""
    from langchain_openrouter.spend.sqlite import SqliteDatabase

    folder = tempfile.mkdtemp(prefix="openrouter-spend-")
    database = SqliteDatabase(Path(folder) / "spend.db")
    database.name = "in memory"
    weakref.finalize(database, _remove, folder, os.getpid())
    return database


def _remove(folder: str, pid: int) -> None:
    if os.getpid() == pid:
        shutil.rmtree(folder, ignore_errors=True)


def _without_secrets(path: str) -> str:
    """The path and query of a Postgres URL, where a password may stand as well."""
    base, mark, query = path.partition("?")
    kept = [part for part in query.split("&") if part and "password" not in part.partition("=")[0].lower()]
    return f"{base}{mark if kept else ''}{'&'.join(kept)}"
