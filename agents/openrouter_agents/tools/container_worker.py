"""A container as a worker: its client is the process to talk to, and ending that does not end the container."""

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Iterator

from .sandbox_process import WorkerDiedError, WorkerProcess

_EXIT_S = 5.0
"""Seconds which a client may take to say how its container ended."""

_REMOVAL_S = 30.0


class ContainerWorker:
    """One container, and the client that holds its pipes.

    Args:
        command: Starts it, the engine's program first.
        name: The container's.
    """

    def __init__(self, command: list[str], name: str) -> None:
        self._engine = command[0]
        self._name = name
        # The client finds its daemon by the environment, and hands none of it on.
        self._process = WorkerProcess(command, os.environ)
        self._killing = threading.Lock()
        self._killer: subprocess.Popen[bytes] | None = None
        self._removed = False

    @property
    def alive(self) -> bool:
        """Whether it runs and nobody has ended it."""
        return self._process.alive

    @property
    def killed(self) -> bool:
        """Whether `kill` or `close` was called."""
        return self._process.killed

    def send(self, line: bytes, deadline: float) -> None:
        """Send one line, as `WorkerProcess` does."""
        self._process.send(line, deadline)

    def lines(self, deadline: float, max_bytes: int) -> Iterator[bytes]:
        """Receive lines, as `WorkerProcess` does."""
        try:
            yield from self._process.lines(deadline, max_bytes)
        except WorkerDiedError:
            # The pipes end with the container; its exit status comes with the client's end, moments later.
            give_up = time.monotonic() + _EXIT_S
            while self._process.alive and time.monotonic() < give_up:
                time.sleep(0.005)
            raise

    def kill(self) -> None:
        """End it at once, from any thread; does not wait."""
        with self._killing:
            if self._killer is None and not self._removed:
                self._killer = self._start("kill", self._name)
        self._process.kill()

    def close(self) -> int:
        """End it, and wait until the container is gone.

        Returns:
            The exit status of the container, where it ended by itself.
        """
        status = self._process.close()
        with self._killing:
            if not self._removed:
                self._removed = True
                self._remove()
        return status

    def _remove(self) -> None:
        if self._killer is not None:
            _await(self._killer)
        give_up = time.monotonic() + _REMOVAL_S
        # Where it is removing itself already, the engine refuses to do so too, and does not wait.
        while (
            _await(self._start("rm", "--force", "--volumes", self._name)) != 0
            and _await(self._start("container", "inspect", self._name)) == 0
            and time.monotonic() < give_up
        ):
            time.sleep(0.01)

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  # the words are ours
            [self._engine, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


def _await(process: subprocess.Popen[bytes]) -> int:
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.wait(_REMOVAL_S)
    process.kill()  # the engine does not answer; nobody can do more
    return process.wait()
