"""A driver in a remote sandbox, reached by commands and files alone.

It runs in the background there, with a named pipe for its requests and a file for its answers, so that variables stay
from call to call though each command is a process of its own.
"""

import contextlib
import inspect
import math
import secrets
import shlex
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from . import remote_ask
from .remote_backend import RemoteBackend
from .sandbox import SandboxError, SandboxUnavailableError
from .sandbox_process import WorkerDiedError, WorkerProtocolError, WorkerTimeoutError
from .sandbox_start import START

_ASK = Path(remote_ask.__file__).read_text("utf-8")
# A session of its own, so that one signal reaches all of its processes, and no parent's end reaches it.
_START = f"import os\nos.setsid()\nwith open('pid', 'w') as file:\n    file.write(str(os.getpid()))\n{START}"
_GRACE_S = 15
"""Seconds which a command may take beyond the code in it: a round trip, and the start of a Python."""


class RemoteWorker:
    """One Python with a driver in it, somewhere else.

    Args:
        backend: Where. It belongs to this worker.
        python: The interpreter there.
        dispose: What to do with the backend at the end.
    """

    def __init__(self, backend: RemoteBackend, python: str, dispose: Callable[[RemoteBackend], object]) -> None:
        self._backend = backend
        self._python = shlex.quote(python)
        self._dispose = dispose
        self._home = f"/tmp/openrouter-agents-{secrets.token_hex(8)}"  # noqa: S108  # a folder over there
        self._takes_timeout = "timeout" in inspect.signature(backend.execute).parameters
        self._gone = threading.Event()
        self._ended = False
        self._closing = threading.Lock()
        self._status = 0
        self._closed = False

    @property
    def alive(self) -> bool:
        """Whether nobody has ended it and it has not been seen to end."""
        return not self._gone.is_set() and not self._ended

    @property
    def killed(self) -> bool:
        """Whether `kill` or `close` was called."""
        return self._gone.is_set()

    def start(self) -> None:
        """Start the driver's Python over there.

        Raises:
            SandboxUnavailableError: It does not start; the message says what the sandbox answered.
        """
        program = f"{self._python} -I -B -c {shlex.quote(_START)}"
        # `<>` keeps the pipe open for writing as well: the driver must not see its end between two calls.
        background = f"{program} <>in >>out 2>err; echo $? >status.new; mv status.new status"
        output, status = self._execute(
            f"mkdir -m 700 {self._home} && cd {self._home} && mkfifo in && : >out && "
            f"{{ nohup sh -c {shlex.quote(background)} </dev/null >/dev/null 2>&1 & }}",
            _GRACE_S,
        )
        if status not in (0, None):
            raise SandboxUnavailableError(f"The remote sandbox {self._backend.id} does not start Python: {output}")

    def send(self, line: bytes, deadline: float) -> None:  # noqa: ARG002  # the time is that of the answer
        """Take one line along with the next question for answers.

        Raises:
            SandboxError: The sandbox does not take it.
        """
        with self._provider():
            (taken,) = self._backend.upload_files([(f"{self._home}/request", line + b"\n")])
        if taken.error is not None:
            raise SandboxError(f"The remote sandbox {self._backend.id} took no request: {taken.error}")

    def lines(self, deadline: float, max_bytes: int) -> Iterator[bytes]:
        """Receive the lines of one answer.

        Raises:
            WorkerTimeoutError: The deadline passed.
            WorkerDiedError: The driver ended.
            WorkerProtocolError: It sent more than `max_bytes`.
            SandboxError: The sandbox does not run commands any more, or gives no files.
        """
        seconds = max(0.0, deadline - time.monotonic())
        words = [_ASK, self._home, f"{seconds:.3f}", str(max_bytes)]
        output, status = self._execute(
            f"{self._python} -I -B -S -c {' '.join(map(shlex.quote, words))}", math.ceil(seconds) + _GRACE_S
        )
        if status == remote_ask.TOO_LONG:
            raise WorkerProtocolError(f"It sent more than {max_bytes} bytes.")
        yield from self._answers()
        if status == remote_ask.TIMED_OUT:
            raise WorkerTimeoutError
        self._ended = True
        if status == remote_ask.ENDED or self._gone.is_set():
            raise WorkerDiedError(self._read("err")[-1_000:].decode("utf-8", "replace") or output)
        # What waits for an answer is ours, but the files it looks at can be written by the code.
        raise WorkerProtocolError(f"It left no answer. {output[-500:]}")

    def kill(self) -> None:
        """End it at once, from any thread; does not wait for the sandbox's answer."""
        if not self._gone.is_set():
            self._gone.set()
            threading.Thread(target=self._end_processes, name="remote-sandbox-killer", daemon=True).start()

    def close(self) -> int:
        """End it, clear up, and let the sandbox be disposed of.

        Returns:
            The exit status, as shells report it; 0 when it is not known.
        """
        with self._closing:
            if not self._closed:
                self._closed = True
                self._status = self._read_status() if self._ended else 0
                self._gone.set()
                try:
                    self._end_processes(f"rm -rf {self._home}")
                finally:
                    self._dispose(self._backend)
        return self._status

    def _end_processes(self, afterwards: str = ":") -> None:
        # A sandbox that does not answer any more is disposed of all the same.
        with contextlib.suppress(SandboxError):
            self._execute(f"kill -KILL -$(cat {self._home}/pid); {afterwards}", _GRACE_S)

    def _read_status(self) -> int:
        try:
            return int(self._read("status"))
        except (SandboxError, ValueError):
            return 0

    def _answers(self) -> Iterator[bytes]:
        lines = self._read("out").split(b"\n")
        yield from lines[:-1]

    def _read(self, name: str) -> bytes:
        with self._provider():
            (file,) = self._backend.download_files([f"{self._home}/{name}"])
            return file.content or b""

    def _execute(self, command: str, seconds: int) -> tuple[str, int | None]:
        options = {"timeout": seconds} if self._takes_timeout else {}
        with self._provider():
            ended = self._backend.execute(command, **options)
            return ended.output, ended.exit_code

    @contextlib.contextmanager
    def _provider(self) -> Iterator[None]:
        try:
            yield
        except Exception as problem:
            # Each provider has errors of its own, and no root that they share.
            raise SandboxError(f"The remote sandbox {self._backend.id} failed: {problem!r}") from problem
