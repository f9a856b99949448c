"""Where the conversations of agents are kept: a file of SQLite, or Postgres.

```python
with open_threads("sqlite:///threads.db") as threads:
    agent = create_openrouter_agent(checkpointer=threads)
    agent.invoke({"messages": [("human", "Hi!")]}, {"configurable": {"thread_id": "ann"}})
```
"""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from langchain_openrouter import ConfigurationError

if TYPE_CHECKING:
    from openrouter_agents.threads.postgres import PostgresThreads
    from openrouter_agents.threads.sqlite import SqliteThreads

    Threads: TypeAlias = SqliteThreads | PostgresThreads

__all__ = ["open_threads"]

_SQLITE = "sqlite://"
_POSTGRES = ("postgresql://", "postgres://")
_NOWHERE = frozenset({"", "/", "/:memory:"})


def open_threads(where: str | os.PathLike[str], *, allow: Collection[type] = ()) -> Threads:
    """Open what an agent takes as its `checkpointer`, for `invoke` and `ainvoke` alike.

    Nothing but messages, plain values and the classes in `allow` is made of what is read, whoever may have written it.

    Args:
        where: A file, `sqlite:///threads.db` (`sqlite:////folder/threads.db` with an absolute path, `sqlite://` for
            threads in memory), or `postgresql://USER:PASSWORD@HOST/DATABASE`. Tables are made where there are none.
        allow: Classes of your own that states hold, such as that of a `response_format`; others come back as the plain
            values they are made of.

    Raises:
        ConfigurationError: It is no such URL, the package that it needs is not installed, or the server does not let
            itself be connected to.
        OSError: The file's folder cannot be made.
        sqlite3.Error: The file cannot be opened, or is no database.
    """
    if isinstance(where, str) and where.startswith(_POSTGRES):
        return _postgres(where, allow)
    path = _path(where)
    try:
        from openrouter_agents.threads.sqlite import SqliteThreads
    except ModuleNotFoundError as error:
        raise _missing(error, "langgraph.checkpoint.sqlite", "agents") from error
    return SqliteThreads(path, allow=allow)


def _postgres(url: str, allow: Collection[type]) -> PostgresThreads:
    try:
        from openrouter_agents.threads.postgres import PostgresThreads
    except ModuleNotFoundError as error:
        raise _missing(error, "langgraph.checkpoint.postgres, psycopg, psycopg_pool", "postgres") from error
    return PostgresThreads(url, allow=allow)


def _path(where: str | os.PathLike[str]) -> Path | None:
    """The file; `None`: in memory."""
    if not isinstance(where, str):
        return Path(where).expanduser()
    if where == ":memory:":
        return None
    if "://" not in where and where:
        return Path(where).expanduser()
    path = where.removeprefix(_SQLITE)
    if path == where or "?" in path or not (path in _NOWHERE or path.startswith("/")):
        # a URL of anything else may hold a password
        scheme = where.partition("://")[0]
        raise ConfigurationError(
            "Threads are kept at sqlite:///threads.db (sqlite:////folder/threads.db with an absolute path, sqlite:// "
            f"in memory) or postgresql://USER:PASSWORD@HOST/DATABASE; {scheme!r} is no such URL."
        )
    return None if path in _NOWHERE else Path(path[1:]).expanduser()


def _missing(error: ModuleNotFoundError, modules: str, extra: str) -> Exception:
    if not any((error.name or "").startswith(module) for module in modules.split(", ")):
        return error
    return ConfigurationError(
        f"To keep threads there, {error.name} is needed: pip install 'langchain-openrouter-agents[{extra}]'"
    )
