"""Threads in Postgres, for agents that run on several hosts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import psycopg
from langgraph.checkpoint.postgres import PostgresSaver
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool
from typing_extensions import override

from langchain_openrouter import ConfigurationError
from openrouter_agents.threads.off_loop import OffLoop, strict_serializer

_CONNECTIONS = 10
_PATIENCE_SECONDS = 15
_MIGRATION_LOCK = 0x7468_7265_6164
"""An advisory lock of Postgres, by a number of our own."""


class PostgresThreads(OffLoop, PostgresSaver):
    """Keeps threads in Postgres, for `invoke` and `ainvoke`, over at most ten connections.

    Args:
        url: `postgresql://USER:PASSWORD@HOST/DATABASE`, with any option of libpq.
        allow: Classes of your own that states hold.

    Raises:
        ConfigurationError: It is no URL of Postgres, or the server does not let itself be connected to.
    """

    def __init__(self, url: str, *, allow: Collection[type] = ()) -> None:
        pool = _open_pool(url)
        super().__init__(pool, serde=strict_serializer(allow))
        self.keep_open(_CONNECTIONS, pool.close, lambda: self._make_tables(pool))

    @override
    async def aprune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        await self.off_loop(self.prune, thread_ids, strategy=strategy)

    def _make_tables(self, pool: ConnectionPool[psycopg.Connection[dict[str, Any]]]) -> None:
        # Two hosts that start at the same time would make the same tables.
        with pool.connection() as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
            try:
                self.setup()
            finally:
                connection.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATION_LOCK])


def _open_pool(url: str) -> ConnectionPool[psycopg.Connection[dict[str, Any]]]:
    # As LangGraph's saver connects: transactions of its own, and no prepared statements, which poolers cannot keep.
    settings: dict[str, Any] = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    _check(url)
    try:
        # a pool says only that it waited in vain, and not why
        psycopg.connect(url, connect_timeout=_PATIENCE_SECONDS).close()
    except psycopg.OperationalError as error:
        raise ConfigurationError(f"Postgres cannot be connected to, to keep threads there: {error}") from error
    return ConnectionPool(url, min_size=1, max_size=_CONNECTIONS, kwargs=settings, open=True, name="agent-threads")


def _check(url: str) -> None:
    try:
        is_whole = "@" not in str(psycopg.conninfo.conninfo_to_dict(url).get("host", ""))
    except psycopg.ProgrammingError:
        is_whole = False
    if not is_whole:
        # no word of what could not be read: a password may stand in it
        raise ConfigurationError(
            "The postgresql:// URL of the threads cannot be read: escape what is special in its user and password "
            "(%40 is @, %2F is /, %3A is :)."
        )
