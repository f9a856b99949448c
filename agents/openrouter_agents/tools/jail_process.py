"""Starts the jail's process and talks to it in lines, with a deadline on every byte."""

import contextlib
import fcntl
import os
import selectors
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

SECCOMP = "SECCOMP-DESCRIPTOR"
"""Stands for the number of the descriptor of the seccomp program, known only when the process starts."""

_PIPE_BYTES = 1 << 20  # the most an ordinary user may ask for; a whole request fits, so sending never blocks
_LAST_WORDS_BYTES = 4_000
_GRACE_S = 10.0


class JailDiedError(Exception):
    """The process is gone. The message is what it last said on stderr; may be empty."""


class JailTimeoutError(Exception):
    """The deadline passed."""


class JailProtocolError(Exception):
    """The process sent something no driver would: the code inside has taken it over."""


class _Starter:
    """The one thread that starts jails.

    Linux delivers `--die-with-parent` when the *thread* which started the process ends, not when the program does. A
    jail started by a pool's thread would die with that thread, so all are started by one that lives as long as Python.
    """

    def __init__(self) -> None:
        self._renew()
        os.register_at_fork(after_in_child=self._renew)

    def _renew(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jail-starter")

    def start(self, arguments: list[str], descriptor: int) -> subprocess.Popen[bytes]:
        return self._thread.submit(_popen, arguments, descriptor).result()


_starter = _Starter()


class JailProcess:
    """One process tree in a jail.

    Args:
        arguments: The command, bwrap first.
        seccomp: A BPF program; bwrap finds it at the descriptor which `SECCOMP` in the arguments stands for.
    """

    def __init__(self, arguments: list[str], seccomp: bytes) -> None:
        descriptor = os.memfd_create("seccomp")
        try:
            os.write(descriptor, seccomp)
            os.lseek(descriptor, 0, os.SEEK_SET)
            self._process = _starter.start(
                [str(descriptor) if part == SECCOMP else part for part in arguments], descriptor
            )
        finally:
            os.close(descriptor)
        stdin, stdout, stderr = self._process.stdin, self._process.stdout, self._process.stderr
        assert stdin is not None and stdout is not None and stderr is not None  # noqa: S101, PT018  # all are pipes
        self._stdin, self._stdout, self._stderr = stdin.fileno(), stdout.fileno(), stderr.fileno()
        for pipe in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(pipe, False)
        with contextlib.suppress(OSError):  # over the user's quota of pipe pages: only long programs will be refused
            fcntl.fcntl(self._stdin, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._stdout, selectors.EVENT_READ)
        self._received = bytearray()
        self._gone = threading.Event()

    @property
    def pid(self) -> int:
        """Process id of bwrap on the host."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether nobody has ended it and it has not ended by itself."""
        return not self._gone.is_set() and self._process.poll() is None

    @property
    def killed(self) -> bool:
        """Whether `kill` or `close` was called."""
        return self._gone.is_set()

    def send(self, line: bytes) -> None:
        """Send one line.

        Raises:
            JailDiedError: Nobody reads it: the process is gone, or the code inside has taken over the pipe.
        """
        try:
            sent = os.write(self._stdin, line + b"\n")
        except OSError as problem:
            raise JailDiedError(str(problem)) from problem
        if sent <= len(line):
            raise JailDiedError("It does not read its requests.")

    def lines(self, deadline: float, max_bytes: int) -> Iterator[bytes]:
        """Receive lines until the caller has had enough.

        Args:
            deadline: When to give up, on the clock of `time.monotonic()`.
            max_bytes: How much to take in all.

        Raises:
            JailTimeoutError: The deadline passed.
            JailDiedError: The process ended.
            JailProtocolError: It sent more than `max_bytes`.
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
                raise JailProtocolError(f"It sent more than {max_bytes} bytes.")
            self._received += piece

    def kill(self) -> None:
        """End it at once; does not wait. From any thread."""
        self._gone.set()
        # The kernel takes the rest along: pid 1 of the jail dies with bwrap, and everything in there with pid 1.
        self._process.kill()

    def close(self) -> int:
        """End it and wait until no process of the jail is left.

        Returns:
            The exit status: over 128, a signal inside the jail; negative, a signal to bwrap, such as ours.
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
        """Read what bwrap or the interpreter said on stderr, up to 4,000 bytes."""
        with contextlib.suppress(OSError):
            return os.read(self._stderr, _LAST_WORDS_BYTES).decode("utf-8", "replace").strip()
        return ""

    def _receive(self, deadline: float) -> bytes:
        if not self._selector.select(max(0.0, deadline - time.monotonic())):
            raise JailTimeoutError
        piece = os.read(self._stdout, 1 << 16)
        if not piece:
            raise JailDiedError(self.last_words())
        return piece

    def _await_last_process(self) -> None:
        # Every process inside holds the write end of stdout, so its end is the proof that the last one is gone.
        deadline = time.monotonic() + _GRACE_S
        with contextlib.suppress(JailTimeoutError, JailDiedError, OSError):
            while True:
                self._receive(deadline)


def _popen(arguments: list[str], descriptor: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  # the arguments are ours
        arguments,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=(descriptor,),
        # Not only `--clearenv`: bwrap stays in the jail as pid 1, and its own environment would be the host's,
        # secrets included.
        env={},
        cwd="/",
        start_new_session=True,  # the terminal's Ctrl-C is for the host to handle
    )
