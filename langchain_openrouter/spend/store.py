"""An open ledger: its writer and its readers, and what they must do when the process forks or ends."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from langchain_openrouter.errors import LedgerError
from langchain_openrouter.spend.database import Connection, ConnectionLostError, Database
from langchain_openrouter.spend.writer import Writer

_MOST_IDLE = 4
"""Connections that wait for the next reader."""
_LOG = logging.getLogger(__name__)


class Readers:
    """Connections to read with, from any thread.

    Args:
        database: Where to read.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._idle: list[Connection] = []
        weakref.finalize(self, _close_all, self._idle)
        self.restart()

    def restart(self) -> None:
        """Begin anew, as a forked child must."""
        self._idle.clear()
        self._reading = 0
        self._changed = threading.Condition(threading.RLock())
        self._closed = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction in which all queries see the same.

        Raises:
            LedgerError: The ledger cannot be read, or has been closed.
        """
        with self._changed:
            if self._closed:
                raise LedgerError(f"The ledger {self._database.name} has been closed: make another SpendLedger.")
            connection = self._idle.pop() if self._idle else None
            self._reading += 1
        try:
            with ExitStack() as transaction:
                if connection is not None and not _begins(connection, transaction):
                    connection.close()
                    connection = None
                if connection is None:
                    connection = self._database.connect()
                    transaction.enter_context(connection.reading())
                yield connection
        except BaseException:
            if connection is not None:
                connection.close()
            connection = None
            raise
        finally:
            self._give_back(connection)

    def disconnect(self) -> None:
        """Give all connections up, once nobody reads; there will be others when they are needed."""
        with self._changed:
            while self._reading:
                self._changed.wait()
            _close_all(self._idle)

    def close(self) -> None:
        """Give all connections up for good."""
        with self._changed:
            self._closed = True
            self.disconnect()

    def pause(self) -> None:
        """Let nobody read until `resume`."""
        self._changed.acquire()
        self.disconnect()

    def resume(self) -> None:
        """Let everybody read again."""
        self._changed.release()

    def _give_back(self, connection: Connection | None) -> None:
        with self._changed:
            self._reading -= 1
            self._changed.notify_all()
            if connection is not None and len(self._idle) < _MOST_IDLE and not self._closed:
                self._idle.append(connection)
                return
        if connection is not None:
            connection.close()


class Store:
    """An open ledger.

    Args:
        database: Where it is.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.writer = Writer(database)
        self.readers = Readers(database)
        self.is_closed = False
        # one that nobody has any more leaves no thread behind
        weakref.finalize(self, self.writer.finish).atexit = False
        _open.add(self)
        _writers.add(self.writer)

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction in which all queries see the same, and what has been submitted until now.

        Raises:
            LedgerError: The ledger cannot be read, or has been closed.
        """
        self.writer.catch_up()
        return self.readers.reading()

    def close(self) -> int:
        """Write what is waiting, and give everything up. Returns how many operations could not be written."""
        self.is_closed = True
        _open.discard(self)
        _writers.discard(self.writer)
        unwritten = self.writer.close()
        self.readers.close()
        return unwritten

    def before_fork(self) -> None:
        """Leave no connection open: neither database has one that survives in two processes."""
        self.writer.busy.acquire()
        self.writer.disconnect()
        self.readers.pause()

    def after_fork(self) -> None:
        """Go on, in the parent."""
        self.readers.resume()
        self.writer.busy.release()

    def restart(self) -> None:
        """Begin anew, in the child."""
        self.writer.restart()
        self.readers.restart()


class _Forks:
    """What has been held up for a fork, and by whom: one thread forks at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: list[Store] = []

    def before(self) -> None:
        self._lock.acquire()
        for store in list(_open):
            store.before_fork()
            self._held.append(store)

    def after_in_parent(self) -> None:
        while self._held:
            self._held.pop().after_fork()
        self._lock.release()

    def after_in_child(self) -> None:
        for store in self._held:
            store.restart()
        self.__init__()  # type: ignore[misc]  # the lock is another thread's here


def _begins(connection: Connection, transaction: ExitStack) -> bool:
    """Whether a connection still works; the server, or something on the way to it, hangs up on those who are idle."""
    try:
        transaction.enter_context(connection.reading())
    except ConnectionLostError:
        return False
    return True


def _close_all(connections: list[Connection]) -> None:
    while connections:
        connections.pop().close()


_open: weakref.WeakSet[Store] = weakref.WeakSet()
_writers: weakref.WeakSet[Writer] = weakref.WeakSet()
"""Those of ledgers that nobody has any more too, as long as they write."""
_forks = _Forks()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_forks.before, after_in_parent=_forks.after_in_parent, after_in_child=_forks.after_in_child
    )


@atexit.register
def _write_what_waits() -> None:
    """The threads that write are daemons, which end with the process wherever they are."""
    for writer in list(_writers):
        if unwritten := writer.close():
            _LOG.error("%s changes could not be written to the ledger %s", unwritten, writer.name)
    for store in list(_open):
        store.close()
