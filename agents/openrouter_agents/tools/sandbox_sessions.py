"""Keeps sandbox sessions by conversation: one each, a bounded number, none for longer than it is used."""

import contextlib
import contextvars
import os
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from .sandbox import SandboxClosedError, Session
from .sandbox_spare import SpareSession

_Result = TypeVar("_Result")


class CallCancelledError(Exception):
    """A call was cancelled while it waited for its turn, and has done nothing."""


class Call(Generic[_Result]):
    """One use of a session, on its way; the handle to cancel it by.

    Args:
        key: The conversation.
        use: What to do with its session.
    """

    def __init__(self, key: str, use: Callable[[Session], _Result]) -> None:
        self.key = key
        self._use = use
        self._guard = threading.Lock()
        self._cancelled = False
        self._session: Session | None = None

    def cancel(self) -> bool:
        """Stop it, from any thread, whether it runs or still waits for its turn.

        Returns:
            Whether it was running: its worker is killed, and the call returns within moments.
        """
        with self._guard:
            self._cancelled = True
            if self._session is None:
                return False
            self._session.kill()
            return True

    def run(self, session: Session) -> _Result:
        """Use the session.

        Raises:
            CallCancelledError: It was cancelled while it waited.
        """
        with self._guard:
            if self._cancelled:
                raise CallCancelledError
            self._session = session
        try:
            return self._use(session)
        finally:
            # Only ours may be killed: the next call in this session belongs to somebody else.
            with self._guard:
                self._session = None


@dataclass(slots=True)
class _Entry:
    """A conversation's place: its session, who uses it, and since when nobody does."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    session: Session | None = None
    users: int = 0
    idle_since: float = 0.0


class SandboxSessions:
    """Sessions by key, least recently used first.

    Args:
        start: Opens a new session.
        max_sessions: Most workers at a time, and most calls at a time; further calls wait.
        idle_s: Seconds after which an unused session is closed.
        spare: Whether one more session is kept ready for the next conversation, from the first call to the last
            session's end. It counts among the workers: there is none when there is no room.
    """

    def __init__(self, start: Callable[[], Session], max_sessions: int, idle_s: float, *, spare: bool) -> None:
        self._start = start
        self._max_sessions = max_sessions
        self._idle_s = idle_s
        self._keeps_spare = spare
        self._closed = False
        self._of_parent: list[object] = []
        self._begin()
        _everywhere.add(self)

    def _begin(self) -> None:
        self._slots = threading.BoundedSemaphore(self._max_sessions)
        self._changed = threading.Condition()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._sweeper: threading.Thread | None = None
        self._spare = SpareSession(self._start)
        # Not asyncio's own threads: there are few, and the host resolves its names in them.
        self._threads = ThreadPoolExecutor(self._max_sessions, thread_name_prefix="code-interpreter")

    def run(self, call: Call[_Result]) -> _Result:
        """Run one call in its conversation's session, starting one if there is none; calls of one key take turns.

        Raises:
            SandboxClosedError: `close` was called.
            SandboxUnavailableError: A worker does not start.
            CallCancelledError: The call was cancelled while it waited.
        """
        with self._slots, self._entry(call.key) as entry, entry.turn:
            session = entry.session
            if session is None or not session.alive:
                if session is not None:
                    session.close()
                session = entry.session = self._spare.take() or self._start()
            if self._closed:
                session.close()
                raise SandboxClosedError(_CLOSED)
            return call.run(session)

    def submit(self, call: Call[_Result]) -> Future[_Result]:
        """Do what `run` does in a thread of its own, with this context.

        Raises:
            SandboxClosedError: `close` was called.
        """
        with self._changed:
            if self._closed:
                raise SandboxClosedError(_CLOSED)
            return self._threads.submit(contextvars.copy_context().run, self.run, call)

    def close(self) -> None:
        """End all sessions and wait until they are gone; calls in progress return as killed."""
        with self._changed:
            self._closed = True
            entries = list(self._entries.values())
            self._entries.clear()
            self._changed.notify_all()
        for entry in entries:
            session = entry.session
            if session is not None:
                session.kill()
            with entry.turn:
                if entry.session is not None:
                    entry.session.close()
        self._spare.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def leave_to_parent(self) -> None:
        """Start with no sessions in a process that was forked: they belong to the one which opened them."""
        # Kept, because what they are made of clears up when it is collected.
        self._of_parent += [self._entries, self._spare, self._threads]
        self._begin()

    @contextlib.contextmanager
    def _entry(self, key: str) -> Iterator[_Entry]:
        with self._changed:
            if self._closed:
                raise SandboxClosedError(_CLOSED)
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            entry.users += 1
            surplus = self._take_surplus()
        _close_all(surplus)
        try:
            yield entry
        finally:
            with self._changed:
                entry.users -= 1
                entry.idle_since = time.monotonic()
                self._ensure_sweeper()
                self._ensure_spare(entry)
                self._changed.notify_all()

    def _take_surplus(self) -> list[_Entry]:
        # At most as many are in use as there are slots, so an idle one can always be found.
        over = len(self._entries) - self._max_sessions
        keys = [key for key, entry in self._entries.items() if entry.users == 0][: max(0, over)]
        return [self._entries.pop(key) for key in keys]

    def _ensure_spare(self, used: _Entry) -> None:
        # Not before a first call has ended, which it would slow down, and only where starting has worked.
        has_room = len(self._entries) < self._max_sessions
        if self._keeps_spare and has_room and used.session is not None and not self._closed:
            self._spare.prepare()

    def _ensure_sweeper(self) -> None:
        if self._sweeper is None and not self._closed and self._entries:
            self._sweeper = threading.Thread(target=self._sweep, name="sandbox-sweeper", daemon=True)
            self._sweeper.start()

    def _sweep(self) -> None:
        while True:
            with self._changed:
                if self._closed:
                    return  # who closes waits for all of them
                if not self._entries:
                    self._sweeper = None
                    self._spare.drop()  # before anybody can start another
                    return
                expired = self._take_expired()
                if not expired:
                    self._changed.wait(self._until_next_expiry())
            _close_all(expired)

    def _take_expired(self) -> list[_Entry]:
        oldest = time.monotonic() - self._idle_s
        keys = [key for key, entry in self._entries.items() if entry.users == 0 and entry.idle_since <= oldest]
        return [self._entries.pop(key) for key in keys]

    def _until_next_expiry(self) -> float | None:
        idle = [entry.idle_since for entry in self._entries.values() if entry.users == 0]
        return max(0.0, min(idle) + self._idle_s - time.monotonic()) if idle else None


_everywhere: "weakref.WeakSet[SandboxSessions]" = weakref.WeakSet()


def _leave_all_to_parent() -> None:
    for sessions in _everywhere:
        sessions.leave_to_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_all_to_parent)

_CLOSED = "This code interpreter is closed; make a new one."


def _close_all(entries: list[_Entry]) -> None:
    # Nobody else can reach these any more: they have left the table, and had no users.
    for entry in entries:
        if entry.session is not None:
            entry.session.close()
