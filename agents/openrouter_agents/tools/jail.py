"""The jail: native Python with the host's numpy, pandas and matplotlib, walled in by the Linux kernel.

bubblewrap gives it namespaces of its own (no network, no other processes, an empty file system with the interpreter
mounted read-only), seccomp takes the dangerous system calls away, resource limits bound what is left. Needs Linux,
the `bwrap` binary and the right to make user namespaces; no root, no daemon.
"""

import functools
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from .jail_command import INFO, NO_BWRAP, SECCOMP, bwrap_binary, jail_command, what_to_do
from .jail_entries import bound_entries
from .jail_mounts import SITE, installed, python_version
from .sandbox import Probe, SandboxLimits, SandboxUnavailableError
from .sandbox_description import describe_python
from .sandbox_process import WorkerProcess
from .sandbox_session import START_S, DriverSession
from .sandbox_start import start_line
from .seccomp import bpf_program, supported

PACKAGES = ("numpy", "pandas", "matplotlib", "scipy", "sympy")
"""What the code may import where the host has it, each with all it needs."""

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
room = os.statvfs("/tmp")
if room.f_files * 4096 > room.f_blocks * room.f_frsize:
    found.append("the number of its files is not bounded")
"; ".join(found) or "walled in"
"""


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

    def describe(self, limits: SandboxLimits) -> str:
        """Tell the model what the code may use."""
        threads = f"at most {limits.processes} threads" if _may_start_threads() else "no threads"
        walls = f"Nothing can be installed; there is no network, no other process, no input() and {threads}."
        return describe_python(python_version(), installed(self._packages), limits, walls)

    def open(self, limits: SandboxLimits) -> DriverSession:
        """Start a jail.

        Raises:
            SandboxUnavailableError: It does not start; the message says what to do.
        """
        binary = bwrap_binary()
        if binary is None:
            raise SandboxUnavailableError(NO_BWRAP)
        program = bpf_program(platform.machine(), threads=_may_start_threads())
        with _memory_file(program) as seccomp, _memory_file() as info:
            numbers = {SECCOMP: str(seccomp), INFO: str(info)}
            command = [numbers.get(part, part) for part in jail_command(binary, limits, self._packages)]
            # Without any environment, not only with `--clearenv`: bwrap stays in the jail as pid 1, and its own
            # environment would be the host's, secrets included.
            session = DriverSession(WorkerProcess(command, {}, (seccomp, info)), limits)
            with session.starting(what_to_do):
                session.start(start_line(limits, (), site=SITE))
                bound_entries(os.pread(info, 1_000, 0), limits.disk_entries)
        return session


@contextmanager
def _memory_file(content: bytes = b"") -> Iterator[int]:
    descriptor = os.memfd_create("jail")
    try:
        os.write(descriptor, content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)


def _may_start_threads() -> bool:
    # The kernel counts the threads of everybody but root, inside a user namespace too.
    return os.geteuid() != 0


@functools.cache
def _probe(packages: tuple[str, ...]) -> Probe:
    if sys.platform != "linux" or not supported(platform.machine()):
        here = f"{sys.platform} on {platform.machine()}"
        return Probe(ok=False, reason=f"The jail needs Linux on x86_64 or aarch64; this is {here}. Use monty.")
    try:
        session = JailSandbox(packages).open(SandboxLimits(timeout_s=START_S))
    except (SandboxUnavailableError, OSError) as problem:
        return Probe(ok=False, reason=str(problem))
    found = session.examine(_SELF_TEST)
    if found is None:
        return Probe(ok=True)
    return Probe(ok=False, reason=f"The jail's self-test failed, so it is not used: {found}")
