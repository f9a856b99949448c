"""What a ledger needs of a database, whichever it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeAlias

from langchain_openrouter.errors import LedgerError

Row: TypeAlias = tuple[Any, ...]  # what a column holds is the schema's business
Parameters: TypeAlias = Sequence[str | int | None]

_MOST_PARAMETERS = 512
"""Parameters of one statement; SQLite may be built to take 999 at most."""


class ConflictError(Exception):
    """Another process was faster. Nothing was changed; the same again will do."""


class ConnectionLostError(LedgerError):
    """The database hung up, maybe after it had taken what was sent."""


class UnstorableError(LedgerError):
    """The database does not take what was to be written, however often it is tried."""


class Connection(Protocol):
    """A connection of one thread at a time. Parameters stand for `?`.

    Everything may raise `LedgerError`, and its kinds above.
    """

    def fetch(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Rows of a query."""

    def run(self, sql: str, parameters: Parameters = ()) -> int:
        """Run a statement; how many rows it changed."""

    def run_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Run a statement for each of `rows`."""

    def now(self) -> int:
        """Microseconds since 1970, on the clock that all processes at this database share."""

    def version(self) -> int | None:
        """A number that is another one once anybody but this connection has written; `None` where that is not known.

        It is asked for in a transaction, and holds until its end.
        """

    def writing(self, *, alone: bool = False) -> AbstractContextManager[None]:
        """A transaction that is on the disk when it ends, and undone where it raises.

        Args:
            alone: Whether no other process may write meanwhile.
        """

    def reading(self) -> AbstractContextManager[None]:
        """A transaction in which all queries see the same."""

    def damages(self) -> list[str]:
        """What is wrong with the database itself, in words."""

    def close(self) -> None:
        """Give the connection up."""


class Database(Protocol):
    """Where a ledger is kept."""

    name: str
    """What it is called in errors; no password."""
    for_update: str
    """What a query ends with whose rows are to stay as they are until the transaction ends."""

    def connect(self) -> Connection:
        """Open a connection to a ledger that is there, and up to date.

        Raises:
            LedgerError: It cannot be opened, is damaged, is somebody else's, or is of a newer version.
        """


def no_ledger(name: str) -> LedgerError:
    """What is raised where a ledger is to be opened, and not to be made."""
    return LedgerError(f"There is no ledger {name}. SpendLedger(...) makes one, for `ChatOpenRouter(ledger=...)`.")


def fetch_in(connection: Connection, sql: str, keys: Iterable[str], end: str = "") -> Iterator[Row]:
    """Rows of a query that ends with `IN`, for any number of keys. They are asked for in sorted order.

    Args:
        connection: Where to ask.
        sql: The query up to `IN`.
        keys: What to look for.
        end: What comes after the keys.
    """
    wanted = sorted(set(keys))
    for first in range(0, len(wanted), _MOST_PARAMETERS):
        part = wanted[first : first + _MOST_PARAMETERS]
        # few different lengths, so that the database has seen the statement before
        part += part[-1:] * ((1 << (len(part) - 1).bit_length()) - len(part))
        yield from connection.fetch(f"{sql} ({','.join('?' * len(part))}){end}", part)
