"""A ledger in Postgres, for several hosts. The tables begin with `spend_` and lie in the connection's own schema.

Writers share one advisory lock, so that many transactions run at once; whoever changes budgets, or the tables, holds it
alone. Rows are locked in sorted order, so that no two transactions wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from typing_extensions import override

from langchain_openrouter.errors import ConfigurationError, LedgerError
from langchain_openrouter.spend.database import (
    ConflictError,
    Connection,
    ConnectionLostError,
    Database,
    Parameters,
    Row,
    UnstorableError,
    no_ledger,
)
from langchain_openrouter.spend.schema import APPLICATION_ID, FORMAT, STEPS, VERSION, check_version, statements

if TYPE_CHECKING:
    import psycopg

_TEXT = 'TEXT COLLATE "C"'
"""Text that sorts by its bytes, as in SQLite."""
_LATE = 10
"""Seconds to wait for a connection."""
_HAS_TABLES = "SELECT to_regclass('spend_meta') IS NOT NULL, to_regclass('spend_entry') IS NOT NULL"


class PostgresConnection(Connection):
    """A connection to the server."""

    def __init__(self, raw: psycopg.Connection[Row], name: str) -> None:
        self._raw = raw
        self._name = name

    @override
    def fetch(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        with self._translating():
            return self._raw.execute(_query(sql), parameters).fetchall()

    @override
    def run(self, sql: str, parameters: Parameters = ()) -> int:
        with self._translating():
            return self._raw.execute(_query(sql), parameters).rowcount

    @override
    def run_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        with self._translating(), self._raw.cursor() as cursor:
            cursor.executemany(_query(sql), rows)

    @override
    @contextmanager
    def writing(self, *, alone: bool = False) -> Iterator[None]:
        self.run("BEGIN")
        try:
            self.run(f"SELECT pg_advisory_xact_lock{'' if alone else '_shared'}({APPLICATION_ID})")
            yield
            self.run("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    @override
    @contextmanager
    def reading(self) -> Iterator[None]:
        self.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            yield
        finally:
            self._roll_back()

    @override
    def now(self) -> int:
        ((now,),) = self.fetch("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
        return int(now)

    @override
    def version(self) -> int | None:
        return None

    @override
    def damages(self) -> list[str]:
        # Postgres tells of damage when it reads, which `verify` makes it do
        return []

    @override
    def close(self) -> None:
        self._raw.close()

    def _roll_back(self) -> None:
        import psycopg

        with suppress(psycopg.Error):
            self._raw.execute("ROLLBACK")

    @contextmanager
    def _translating(self) -> Iterator[None]:
        import psycopg

        try:
            yield
        except psycopg.Error as error:
            raise _translated(error, self._name, is_lost=self._raw.closed) from None


class PostgresDatabase(Database):
    """A database on a server.

    Args:
        url: Where it is, with the password if there is one.
        name: The same without it, for messages.
        create: Whether the tables are made where there are none.

    Raises:
        ConfigurationError: psycopg is not installed.
    """

    for_update = " FOR UPDATE"

    def __init__(self, url: str, name: str, *, create: bool = True) -> None:
        try:
            import psycopg
        except ImportError:
            raise ConfigurationError(
                "A ledger in Postgres needs psycopg: pip install 'langchain-openrouter-agents[postgres]'."
            ) from None
        self._connect = psycopg.connect
        self._url = url
        self.name = name
        self._create = create

    @override
    def connect(self) -> PostgresConnection:
        import psycopg

        try:
            raw = self._connect(self._url, autocommit=True, connect_timeout=_LATE)
        except psycopg.Error as error:
            # psycopg's message has host, port and user, and the text of a URL that it cannot read
            why = str(error) if isinstance(error, psycopg.OperationalError) else "its URL cannot be read"
            raise LedgerError(f"The ledger {self.name} cannot be reached: {why.strip()}") from None
        connection = PostgresConnection(raw, self.name)
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: PostgresConnection) -> None:
        version = self._version(connection)
        if not version and not self._create:
            raise no_ledger(self.name)
        if version < VERSION:
            self._migrate(connection)

    def _version(self, connection: PostgresConnection) -> int:
        ((has_meta, has_entries),) = connection.fetch(_HAS_TABLES)
        if not (has_meta or has_entries):
            return 0
        found: dict[str, str] = {}
        with suppress(LedgerError):
            found = dict(connection.fetch("SELECT name, value FROM spend_meta"))
        if found.get("format") != FORMAT:
            raise LedgerError(
                f"{self.name} has tables named spend_..., but they are no ledger of this package. They were left as "
                "they are; name another database, or another schema (?options=-csearch_path%3DSCHEMA)."
            )
        version = int(found.get("version", "0"))
        check_version(version, self.name, "database")
        return version

    def _migrate(self, connection: PostgresConnection) -> None:
        with connection.writing(alone=True):
            # another process may have been faster
            for number in range(self._version(connection), VERSION):
                for statement in statements(STEPS[number], text=_TEXT):
                    connection.run(statement)
                connection.run(
                    "INSERT INTO spend_meta (name, value) VALUES ('version', ?) "
                    "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    (str(number + 1),),
                )


def _query(sql: str) -> bytes:
    # the statements hold no question mark but for parameters, and no per cent sign
    return sql.replace("?", "%s").encode()


def _translated(error: psycopg.Error, name: str, *, is_lost: bool) -> Exception:
    import psycopg

    errors = psycopg.errors
    text = str(error).strip().splitlines()[0]
    if isinstance(error, errors.DeadlockDetected | errors.SerializationFailure | errors.UniqueViolation):
        return ConflictError(text)
    if is_lost:
        return ConnectionLostError(f"The connection to the ledger {name} was lost: {text}.")
    if isinstance(error, errors.IntegrityError | errors.DataError | errors.ProgramLimitExceeded):
        return UnstorableError(f"The ledger {name} cannot keep this: {text}.")
    if isinstance(error, errors.InsufficientPrivilege | errors.ReadOnlySqlTransaction):
        return LedgerError(f"The ledger {name} cannot be written: {text}. Its user must read, write and make tables.")
    if isinstance(error, errors.DiskFull):
        return LedgerError(f"The ledger {name} cannot grow: {text}. Make room on its disk.")
    return LedgerError(f"The ledger {name} cannot be used: {text}.")
