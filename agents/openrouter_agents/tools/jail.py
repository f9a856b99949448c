"""The jail: native Python with the host's numpy, pandas and matplotlib, walled in by the Linux kernel.

bubblewrap gives it namespaces of its own (no network, no other processes, an empty file system with the interpreter
mounted read-only), seccomp takes the dangerous system calls away, resource limits bound what is left. Needs Linux,
the `bwrap` binary and the right to make user namespaces; no root, no daemon.
"""

import functools
import json
import platform
import sys
import time
from dataclasses import dataclass, field

from .jail_command import NO_BWRAP, bwrap_binary, jail_command, what_to_do
from .jail_mounts import installed, python_version
from .jail_process import JailDiedError, JailProcess, JailProtocolError, JailTimeoutError
from .jail_replies import Answer, Printed, Ready, parse_reply
from .sandbox import (
    VALUE_CHARS,
    ExecResult,
    Limits,
    Probe,
    SandboxUnavailableError,
    killed_result,
    too_long_result,
)
from .seccomp import bpf_program, supported

PACKAGES = ("numpy", "pandas", "matplotlib", "scipy", "sympy")
"""What the code may import where the host has it, each with all it needs."""

_START_S = 30.0
_SELF_TEST = """
import os, socket
found = []
try:
    socket.socket()
    found.append("it can open sockets")
except PermissionError:
    pass
try:
    os.fork()
    found.append("it can start processes")
except PermissionError:
    pass
if os.path.exists("/proc/self"):
    found.append("it sees /proc")
if os.path.exists("/home") or os.path.exists("/etc/passwd"):
    found.append("it sees the host's files")
try:
    open("/written", "w")
    found.append("it can write outside /tmp")
except OSError:
    pass
"; ".join(found) or "walled in"
"""
_SIGNALS = {
    9: "it was killed, most likely for its CPU seconds or for memory",
    24: "it used up its CPU seconds",
    11: "it crashed (segmentation fault)",
    6: "it crashed (abort)",
}


class JailSandbox:
    """Opens jails.

    Args:
        packages: Distributions which the code may import, with all they need. Those not installed are left out.
    """

    name = "jail"

    def __init__(self, packages: tuple[str, ...] = PACKAGES) -> None:
        self._packages = packages

    def probe(self) -> Probe:
        """Start a jail and check its walls from the inside; the answer is kept for the life of this process."""
        return _probe(self._packages)

    def describe(self, limits: Limits) -> str:
        """Tell the model what the code may use."""
        versions = installed(self._packages)
        packages = ", ".join(f"{name} {version}" for name, version in versions.items()) or "no packages"
        plots = (
            f"To show a plot, draw it with matplotlib: figures that are shown, saved or left open are returned as "
            f"images (at most {limits.images} a call). "
            if "matplotlib" in versions
            else ""
        )
        return (
            f"Run Python {python_version()} code in a sandbox and see its output. Available: the standard library and "
            f"{packages}; nothing can be installed. {plots}"
            "Variables, imports and files in /tmp stay for the next call. Print what you want to see; the value of the "
            "last expression is shown too. There is no network, no other process and no input(). Limits: "
            f"{limits.timeout_s:g} s a call, {limits.memory_bytes >> 20} MB of memory, {limits.disk_bytes >> 20} MB of "
            f"files in /tmp, {limits.output_bytes // 1000} kB of printed text. Going over the time limit loses all "
            "variables."
        )

    def open(self, limits: Limits) -> "JailSession":
        """Start a jail.

        Raises:
            SandboxUnavailableError: It does not start; the message says what to do.
        """
        binary = bwrap_binary()
        if binary is None:
            raise SandboxUnavailableError(NO_BWRAP)
        process = JailProcess(jail_command(binary, limits, self._packages), bpf_program(platform.machine()))
        session = JailSession(process, limits)
        try:
            session.await_ready()
        except BaseException:
            session.close()
            raise
        return session


@dataclass(slots=True)
class JailSession:
    """One jail and the variables in it."""

    process: JailProcess
    limits: Limits
    _call: int = field(default=0, init=False)

    @property
    def alive(self) -> bool:
        """Whether the jail can take another call."""
        return self.process.alive

    def await_ready(self) -> None:
        """Wait until the driver inside takes programs.

        Raises:
            SandboxUnavailableError: It does not start; the message says what to do.
        """
        try:
            line = next(self.process.lines(time.monotonic() + _START_S, 1_000))
            if not isinstance(parse_reply(line, 0, self.limits), Ready):
                raise SandboxUnavailableError("The sandbox's interpreter did not start as it should.")
        except JailDiedError as problem:
            raise SandboxUnavailableError(what_to_do(str(problem))) from problem
        except (JailTimeoutError, JailProtocolError) as problem:
            raise SandboxUnavailableError(f"The sandbox did not start within {_START_S:g} s.") from problem

    def run(self, code: str) -> ExecResult:
        """Run one program to its end, to an error or to a limit."""
        refused = too_long_result(code)
        if refused is not None:
            return refused
        self._call += 1
        started = time.monotonic()
        printed = _Printed(self.limits.output_bytes)
        try:
            answer = self._exchange(code, started + self.limits.timeout_s, printed)
        except (JailTimeoutError, JailDiedError, JailProtocolError) as problem:
            return killed_result(
                self._obituary(problem),
                stdout=printed.text(),
                duration_ms=_since(started),
                truncated=printed.truncated,
            )
        except BaseException:  # Ctrl-C: the worker would go on computing, and answer the next call with this one's text
            self.close()
            raise
        return ExecResult(
            stdout=printed.text(),
            value=answer.value,
            error=answer.error,
            images=answer.images,
            duration_ms=_since(started),
            truncated=answer.truncated or printed.truncated,
            killed=False,
        )

    def kill(self) -> None:
        """End the jail at once, from any thread."""
        self.process.kill()

    def close(self) -> None:
        """End the jail and wait until no process of it is left."""
        self.process.close()

    def _exchange(self, code: str, deadline: float, printed: "_Printed") -> Answer:
        # ASCII JSON carries any text, lone surrogates of a careless model included.
        self.process.send(json.dumps({"id": self._call, "code": code}).encode("ascii"))
        for line in self.process.lines(deadline, _most_reply_bytes(self.limits)):
            reply = parse_reply(line, self._call, self.limits)
            if isinstance(reply, Answer):
                return reply
            if isinstance(reply, Printed):
                printed.add(reply.text)
        raise AssertionError("lines() ends by raising")

    def _obituary(self, problem: Exception) -> str:
        killed_by_us = self.process.killed
        status = self.process.close()
        if isinstance(problem, JailTimeoutError):
            return f"Stopped after {self.limits.timeout_s:g} s, the time limit of one call."
        if isinstance(problem, JailProtocolError):
            return f"Stopped: the code interfered with the interpreter. {problem}"
        if killed_by_us:
            return "Stopped: the call was cancelled."
        return f"The interpreter ended: {_SIGNALS.get(status - 128, f'exit status {status}')}."


class _Printed:
    """Printed text, cut at the limit once more: the cap inside belongs to the code that runs there."""

    def __init__(self, limit_bytes: int) -> None:
        self._bytes = bytearray()
        self._limit = limit_bytes
        self.truncated = False

    def add(self, text: str) -> None:
        data = text.encode("utf-8")
        room = self._limit - len(self._bytes)
        self.truncated = self.truncated or len(data) > room
        self._bytes += data[:room]

    def text(self) -> str:
        return self._bytes.decode("utf-8", "ignore")


def _since(started: float) -> float:
    return (time.monotonic() - started) * 1000


def _most_reply_bytes(limits: Limits) -> int:
    # JSON writes a control character in six bytes, and each printed line travels in an object of its own.
    images = limits.images * (limits.image_bytes * 4 // 3 + 16)
    return limits.output_bytes * 50 + VALUE_CHARS * 20 + images + 100_000


@functools.cache
def _probe(packages: tuple[str, ...]) -> Probe:
    if sys.platform != "linux" or not supported(platform.machine()):
        here = f"{sys.platform} on {platform.machine()}"
        return Probe(ok=False, reason=f"The jail needs Linux on x86_64 or aarch64; this is {here}. Use monty.")
    try:
        session = JailSandbox(packages).open(Limits(timeout_s=_START_S))
    except (SandboxUnavailableError, OSError) as problem:
        return Probe(ok=False, reason=str(problem))
    try:
        result = session.run(_SELF_TEST)
    finally:
        session.close()
    if result["value"] == "'walled in'":
        return Probe(ok=True)
    found = result["value"] or result["error"]
    return Probe(ok=False, reason=f"The jail's self-test failed, so it is not used: {found}")
