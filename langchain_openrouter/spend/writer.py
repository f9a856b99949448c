"""The one thread of a ledger that writes: what came in meanwhile goes into one transaction, and to the disk once."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from itertools import groupby
from typing import Any, TypeVar, cast

from langchain_openrouter.errors import LedgerError
from langchain_openrouter.spend.commit import apply_all
from langchain_openrouter.spend.database import (
    ConflictError,
    Connection,
    ConnectionLostError,
    Database,
    UnstorableError,
)
from langchain_openrouter.spend.known import Known
from langchain_openrouter.spend.operations import Operation, Request, Task
from langchain_openrouter.spend.owner import BEAT, Owner
from langchain_openrouter.spend.receipt import Gate, Receipt
from langchain_openrouter.spend.rollup import PART, roll_up

_MOST = 256
"""Requests that are taken at a time."""
_TRIES = 20
"""Times that a transaction is tried which other processes get in the way of."""
_BACKLOG = 20_000
"""Entries that have ended after which they are added up even though requests wait."""
_LULL = 0.05
"""Seconds without a request after which what has ended is added up."""
_PAUSE = 1.0
"""Seconds until what could not be written is tried again."""
_GATHERING = 0.1
"""Part of a transaction's time that is spent on waiting for more to come, where several wait at once."""
_LOG = logging.getLogger(__name__)
_Answer = TypeVar("_Answer")


class Writer:
    """Writes what is submitted, in its order, and answers when it is on the disk.

    The thread starts with the first request. What tells of things that have happened is never given up: if it cannot be
    written, whoever waits for it is told, and it is tried again later.

    Args:
        database: Where to write.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.restart()

    def restart(self) -> None:
        """Begin anew, as a forked child must: without the parent's thread and what it has yet to write."""
        self.owner = Owner()
        self.open_blocks: set[str] = set()
        """Scopes of the blocks that are open, for which this process has to show that it lives."""
        self.busy = threading.RLock()
        """Held while the database is at work, so that no fork comes in between."""
        self._queue: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._gate = Gate()
        self._accepting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._connection: Connection | None = None
        self._known = Known()
        self._last: Future[Any] | None = None
        self._kept: list[Operation] = []
        self._open_entries: set[str] = set()
        self._beat_at = -BEAT
        self._took = 0.0
        # an earlier process may have left something to add up
        self._ended = PART
        self._gathering = 0.0
        self._is_idle = True

    @property
    def name(self) -> str:
        """What the ledger is called in messages."""
        return self._database.name

    def submit(self, request: Request) -> None:
        """Take a request. Its future is done when it has been written, or cannot be.

        Raises:
            LedgerError: The ledger has been closed.
        """
        with self._accepting:
            if self._closed:
                raise LedgerError(f"The ledger {self._database.name} has been closed: make another SpendLedger.")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="openrouter-spend", daemon=True)
                self._thread.start()
            request.future.gate = self._gate
            self._queue.put(request)
            self._last = request.future

    def catch_up(self) -> None:
        """Return once what has been submitted so far is written, or cannot be."""
        if threading.current_thread() is not self._thread:
            wait((self._last,) if self._last is not None else ())

    def call(self, work: Callable[[Connection], _Answer]) -> Future[_Answer]:
        """Do something in a transaction of its own, in which no other process writes."""
        task = Task(work)
        self.submit(task)
        return task.future

    def close(self) -> int:
        """Write what is waiting, and end the thread. Returns how many operations could not be written."""
        with self._accepting:
            self._closed = True
            thread = self._thread
            self._queue.put(None)
        if thread is not None:
            thread.join()
        return len(self._kept)

    def finish(self) -> None:
        """Let the thread end once it has written what waits, without waiting for it or for a lock."""
        self._closed = True
        self._queue.put(None)

    def disconnect(self) -> None:
        """Give the connection up; there will be another one when it is needed."""
        with self.busy:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
                self._known.forget()

    def _run(self) -> None:
        while self._process(self._take()):
            pass
        self.disconnect()

    def _process(self, requests: Sequence[Request | None]) -> bool:
        """Do what was asked for; whether there will be more. No request is kept while the thread waits for others."""
        self._is_idle = not requests
        # not before all requests are taken that may be told to wait there
        gate, self._gate = self._gate, Gate()
        try:
            for is_task, group in groupby(filter(None, requests), _is_task):
                if is_task:
                    for task in group:
                        self._do(cast("Task", task))
                else:
                    self._write(list(_wanted(cast("Iterator[Operation]", group))))
        finally:
            gate.open()
        self._tend()
        return None not in requests

    def _take(self) -> list[Request | None]:
        """All requests that wait, or none after a while in which there is something to tend to."""
        requests: list[Request | None] = []
        with suppress(queue.Empty):
            requests.append(self._queue.get(timeout=self._patience()))
            # those whom the last transaction has answered are about to ask again
            time.sleep(self._gathering)
            while len(requests) < _MOST:
                requests.append(self._queue.get_nowait())
        return requests

    def _patience(self) -> float | None:
        """Seconds until there is something to tend to, even if no request comes."""
        if self._kept:
            return _PAUSE
        if self._ended >= PART:
            return 0 if self._is_idle else _LULL
        return BEAT if self._open_entries or self.open_blocks else None

    def _tend(self) -> None:
        kept, self._kept = self._kept, []
        if kept:
            self._write(kept)
        elif (self._open_entries or self.open_blocks) and self._must_beat():
            with suppress(LedgerError):
                self._transact(_nothing)
        is_due = self._is_idle or self._ended >= _BACKLOG
        if self._ended >= PART and is_due and not self._kept:
            self._roll_up()

    def _roll_up(self) -> None:
        try:
            has_more = self._transact(roll_up)
        except LedgerError:
            # whoever opens it or writes next is told
            has_more = False
        except Exception as error:  # noqa: BLE001 - sums are a convenience: entries are counted without them
            _LOG.warning("The ledger %s cannot add up what has ended: %s", self._database.name, error)
            has_more = False
        self._ended = max(self._ended - PART, PART) if has_more else 0

    def _write(self, operations: Sequence[Operation]) -> None:
        try:
            answers = self._transact(
                lambda connection: apply_all(connection, self._database, self._known, operations), alone=False
            )
        except UnstorableError as error:
            if len(operations) == 1:
                operations[0].future.set_exception(error)
            else:
                # whichever it is, the others are none the worse for it
                for one in operations:
                    self._write([one])
        except Exception as error:  # noqa: BLE001 - whoever waits must be told, and the thread must live
            for one in operations:
                one.future.set_exception(self._as_ledger_error(error))
            self._kept += [_unwatched(one) for one in operations if not one.is_reserving]
        else:
            self._known.confirm()
            for one, answer in zip(operations, answers, strict=True):
                self._note(one, answer)
                one.future.set_result(answer)
            self._gathering = self._took * _GATHERING if len(operations) > 1 else 0.0

    def _do(self, task: Task) -> None:
        if not task.future.set_running_or_notify_cancel():
            return
        try:
            answer = self._transact(task.work)
        except Exception as error:  # noqa: BLE001 - likewise
            task.future.set_exception(self._as_ledger_error(error))
        else:
            task.future.set_result(answer)

    def _transact(self, work: Callable[[Connection], _Answer], *, alone: bool = True) -> _Answer:
        is_lost = False
        for _ in range(_TRIES):
            try:
                return self._try(work, alone=alone)
            except ConflictError:
                continue
            except ConnectionLostError:
                self.disconnect()
                if is_lost:
                    raise
                is_lost = True
            except UnstorableError:
                raise
            except LedgerError:
                # a new connection looks at the file anew: there may be another in its place, or room on its disk
                self.disconnect()
                raise
        raise LedgerError(f"The ledger {self._database.name} cannot be written: other processes get in the way.")

    def _try(self, work: Callable[[Connection], _Answer], *, alone: bool) -> _Answer:
        with self.busy:
            if self._connection is None:
                self._connection = self._database.connect()
            connection = self._connection
            if alone:
                self._known.forget()
            must_beat = self._must_beat()
            began = time.monotonic()
            with connection.writing(alone=alone):
                answer = work(connection)
                if must_beat:
                    self.owner.beat(connection, connection.now())
            if must_beat:
                self._beat_at = time.monotonic()
            self._took = time.monotonic() - began
            return answer

    def _must_beat(self) -> bool:
        return time.monotonic() - self._beat_at >= BEAT

    def _note(self, operation: Operation, answer: object) -> None:
        if operation.is_end:
            self._open_entries.discard(operation.entry_id)
            self._ended += 1
        elif operation.is_reserving and answer is None:
            self._open_entries.add(operation.entry_id)

    def _as_ledger_error(self, error: Exception) -> LedgerError:
        if isinstance(error, LedgerError):
            return error
        _LOG.error("The ledger %s cannot write", self._database.name, exc_info=error)
        return LedgerError(f"The ledger {self._database.name} cannot be written: {type(error).__name__}: {error}.")


def _is_task(request: object) -> bool:
    return isinstance(request, Task)


def _nothing(_: Connection) -> None:
    """A transaction that only shows that this process lives."""


def _wanted(operations: Iterator[Operation]) -> Iterator[Operation]:
    """Operations without those that nobody waits for any more, but for what has happened."""
    for one in operations:
        if one.future.set_running_or_notify_cancel():
            yield one
        elif not one.is_reserving:
            yield _unwatched(one)


def _unwatched(operation: Operation) -> Operation:
    """The operation with a future that nobody has, since the one that somebody has is done."""
    operation.future = Receipt()
    return operation
