"""Threads in a file of SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from pathlib import Path

from langgraph.checkpoint.sqlite import SqliteSaver

from openrouter_agents.threads.off_loop import OffLoop, strict_serializer

_PATIENCE_SECONDS = 30.0


class SqliteThreads(OffLoop, SqliteSaver):
    """Keeps threads in a file, for `invoke` and `ainvoke`, from any number of Python threads and event loops.

    Other processes may use the file at the same time; they write one after the other. What was written outlives the
    process however that ends; a machine that loses its power may lose the last steps, and never the file.

    Args:
        path: The file; made with its folder where it is not there. `None` keeps threads in memory.
        allow: Classes of your own that states hold.

    Raises:
        OSError: The folder cannot be made.
        sqlite3.Error: The file cannot be opened, or is no database.
    """

    def __init__(self, path: Path | None, *, allow: Collection[type] = ()) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        # LangGraph's saver has a lock of its own around the connection
        connection = sqlite3.connect(
            ":memory:" if path is None else path, timeout=_PATIENCE_SECONDS, check_same_thread=False
        )
        # Each step waits for the disk otherwise, which takes longer than all else that LangGraph does in it.
        connection.execute("PRAGMA synchronous = NORMAL")
        super().__init__(connection, serde=strict_serializer(allow))
        self.keep_open(1, connection.close, self.setup)
