"""What is used of deepagents' `SandboxBackendProtocol`, which adapters for E2B, Daytona, Modal and others speak.

Written down here, so that deepagents need not be installed.

Source: `deepagents/backends/protocol.py` of deepagents 0.7.32 (read 2026-11-25)
"""

from typing import Protocol


class Executed(Protocol):
    """How a command ended."""

    output: str
    """What it printed, stderr included; may be cut."""

    exit_code: int | None
    """Its exit status; `None` when it is not known."""


class Uploaded(Protocol):
    """Whether a file was taken."""

    error: str | None
    """Why not; `None` when it was."""


class Downloaded(Protocol):
    """A file, or why there is none."""

    content: bytes | None
    """What is in it; `None` when it was not given."""

    error: str | None
    """Why not; `None` when it was."""


class RemoteBackend(Protocol):
    """A machine or container somewhere, in which commands run."""

    @property
    def id(self) -> str:
        """Its name."""
        ...

    def execute(self, command: str, *, timeout: int | None = None) -> Executed:
        """Run a shell command, for a number of seconds at most."""
        ...

    def upload_files(self, files: list[tuple[str, bytes]], /) -> list[Uploaded]:
        """Write files, each at its absolute path."""
        ...

    def download_files(self, paths: list[str], /) -> list[Downloaded]:
        """Read files by their absolute paths."""
        ...
