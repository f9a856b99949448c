"""Reconciles a ledger in the background for as long as a model uses it."""

from __future__ import annotations

import logging
import os
import threading
import weakref
from datetime import timedelta
from typing import NamedTuple

from langchain_openrouter._http.lookup import LONGEST_DELAY
from langchain_openrouter._look_schedule import LookSchedule
from langchain_openrouter.account_records import AccountRecords
from langchain_openrouter.reconciliation import GIVE_UP_AFTER, Reconciliation, Resolution, Resolver, UnsettledBooks
from langchain_openrouter.spend.entry import Entry

_LOG = logging.getLogger(__name__)


class BackgroundReconciler:
    """Looks unknown entries up in a daemon thread: after 1, 2, 4, ... 300 s, with some jitter.

    It begins with what a crash left, and then waits to be woken. The thread does not hold this object: it ends with the
    last model that does, and keeps no process alive.

    Args:
        books: The ledger.
        account: Who is asked.
        give_up_after: After so long, an attempt that OpenRouter has no record of is booked at its hold.
        schedule: When entries are looked up; `None` makes one.
    """

    def __init__(
        self,
        books: UnsettledBooks,
        account: AccountRecords,
        *,
        give_up_after: timedelta = GIVE_UP_AFTER,
        schedule: LookSchedule | None = None,
    ) -> None:
        self.total = Reconciliation()
        """All that was found out so far; `still_unknown` is as of now, `error` why OpenRouter did not answer last."""
        self._books = books
        self._account = account
        self._give_up_after = give_up_after
        self._schedule = schedule or LookSchedule()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._pid = os.getpid()
        self._wakener = threading.Event()
        self._is_closed = False

    def wake(self, _booked: object = None) -> None:
        """Say that an entry has become unknown, once that is booked: `mark_unknown(...).add_done_callback(it.wake)`."""
        self.start()
        self._wakener.set()

    def start(self) -> None:
        """Start the thread, unless it runs or this is closed."""
        if self._pid != os.getpid():
            self._start_anew_after_fork()
        with self._lock:
            if self.is_closed or (self._thread is not None and self._thread.is_alive()):
                return
            thread = threading.Thread(
                target=_work, args=(weakref.ref(self), self._wakener), name="openrouter-reconciler", daemon=True
            )
            try:
                thread.start()
            except RuntimeError:
                # the interpreter is on its way out: what is unknown is looked up at the next start
                return
            self._thread = thread
            weakref.finalize(self, self._wakener.set).atexit = False

    def close(self) -> None:
        """End the thread; a look that is under way is finished. What is unknown stays so until the next start."""
        self._is_closed = True
        self._wakener.set()

    @property
    def is_closed(self) -> bool:
        """Whether it has ended."""
        return self._is_closed or self._books.is_closed

    def run_once(self) -> float:
        """Look up all entries that are due.

        Returns:
            Seconds until the next one is.

        Raises:
            LedgerError: The ledger cannot be read or written.
        """
        resolver = Resolver(self._books, self._account, give_up_after=self._give_up_after)
        unknown: set[str] = set()
        self._books.adopt_orphans()
        for entry in self._books.unknown():
            unknown.add(entry.id)
            may_ask = resolver.error is None and not self._is_closed
            if may_ask and self._schedule.is_due(entry.id) and self._is_booked(entry, resolver):
                unknown.discard(entry.id)
        self._schedule.forget_all_but(unknown)
        self.total.still_unknown = len(unknown)
        if resolver.error is not None:
            self.total.error = resolver.error
            self._schedule.rest(resolver.error.retry_after or 0)
        elif resolver.is_answered:
            self.total.error = None
            self._schedule.resume()
        return self._schedule.seconds_until_next()

    def _is_booked(self, entry: Entry, resolver: Resolver) -> bool:
        resolution, resolved = resolver.resolve(entry)
        self.total.add(resolution, resolved)
        if resolution is Resolution.WAITING:
            self._schedule.postpone(entry.id)
        elif resolution is Resolution.HOPELESS:
            self._schedule.give_up(entry.id)
        return resolution not in {Resolution.WAITING, Resolution.HOPELESS}

    def _start_anew_after_fork(self) -> None:
        # the parent's thread is not in the child, and the parent may have held its locks
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._wakener = threading.Event()
        self._thread = None


class _Name(NamedTuple):
    pid: int
    books: int
    base_url: str
    key_hash: str


_reconcilers: weakref.WeakValueDictionary[_Name, BackgroundReconciler] = weakref.WeakValueDictionary()
_reconcilers_lock = threading.Lock()


def background_reconciler(books: UnsettledBooks, account: AccountRecords) -> BackgroundReconciler:
    """The process's one reconciler of that ledger for that key, started now if nobody has it.

    It runs for as long as somebody holds it.
    """
    # a reconciler holds its ledger, so that no other one can have the same id meanwhile
    name = _Name(os.getpid(), id(books), account.base_url, account.key_hash)
    with _reconcilers_lock:
        reconciler = _reconcilers.get(name)
        if reconciler is None or reconciler.is_closed:
            reconciler = _reconcilers[name] = BackgroundReconciler(books, account)
    reconciler.start()
    return reconciler


def _work(reference: weakref.ref[BackgroundReconciler], wakener: threading.Event) -> None:
    has_failed = False
    while (reconciler := reference()) is not None and not reconciler.is_closed:
        # cleared before it looks: whoever wakes it later has booked something that this look may miss
        wakener.clear()
        try:
            pause = reconciler.run_once()
        except Exception as error:  # noqa: BLE001 - nobody is there to catch it, and the next look may succeed
            # told once for as long as it goes on; the error itself would hold the reconciler, in whoever keeps logs
            level = logging.DEBUG if has_failed else logging.WARNING
            _LOG.log(level, "The ledger cannot be reconciled: %s", str(error))
            has_failed, pause = True, LONGEST_DELAY
        else:
            has_failed = False
        del reconciler
        wakener.wait(pause)
