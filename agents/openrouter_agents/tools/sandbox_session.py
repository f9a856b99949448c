"""One session with a driver at the other end of a pipe: the same for jails, containers and WebAssembly."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from .printed_text import PrintedText
from .sandbox import (
    VALUE_CHARS,
    ExecResult,
    Listener,
    OutputFile,
    SandboxFileError,
    SandboxLimits,
    SandboxUnavailableError,
    killed_result,
    too_long_result,
)
from .sandbox_downloads import Downloads
from .sandbox_files import checked_path
from .sandbox_process import WorkerDiedError, WorkerProtocolError, WorkerTimeoutError
from .sandbox_replies import Answer, Fetch, Printed, Ready, parse_reply

START_S = 30.0
"""Seconds within which a worker must start, and take or give a file."""

_ENDED = (WorkerTimeoutError, WorkerDiedError, WorkerProtocolError)
_SIGNALS = {
    9: "it was killed, most likely for its CPU seconds or for memory",
    24: "it used up its CPU seconds",
    11: "it crashed (segmentation fault)",
    6: "it crashed (abort)",
}


class Worker(Protocol):
    """A process with a driver in it; `sandbox_process.WorkerProcess` says what each of these does."""

    @property
    def alive(self) -> bool:
        """Whether it runs and nobody has ended it."""
        ...

    @property
    def killed(self) -> bool:
        """Whether somebody on this side has ended it."""
        ...

    def send(self, line: bytes, deadline: float) -> None:
        """Send one line."""
        ...

    def lines(self, deadline: float, max_bytes: int) -> Iterator[bytes]:
        """Receive lines."""
        ...

    def kill(self) -> None:
        """End it at once, from any thread."""
        ...

    def close(self) -> int:
        """End it, wait until nothing of it is left, and say its exit status."""
        ...


@dataclass(slots=True)
class DriverSession:
    """A worker and the variables in it."""

    process: Worker
    limits: SandboxLimits
    _call: int = field(default=0, init=False)

    @property
    def alive(self) -> bool:
        """Whether the worker can take another call."""
        return self.process.alive

    def start(self, first_line: bytes) -> Ready:
        """Send the driver in, and wait until it takes programs.

        Raises:
            WorkerDiedError: The process ended; the message is its last words.
            SandboxUnavailableError: Something else answered, or nobody.
        """
        deadline = time.monotonic() + START_S
        try:
            self.process.send(first_line, deadline)
            reply = parse_reply(next(self.process.lines(deadline, 10_000)), 0, self.limits)
        except (WorkerTimeoutError, WorkerProtocolError) as problem:
            raise SandboxUnavailableError(f"The sandbox did not start within {START_S:g} s. {problem}") from problem
        if not isinstance(reply, Ready):
            raise SandboxUnavailableError("The sandbox's interpreter did not start as it should.")
        return reply

    @contextmanager
    def starting(self, explain: Callable[[str], str]) -> Iterator[None]:
        """End it if what is done in this block, up to the first program, fails.

        Args:
            explain: Makes a message, which says what to do, of a dead worker's last words.

        Raises:
            SandboxUnavailableError: The worker died.
        """
        try:
            yield
        except BaseException as problem:
            self.close()
            if isinstance(problem, WorkerDiedError):
                raise SandboxUnavailableError(explain(str(problem))) from problem
            raise

    def examine(self, program: str) -> str | None:
        """Have a program look at the walls from the inside, and end the session.

        Args:
            program: Its last value is `"walled in"`, or what stands open.

        Returns:
            What stands open; `None` if nothing does.
        """
        try:
            result = self.run(program)
        finally:
            self.close()
        return None if result["value"] == "'walled in'" else str(result["value"] or result["error"])

    def run(self, code: str, listener: Listener | None = None) -> ExecResult:
        """Run one program to its end, to an error or to a limit."""
        refused = too_long_result(code)
        if refused is not None:
            return refused
        started = time.monotonic()
        printed = PrintedText(self.limits.output_bytes, listener)
        try:
            answer = self._exchange({"code": code}, started + self.limits.timeout_s, printed)
        except _ENDED as problem:
            return killed_result(
                self._obituary(problem, self.limits.timeout_s),
                stdout=printed.text(),
                duration_ms=_since(started),
                truncated=printed.truncated,
            )
        return ExecResult(
            stdout=printed.text(),
            value=answer.value,
            error=answer.error,
            images=answer.images,
            files=answer.files,
            duration_ms=_since(started),
            truncated=answer.truncated or printed.truncated,
            killed=False,
        )

    def put(self, path: str, data: bytes) -> None:
        """Write a file which the code can read."""
        if len(data) > self.limits.disk_bytes:
            raise SandboxFileError(f"{path!r} has {len(data)} bytes; files may have {self.limits.disk_bytes} in all.")
        self._transfer({"put": checked_path(path), "data": base64.b64encode(data).decode("ascii")})

    def get(self, path: str) -> bytes:
        """Read a file which the code wrote."""
        files = self._transfer({"get": checked_path(path)})
        if len(files) != 1:
            raise SandboxFileError(f"The sandbox did not give {path!r}.")
        return files[0]["data"]

    def kill(self) -> None:
        """End the worker at once, from any thread."""
        self.process.kill()

    def close(self) -> None:
        """End the worker and wait until nothing of it is left."""
        self.process.close()

    def _transfer(self, request: dict[str, object]) -> list[OutputFile]:
        try:
            answer = self._exchange(request, time.monotonic() + START_S, PrintedText(0))
        except _ENDED as problem:
            raise SandboxFileError(f"{self._obituary(problem, START_S)} Its files are gone.") from problem
        if answer.error is not None:
            raise SandboxFileError(answer.error)
        return answer.files

    def _exchange(self, request: dict[str, object], deadline: float, printed: PrintedText) -> Answer:
        self._call += 1
        downloads = Downloads(self.limits, deadline)
        try:
            # ASCII JSON carries any text, lone surrogates of a careless model included.
            self.process.send(json.dumps({"id": self._call, **request}).encode("ascii"), deadline)
            for line in self.process.lines(deadline, _most_reply_bytes(self.limits, request)):
                reply = parse_reply(line, self._call, self.limits)
                if isinstance(reply, Answer):
                    return reply
                if isinstance(reply, Printed):
                    printed.add(reply.text)
                if isinstance(reply, Fetch):
                    self.process.send(json.dumps(downloads.fetch(reply.url)).encode("ascii"), deadline)
        except _ENDED:
            raise
        except BaseException:  # Ctrl-C: the worker would go on computing, and answer the next call with this one's text
            self.close()
            raise
        raise AssertionError("lines() ends by raising")

    def _obituary(self, problem: Exception, seconds: float) -> str:
        killed_by_us = self.process.killed
        status = self.process.close()
        if isinstance(problem, WorkerTimeoutError):
            return f"Stopped after {seconds:g} s, the time limit of one call."
        if isinstance(problem, WorkerProtocolError):
            return f"Stopped: the code interfered with the interpreter. {problem}"
        if killed_by_us:
            return "Stopped: the call was cancelled."
        signal = status - 128 if status > 128 else -status  # noqa: PLR2004  # how shells and runtimes report a signal
        return f"The interpreter ended: {_SIGNALS.get(signal, f'exit status {status}')}."


def _since(started: float) -> float:
    return (time.monotonic() - started) * 1000


def _most_reply_bytes(limits: SandboxLimits, request: dict[str, object]) -> int:
    # JSON writes a control character in six bytes, and each printed line travels in an object of its own.
    images = limits.images * (limits.image_bytes * 4 // 3 + 16)
    files = limits.files * (limits.file_bytes * 4 // 3 + 2_000)
    asked_for = limits.disk_bytes * 4 // 3 if "get" in request else 0
    return limits.output_bytes * 50 + VALUE_CHARS * 20 + images + files + asked_for + 100_000
