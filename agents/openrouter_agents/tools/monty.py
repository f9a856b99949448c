"""Monty: an interpreter for a part of Python, written in Rust, which has no way to the host at all.

It runs wherever its wheel installs, needs no rights, and starts in milliseconds; there is no numpy, no matplotlib and
no file in it. Each session has a worker process of its own, so that a crash or a hang of the interpreter costs that
session and nothing else.
"""

import contextlib
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Literal

from .monty_code import feed_name, own_traceback, with_value_as_text
from .plots import MAX_CATEGORIES, MAX_POINTS, PlotError, draw_plot
from .printed_text import PrintedText
from .sandbox import (
    VALUE_CHARS,
    ExecResult,
    Listener,
    Probe,
    SandboxFileError,
    SandboxLimits,
    SandboxUnavailableError,
    killed_result,
    refuse_downloads,
    too_long_result,
)

if TYPE_CHECKING:
    from pydantic_monty import Monty, MontyCrashedError, MontySession

_START_S = 30.0
_MAX_SUSPENSIONS = 10_000  # calls to the host in the life of a session; plots are all there is to call
_MODULES = (
    "asyncio base64 bisect collections copy csv dataclasses datetime decimal functools hashlib itertools json math "
    "random re sys time tomllib typing unicodedata"
)
_OWN_MEMORY_BYTES = 1 << 30  # address space of the interpreter itself, most of it never touched
_ROOM_BYTES = 1 << 20  # the least memory with which a session is of use
_REMEMBERED = 100  # programs
_NO_FILES = "The code in monty has no files. Use the sandbox `jail` or `wasi`, or put the data into the code."
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # on Windows, SIGTERM ends a process at once


class MontySandbox:
    """Opens monty workers."""

    name = "monty"

    def probe(self) -> Probe:
        """Start a worker and let it add two numbers."""
        try:
            session = self.open(SandboxLimits(timeout_s=_START_S))
        except SandboxUnavailableError as problem:
            return Probe(ok=False, reason=str(problem))
        try:
            result = session.run("1 + 1")
        finally:
            session.close()
        if result["value"] == "2":
            return Probe(ok=True)
        return Probe(ok=False, reason=f"monty's self-test failed: {result['error']}. Reinstall `pydantic-monty`.")

    def describe(self, limits: SandboxLimits) -> str:
        """Tell the model what the code may use."""
        refuse_downloads(self.name, limits)
        return (
            "Run Python code in a small sandboxed interpreter and see its output. Only part of the language is there: "
            "no yield, no class inheritance, no custom exceptions, no property or staticmethod, no del. Only these "
            f"modules can be imported: {', '.join(_MODULES.split())}. No numpy, pandas or matplotlib, no files, "
            "no network, no environment, no input(). To show a chart call the built-in function "
            'plot(kind, x, y, title="", xlabel="", ylabel=""): kind is "line", "bar" or "scatter", y a list of '
            f"numbers, x a list of as many numbers or of up to {MAX_CATEGORIES} strings; at most {MAX_POINTS} points "
            f"and {limits.images} charts a call. Variables stay for the next call. Print what you want to see; the "
            "value of the last expression is shown too. SandboxLimits: "
            f"{limits.timeout_s:g} s a call, {limits.memory_bytes >> 20} MB of memory, "
            f"{limits.output_bytes // 1000} kB of printed text. Going over the time limit loses all variables."
        )

    def open(self, limits: SandboxLimits) -> "MontyWorker":
        """Start a worker.

        Raises:
            SandboxUnavailableError: pydantic-monty is missing or does not start, or hosts are allowed.
        """
        refuse_downloads(self.name, limits)
        try:
            from pydantic_monty import Monty, MontyError
        except ImportError as problem:
            raise SandboxUnavailableError("monty needs its package: `pip install pydantic-monty`.") from problem
        try:
            return MontyWorker(Monty(max_processes=1, checkout_timeout=_START_S), limits)
        except (MontyError, OSError, RuntimeError) as problem:
            raise SandboxUnavailableError(
                f"monty's worker does not start: {problem} Reinstall `pydantic-monty` for this platform."
            ) from problem


class MontyWorker:
    """One worker process and the variables in it.

    Args:
        pool: Gives this session its worker, and ends it. One pool for each session: workers are never passed on from
            one conversation to another.
        limits: What it may use.
    """

    def __init__(self, pool: "Monty", limits: SandboxLimits) -> None:
        self._limits = limits
        self._sources: dict[str, str] = {}
        self._calls = 0
        self._ending = threading.Lock()
        self._alive = True
        with contextlib.ExitStack() as stack:
            entered = stack.enter_context(pool)
            self._session: MontySession = stack.enter_context(
                entered.checkout(
                    limits={
                        "max_feed_duration_secs": limits.timeout_s,
                        "max_memory": limits.memory_bytes,
                        "max_suspensions": _MAX_SUSPENSIONS,
                    },
                    # A sleep would be waited for outside the time limit, on the host.
                    os_policy={"sleep": "zero"},
                )
            )
            self._pid = self._session.worker_pid
            _limit_process(self._pid, limits)
            self._stack = stack.pop_all()

    @property
    def alive(self) -> bool:
        """Whether the worker can take another call."""
        return self._alive

    @property
    def pid(self) -> int | None:
        """Process id of the worker."""
        return self._pid

    def run(self, code: str, listener: Listener | None = None) -> ExecResult:
        """Run one program to its end, to an error or to a limit."""
        from pydantic_monty import MontyCrashedError, MontyError

        refused = too_long_result(code)
        if refused is not None:
            return refused
        if not self._alive:
            return killed_result("Stopped: the call was cancelled.")
        self._remember(code)
        call = _Call(self._limits, listener)
        value: str | None = None
        error: str | None = None
        try:
            value = self._session.feed_run(
                with_value_as_text(code), external_lookup={"plot": call.plot}, print_callback=call.printed
            )
        except MontyCrashedError as problem:
            return call.killed(self._obituary(problem))
        except MontyError as problem:
            if isinstance(problem.exception(), TimeoutError) and "time limit exceeded" in str(problem):
                # Its heap may be half changed: monty says not to feed such a session again.
                self.close()
                return call.killed(f"Stopped after {self._limits.timeout_s:g} s, the time limit of one call.")
            error = own_traceback(problem, self._sources)
            if isinstance(problem.exception(), MemoryError) and not self._has_room():
                self.close()
                return call.killed(f"{error}\nThe variables take up all the memory.")
        except BaseException:  # Ctrl-C: the worker would go on computing
            self.close()
            raise
        return call.result(value, error)

    def put(self, path: str, data: bytes) -> None:  # noqa: ARG002  # the protocol's
        """Refuse: there are no files."""
        raise SandboxFileError(_NO_FILES)

    def get(self, path: str) -> bytes:  # noqa: ARG002  # the protocol's
        """Refuse: there are no files."""
        raise SandboxFileError(_NO_FILES)

    def kill(self) -> None:
        """End the worker at once, from any thread."""
        with self._ending:
            if self._alive and self._pid is not None:
                self._alive = False
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self._pid, _KILL)

    def close(self) -> None:
        """End the worker and wait until it is gone."""
        self.kill()
        self._alive = False
        self._stack.close()

    def _has_room(self) -> bool:
        # What filled the memory may still be held by a variable: then no call would ever succeed again.
        from pydantic_monty import MontyError

        try:
            self._session.feed_run(f"len('x' * {_ROOM_BYTES})")
        except MontyError:
            return False
        self._calls += 1
        return True

    def _remember(self, code: str) -> None:
        # For tracebacks: functions of earlier calls appear in later ones.
        self._sources[feed_name(self._calls)] = code
        self._sources.pop(feed_name(self._calls - _REMEMBERED), None)
        self._calls += 1

    def _obituary(self, problem: "MontyCrashedError") -> str:
        cancelled = not self._alive
        self.close()
        if cancelled:
            return "Stopped: the call was cancelled."
        if "timeout" in str(problem):
            return f"Stopped after {self._limits.timeout_s:g} s, the time limit of one call."
        return "The interpreter crashed."


class _Call:
    """What one call printed and drew; its methods are called by the interpreter while the code runs."""

    def __init__(self, limits: SandboxLimits, listener: Listener | None) -> None:
        self._limits = limits
        self._started = time.monotonic()
        self._printed = PrintedText(limits.output_bytes, listener)
        self._images: list[bytes] = []

    def printed(self, _stream: Literal["stdout", "stderr"], text: str) -> None:
        """Keep printed text up to the limit; the rest is dropped, and the code runs on."""
        self._printed.add(text)

    def plot(
        self, kind: object, x: object, y: object, title: object = "", xlabel: object = "", ylabel: object = ""
    ) -> None:
        """Draw a chart; what the code did wrong is raised inside the sandbox."""
        if len(self._images) >= self._limits.images:
            raise PlotError(f"at most {self._limits.images} plots are kept for one call")
        image = draw_plot(kind, x, y, title, xlabel, ylabel)
        if len(image) > self._limits.image_bytes:
            raise PlotError(f"the plot is over {self._limits.image_bytes} bytes")
        self._images.append(image)

    def result(self, value: str | None, error: str | None) -> ExecResult:
        """Sum up a call after which the worker lives on."""
        cut = value is not None and len(value) > VALUE_CHARS
        return ExecResult(
            stdout=self._printed.text(),
            value=value[:VALUE_CHARS] if value is not None else None,
            error=error,
            images=self._images,
            files=[],
            duration_ms=self._milliseconds(),
            truncated=self._printed.truncated or cut,
            killed=False,
        )

    def killed(self, error: str) -> ExecResult:
        """Sum up a call which cost the worker."""
        printed = self._printed
        result = killed_result(
            error, stdout=printed.text(), duration_ms=self._milliseconds(), truncated=printed.truncated
        )
        result["images"] = self._images
        return result

    def _milliseconds(self) -> float:
        return (time.monotonic() - self._started) * 1000


def _limit_process(pid: int | None, limits: SandboxLimits) -> None:
    # The interpreter keeps its own limits, and its host ends it when it hangs. This is for a hang whose host was killed
    # before it could, and for memory which the interpreter does not count. Only Linux can limit another process.
    if sys.platform != "linux" or pid is None:
        return
    import resource

    for limit, value in (
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_AS, limits.memory_bytes + _OWN_MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.prlimit(pid, limit, (value, value))
