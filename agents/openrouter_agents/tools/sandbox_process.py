"""Starts a sandbox's process and talks to it in lines, with a deadline on every byte."""

import contextlib
import os
import selectors
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

_LAST_WORDS_BYTES = 4_000
_GRACE_S = 10.0


class WorkerDiedError(Exception):
    """The process is gone. The message is what it last said on stderr; may be empty."""


class WorkerTimeoutError(Exception):
    """The deadline passed."""


class WorkerProtocolError(Exception):
    """The process sent something no driver would: the code inside has taken it over."""


class _Starter:
    """The one thread that starts workers.

    Linux delivers `--die-with-parent` when the *thread* which started the process ends, not when the program does. A
    jail started by a pool's thread would die with that thread, so all are started by one that lives as long as Python.
    """

    def __init__(self) -> None:
        self._renew()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._renew)

    def _renew(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox-starter")

    def start(
        self, arguments: list[str], environment: Mapping[str, str], descriptors: tuple[int, ...]
    ) -> subprocess.Popen[bytes]:
        return self._thread.submit(_popen, arguments, environment, descriptors).result()


_starter = _Starter()


class WorkerProcess:
    """One sandbox's process tree.

    Args:
        arguments: The command.
        environment: All of its environment. Not the host's: a process inside may be able to read it.
        descriptors: Open files which it inherits under their own numbers.
    """

    def __init__(self, arguments: list[str], environment: Mapping[str, str], descriptors: tuple[int, ...] = ()) -> None:
        self._process = _starter.start(arguments, environment, descriptors)
        stdin, stdout, stderr = self._process.stdin, self._process.stdout, self._process.stderr
        assert stdin is not None and stdout is not None and stderr is not None  # noqa: S101, PT018  # all are pipes
        self._stdin, self._stdout, self._stderr = stdin.fileno(), stdout.fileno(), stderr.fileno()
        for pipe in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(pipe, False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._stdout, selectors.EVENT_READ)
        self._received = bytearray()
        self._gone = threading.Event()

    @property
    def pid(self) -> int:
        """Process id on the host."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether nobody has ended it and it has not ended by itself."""
        return not self._gone.is_set() and self._process.poll() is None

    @property
    def killed(self) -> bool:
        """Whether `kill` or `close` was called."""
        return self._gone.is_set()

    def send(self, line: bytes, deadline: float) -> None:
        """Send one line.

        Args:
            line: Any bytes but a line feed.
            deadline: When to give up, on the clock of `time.monotonic()`.

        Raises:
            WorkerTimeoutError: Nobody reads it: the code inside has taken over the pipe.
            WorkerDiedError: The process is gone.
        """
        left = memoryview(line + b"\n")
        with selectors.DefaultSelector() as writable:
            writable.register(self._stdin, selectors.EVENT_WRITE)
            while left:
                if not writable.select(max(0.0, deadline - time.monotonic())):
                    raise WorkerTimeoutError
                try:
                    left = left[os.write(self._stdin, left) :]
                except BlockingIOError:
                    continue
                except OSError as problem:
                    raise WorkerDiedError(self.last_words()) from problem

    def lines(self, deadline: float, max_bytes: int) -> Iterator[bytes]:
        """Receive lines until the caller has had enough.

        Args:
            deadline: When to give up, on the clock of `time.monotonic()`.
            max_bytes: How much to take in all.

        Raises:
            WorkerTimeoutError: The deadline passed.
            WorkerDiedError: The process ended.
            WorkerProtocolError: It sent more than `max_bytes`.
        """
        left = max_bytes
        while True:
            end = self._received.find(b"\n")
            if end >= 0:
                line = bytes(self._received[:end])
                del self._received[: end + 1]
                yield line
                continue
            piece = self._receive(deadline)
            left -= len(piece)
            if left < 0:
                raise WorkerProtocolError(f"It sent more than {max_bytes} bytes.")
            self._received += piece

    def kill(self) -> None:
        """End it at once; does not wait. From any thread."""
        self._gone.set()
        # The kernel takes the rest of a jail along: its pid 1 dies with bwrap, and everything in there with pid 1.
        self._process.kill()

    def close(self) -> int:
        """End it and wait until no process of it is left.

        Returns:
            The exit status: over 128, a signal inside a jail; negative, a signal to the process, such as ours.
        """
        already_ended = self._process.poll()
        self.kill()
        status = self._process.wait()
        if self._process.stdout is not None and not self._process.stdout.closed:
            self._await_last_process()
            self._selector.close()
            for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
                if pipe is not None:
                    pipe.close()
        return status if already_ended is None else already_ended

    def last_words(self) -> str:
        """Read what it said on stderr, up to 4,000 bytes."""
        with contextlib.suppress(OSError):
            return os.read(self._stderr, _LAST_WORDS_BYTES).decode("utf-8", "replace").strip()
        return ""

    def _receive(self, deadline: float) -> bytes:
        if not self._selector.select(max(0.0, deadline - time.monotonic())):
            raise WorkerTimeoutError
        piece = os.read(self._stdout, 1 << 16)
        if not piece:
            raise WorkerDiedError(self.last_words())
        return piece

    def _await_last_process(self) -> None:
        # Every process inside holds the write end of stdout, so its end is the proof that the last one is gone.
        deadline = time.monotonic() + _GRACE_S
        with contextlib.suppress(WorkerTimeoutError, WorkerDiedError, OSError):
            while True:
                self._receive(deadline)


def _popen(
    arguments: list[str], environment: Mapping[str, str], descriptors: tuple[int, ...]
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  # the arguments are ours
        arguments,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=descriptors,
        env=environment,
        cwd="/",
        start_new_session=True,  # the terminal's Ctrl-C is for the host to handle
    )
