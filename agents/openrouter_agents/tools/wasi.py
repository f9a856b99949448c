"""WebAssembly: CPython with numpy, pandas and matplotlib, compiled to a machine that has no way to the host.

The guest has its own memory and no system calls but those it is handed: a clock, random bytes, and files in memory.
Around it stands a process of its own with an empty environment, which is ended when a limit is reached. Needs no
rights and no kernel features.
"""

import functools
import json
import shutil
import sys
import tempfile
from collections.abc import Mapping

from .sandbox import Probe, SandboxLimits, SandboxUnavailableError
from .sandbox_description import describe_python
from .sandbox_process import WorkerProcess
from .sandbox_replies import Ready
from .sandbox_session import START_S, DriverSession
from .sandbox_start import start_line
from .wasi_preparation import (
    NOT_INSTALLED,
    NOT_ON_WINDOWS,
    NOT_PREPARED,
    cache_folder,
    import_path,
    is_installed,
    is_prepared,
)

PACKAGES = ("numpy", "pandas", "matplotlib", "scipy", "sympy", "scikit-learn", "statsmodels")
"""What the model is told of; the runtime has about forty more."""

_WORKER = """
import json, sys
sys.path[:] = json.loads(sys.argv.pop(1))
from openrouter_agents.tools.wasi_worker import main
main()
"""
_SELF_TEST = """
import os, socket
found = []
try:
    socket.create_connection(("127.0.0.1", 9), 1)
    found.append("it can open sockets")
except ConnectionError:
    found.append("it reaches the network")
except (OSError, AttributeError):
    pass
for path in ("/etc/passwd", "/proc/self", "/home"):
    if os.path.exists(path):
        found.append("it sees " + path)
"; ".join(found) or "walled in"
"""


class WasiSandbox:
    """Opens WebAssembly guests, each in a process of its own."""

    name = "wasi"

    def probe(self) -> Probe:
        """Start a guest and check its walls from the inside; what was found is kept for the life of this process."""
        if sys.platform == "win32":
            return Probe(ok=False, reason=NOT_ON_WINDOWS)
        if not is_installed():
            return Probe(ok=False, reason=NOT_INSTALLED)
        if not is_prepared():
            return Probe(ok=False, reason=NOT_PREPARED)
        return _tested()[0]

    def describe(self, limits: SandboxLimits) -> str:
        """Tell the model what the code may use."""
        ready = _tested()[1]
        python, packages = (ready.python, ready.packages) if ready else ("3", {})
        walls = "Nothing can be installed; there is no network, no process, no threads and no input()."
        return describe_python(python, packages, limits, walls)

    def open(self, limits: SandboxLimits) -> DriverSession:
        """Start a guest.

        Raises:
            SandboxUnavailableError: It is not installed, not prepared, or does not start; the message says what to do.
        """
        return _open(limits)[0]


class _WasiWorker(WorkerProcess):
    """The guest's process, and the folder into which the runtime is unpacked for it."""

    def __init__(self, limits: SandboxLimits) -> None:
        self._folder = tempfile.mkdtemp(prefix="openrouter-agents-wasi-")
        settings = {
            "cache": str(cache_folder()),
            "temporary": self._folder,
            "memory_bytes": limits.memory_bytes,
            "disk_bytes": limits.disk_bytes,
            "cpu_s": limits.cpu_s,
        }
        command = [sys.executable, "-I", "-B", "-c", _WORKER, json.dumps(import_path()), json.dumps(settings)]
        try:
            super().__init__(command, _NO_ENVIRONMENT)
        except BaseException:
            self._remove_folder()
            raise

    def close(self) -> int:
        status = super().close()
        self._remove_folder()
        return status

    def _remove_folder(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


_NO_ENVIRONMENT: Mapping[str, str] = {}


def _open(limits: SandboxLimits) -> tuple[DriverSession, Ready]:
    if not is_installed():
        raise SandboxUnavailableError(NOT_INSTALLED)
    if not is_prepared():
        raise SandboxUnavailableError(NOT_PREPARED)
    session = DriverSession(_WasiWorker(limits), limits)
    with session.starting(lambda last_words: f"The WebAssembly guest does not start: {last_words}"):
        return session, session.start(start_line(limits, PACKAGES))


@functools.cache
def _tested() -> tuple[Probe, Ready | None]:
    try:
        session, ready = _open(SandboxLimits(timeout_s=START_S))
    except (SandboxUnavailableError, OSError) as problem:
        return Probe(ok=False, reason=str(problem)), None
    found = session.examine(_SELF_TEST)
    if found is None:
        return Probe(ok=True), ready
    return Probe(ok=False, reason=f"The wasi self-test failed, so it is not used: {found}"), ready
