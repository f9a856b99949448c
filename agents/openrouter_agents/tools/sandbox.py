"""What every sandbox for model-written code promises, and the types they share.

A `Sandbox` opens `Session`s. A session is one worker outside this process which keeps its variables from call to
call until it is closed or a limit kills it. Errors:

```
SandboxError
 + SandboxUnavailableError   this machine cannot run the sandbox that was asked for; the message says what to do
 + SandboxClosedError        used after `close()`
 + SandboxFileError          a file cannot be put in or taken out: its name, its size, or it is not there
```
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypedDict, runtime_checkable

ENTRY_BYTES = 4_096
"""Bytes of a jail's disk for which there may be one file, folder or link."""

MAX_CODE_BYTES = 100_000
"""Longest program, in UTF-8 bytes. Models write a few kilobytes; more is a mistake, or aimed at the host's parser."""

VALUE_CHARS = 20_000
"""Longest text of the last expression's value, in characters."""

ERROR_CHARS = 6_000
"""Longest traceback, in characters."""

OUTPUT_FOLDER = "/tmp/outputs"  # noqa: S108  # a folder inside the sandbox
"""Where the code puts files for the user."""


Listener: TypeAlias = Callable[[str], object]
"""Takes each piece of printed text that is kept, while the program runs, in the thread that runs it."""


class SandboxError(RuntimeError):
    """Root of what goes wrong outside the model's own code."""


class SandboxUnavailableError(SandboxError):
    """The sandbox that was asked for cannot run here; the message says why and what to do."""


class SandboxClosedError(SandboxError):
    """The interpreter was closed before this call."""


class SandboxFileError(SandboxError):
    """A file cannot be put in or taken out; the message says why."""


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """What one session may use. A call which goes over is stopped; the model is told what it lost."""

    timeout_s: float = 30.0
    """Wall clock seconds for one call. The worker is killed after it."""

    cpu_s: int = 300
    """CPU seconds of a whole session (Linux only). The worker is killed after it."""

    memory_bytes: int = 1 << 30
    """Memory in bytes: address space of the worker (jail), its memory (containers), its heap (wasi, monty)."""

    disk_bytes: int = 64 << 20
    """Bytes of all files together, and of any one file. They live in memory (monty has no files).

    An entry, empty or not, costs memory too: there may be one for every 4,096 bytes (jail), or each counts as 512 bytes
    (wasi), or as memory (containers).
    """

    processes: int = 64
    """Most processes and threads at a time (containers, remote sandboxes), or threads (jail: none at all where Python
    runs as root, whose threads the kernel does not count)."""

    output_bytes: int = 50_000
    """Printed text kept per call, in UTF-8 bytes. What goes over is dropped where it is printed."""

    images: int = 4
    """Plots kept per call."""

    image_bytes: int = 1_000_000
    """Largest PNG, in bytes."""

    files: int = 4
    """Files of `OUTPUT_FOLDER` handed over per call."""

    file_bytes: int = 1_000_000
    """Largest of them, in bytes."""

    allowed_hosts: tuple[str, ...] = ()
    """Hosts from which the code may download, such as `data.example.org`, `*.example.org` for all below it, or
    `localhost:8000` for a server on this machine. This process downloads for it, from public addresses and by GET;
    there is no network inside. Empty: from nowhere."""

    download_bytes: int = 10_000_000
    """Bytes that one call may download, after decompression."""

    @property
    def disk_entries(self) -> int:
        """Most files, folders and links in a jail."""
        return max(64, self.disk_bytes // ENTRY_BYTES)

    def __post_init__(self) -> None:
        if self.allowed_hosts:
            from .pages.allowed_hosts import AllowedHosts

            AllowedHosts(self.allowed_hosts)
        for name in self.__slots__:
            if name != "allowed_hosts" and getattr(self, name) <= 0:
                raise ValueError(f"SandboxLimits.{name} must be over 0; it is {getattr(self, name)}.")


def refuse_downloads(sandbox: str, limits: SandboxLimits) -> None:
    """Say so where hosts are allowed and the sandbox cannot reach them.

    Raises:
        SandboxUnavailableError: Hosts are allowed.
    """
    if limits.allowed_hosts:
        raise SandboxUnavailableError(
            f"Code in the sandbox `{sandbox}` cannot download through this process: take `jail`, `wasi`, `docker` or "
            "`podman`, or leave `SandboxLimits.allowed_hosts` empty."
        )


class OutputFile(TypedDict):
    """A file which the code wrote for the user."""

    name: str
    """Its name, without folders; safe to use as a file name on any system."""

    data: bytes
    """What is in it, up to `SandboxLimits.file_bytes`."""


class ExecResult(TypedDict):
    """What one call did. A plain dictionary, so that strict checkpoint serializers take it as an artifact."""

    stdout: str
    """Printed text, stderr included, up to `SandboxLimits.output_bytes`."""

    value: str | None
    """Text of the last expression; `None` when there is none or it is `None`."""

    error: str | None
    """Traceback limited to the model's own code, or why the call was stopped; `None` when it succeeded."""

    images: list[bytes]
    """PNG files, oldest first."""

    files: list[OutputFile]
    """Files which this call wrote to `OUTPUT_FOLDER`, by name."""

    duration_ms: float
    """Wall clock milliseconds, the worker's start-up not included."""

    truncated: bool
    """Whether printed text or the value was cut."""

    killed: bool
    """Whether the worker is gone, and every variable and file with it."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Whether a sandbox works on this machine."""

    ok: bool
    """Whether its self-test passed."""

    reason: str = ""
    """One sentence or two saying what is missing and what to do; empty when `ok`."""


class Session(Protocol):
    """One worker and its variables. `run` and `close` are for one thread at a time; `kill` is for any thread."""

    @property
    def alive(self) -> bool:
        """Whether the worker can take another call."""
        ...

    def run(self, code: str, listener: Listener | None = None) -> ExecResult:
        """Run one program to its end, to an error or to a limit; never raises for what the code does.

        Args:
            code: The program.
            listener: Hears what is printed.
        """
        ...

    def put(self, path: str, data: bytes) -> None:
        """Write a file which the code can read.

        Args:
            path: Relative, such as `data/sales.csv`; the code finds it there, in its working folder.
            data: What is in it, up to `SandboxLimits.disk_bytes`.

        Raises:
            SandboxFileError: The name is refused, there is no room, or this sandbox has no files.
        """
        ...

    def get(self, path: str) -> bytes:
        """Read a file which the code wrote.

        Args:
            path: Relative to the code's working folder.

        Raises:
            SandboxFileError: There is none, it is no regular file, or this sandbox has no files.
        """
        ...

    def kill(self) -> None:
        """End the worker at once, from any thread; a call in progress returns with `killed`. Does not wait."""
        ...

    def close(self) -> None:
        """End the worker and wait until nothing of it is left. May be called again."""
        ...


@runtime_checkable
class Sandbox(Protocol):
    """A way to run code which cannot reach the host."""

    name: str
    """Short name: `jail`, `wasi`, `monty`."""

    def probe(self) -> Probe:
        """Run a self-test on this machine."""
        ...

    def describe(self, limits: SandboxLimits) -> str:
        """Tell the model what the code may use: language, packages, plots, limits."""
        ...

    def open(self, limits: SandboxLimits) -> Session:
        """Start a worker.

        Raises:
            SandboxUnavailableError: It does not start; the message says what to do.
        """
        ...


def killed_result(error: str, *, stdout: str = "", duration_ms: float = 0.0, truncated: bool = False) -> ExecResult:
    """Make the result of a call whose worker is gone, telling the model what that means for its variables."""
    return ExecResult(
        stdout=stdout,
        value=None,
        error=f"{error} All variables and files are gone; the next call starts from nothing.",
        images=[],
        files=[],
        duration_ms=duration_ms,
        truncated=truncated,
        killed=True,
    )


def too_long_result(code: str) -> ExecResult | None:
    """Refuse a program over `MAX_CODE_BYTES`; `None` when its length is fine."""
    size = len(code.encode("utf-8", "replace"))
    if size <= MAX_CODE_BYTES:
        return None
    return ExecResult(
        stdout="",
        value=None,
        error=f"The code is {size} bytes long; at most {MAX_CODE_BYTES} are run in one call.",
        images=[],
        files=[],
        duration_ms=0.0,
        truncated=False,
        killed=False,
    )
