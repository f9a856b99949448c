"""What searches found, kept on disk: in SQLite, for all threads and processes of a user.

A cache that cannot be read or written is no cache; searches go on without it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from langchain_openrouter.cache_settings import cache_directory, ttl_of
from openrouter_agents.tools.search.provider import SearchOutcome, SearchRequest

TTL_VARIABLE: Final = "OPENROUTER_CACHE_TTL_SEARCH"
"""For how long results are kept, in milliseconds; 0 keeps none."""

_DEFAULT_TTL: Final = 24 * 3600.0
_MOST_ROWS: Final = 5_000
_BUSY_SECONDS: Final = 2.0
_SCHEMA: Final = "CREATE TABLE IF NOT EXISTS searches (key TEXT PRIMARY KEY, found_at REAL, outcome TEXT) WITHOUT ROWID"
_PRUNE: Final = (
    "DELETE FROM searches WHERE found_at < ? "
    "OR key IN (SELECT key FROM searches ORDER BY found_at DESC LIMIT -1 OFFSET ?)"
)
_LOG: Final = logging.getLogger(__name__)


class SearchCache:
    """Keeps what was found, with the question only as a hash.

    Args:
        ttl: Seconds for which results are kept; `None` means `OPENROUTER_CACHE_TTL_SEARCH`, else 24 h. 0 keeps none.
        directory: Where the file goes; `None` means `OPENROUTER_CACHE_DIR`, else the user's cache directory.
        clock: Seconds since 1970.

    Raises:
        ConfigurationError: `ttl`, or the variable, is no number of at least 0.
    """

    def __init__(
        self,
        ttl: float | None = None,
        directory: str | os.PathLike[str] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._ttl = ttl_of(ttl, TTL_VARIABLE, _DEFAULT_TTL)
        self._directory = directory
        self._clock = clock

    def get(self, source: str, request: SearchRequest) -> tuple[SearchOutcome, float] | None:
        """What was found for this request, and when (seconds since 1970); `None` where nothing is kept."""
        if not self._ttl:
            return None
        try:
            with closing(self._connect()) as database:
                query = "SELECT outcome, found_at FROM searches WHERE key = ? AND found_at > ?"
                row = database.execute(query, (_key(source, request), self._clock() - self._ttl)).fetchone()
            return (_read(row[0]), float(row[1])) if row else None
        except (sqlite3.Error, OSError, ValueError, TypeError, KeyError) as error:
            _LOG.debug("The cache of searches cannot be read (%s).", type(error).__name__)
            return None

    def put(self, source: str, request: SearchRequest, outcome: SearchOutcome) -> None:
        """Keep what was found, unless it is nothing: that may be a mishap."""
        if not self._ttl or not outcome["hits"]:
            return
        now = self._clock()
        row = (_key(source, request), now, json.dumps(outcome))
        try:
            with closing(self._connect()) as database, database:
                database.execute("INSERT OR REPLACE INTO searches VALUES (?, ?, ?)", row)
                database.execute(_PRUNE, (now - self._ttl, _MOST_ROWS))
        except (sqlite3.Error, OSError) as error:
            _LOG.debug("The cache of searches cannot be written (%s).", type(error).__name__)

    def _connect(self) -> sqlite3.Connection:
        directory = Path(self._directory or cache_directory())
        directory.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(directory / "searches-1.db", timeout=_BUSY_SECONDS)
        try:
            database.execute(_SCHEMA)
        except sqlite3.Error:
            database.close()
            raise
        return database


def _key(source: str, request: SearchRequest) -> str:
    return hashlib.sha256(json.dumps([source, asdict(request)], sort_keys=True).encode()).hexdigest()


def _read(text: str) -> SearchOutcome:
    kept: Any = json.loads(text)
    return {"hits": [*kept["hits"]], "warnings": [*kept["warnings"]]}
