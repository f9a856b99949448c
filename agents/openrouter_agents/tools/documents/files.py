"""Which files there are in folders, by names that say nothing of where the folders are."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote, unquote

from openrouter_agents.tools.documents.contracts import (
    DocumentIndexError,
    DocumentLimits,
    SkippedFile,
    UnreadableError,
)

AnyPath: TypeAlias = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that may be a document."""

    name: str
    """The folder that was given and the way from there, as a URL has it: `handbook/how%20to.md`."""
    path: Path
    size: int
    """Bytes."""
    changed_ns: int
    """When it was changed, in nanoseconds since 1970."""


def resolve_roots(paths: AnyPath | Iterable[AnyPath]) -> tuple[Path, ...]:
    """The folders and files to index, each once, without those that lie in others.

    Raises:
        DocumentIndexError: One is not there, or none is given.
    """
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    roots: list[Path] = []
    for path in given:
        try:
            roots.append(Path(path).expanduser().resolve(strict=True))
        except (OSError, RuntimeError, ValueError) as error:
            raise DocumentIndexError(
                f"{os.fspath(path)!r} cannot be indexed: there is no such file or folder."
            ) from error
    if not roots:
        raise DocumentIndexError("Give at least one file or folder to index.")
    return tuple(root for root in sorted(set(roots)) if not any(parent in roots for parent in root.parents))


def find_files(
    roots: Sequence[Path], excluded: Sequence[str], limits: DocumentLimits
) -> tuple[list[FoundFile], list[SkippedFile]]:
    """All files, and what was skipped on the way.

    Hidden ones, whose name begins with a dot, and symbolic links are not looked at: what is in the folder is found by
    its own name, and what is not does not belong into the index.

    Args:
        roots: Folders and files.
        excluded: Names of files and folders to leave out; `*` stands for any characters.
        limits: How many there may be.

    Raises:
        DocumentIndexError: There are too many.
    """
    found: list[FoundFile] = []
    skipped: list[SkippedFile] = []
    for root, name in _named(roots):
        for path in _walk(root, excluded, skipped):
            if len(found) == limits.max_files:
                raise DocumentIndexError(
                    f"There are more than {limits.max_files:,} files: index less, exclude some, or allow more with "
                    "DocumentLimits(max_files=...)."
                )
            try:
                facts = path.lstat()
            except OSError as error:  # it has gone since the folder was read
                skipped.append(SkippedFile(str(path), _reason(error)))
                continue
            way = "" if path == root else f"/{quote(os.fsencode(path.relative_to(root).as_posix()))}"
            found.append(FoundFile(f"{name}{way}", path, facts.st_size, facts.st_mtime_ns))
    return found, skipped


def read_bytes(path: Path, limits: DocumentLimits) -> bytes:
    """The bytes of a file, which must still be one: no link, and no device.

    Raises:
        UnreadableError: It cannot be read, or is too large.
    """
    try:
        with open(path, "rb", opener=_open_plainly) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnreadableError("It is no file.")
            found = file.read(limits.max_file_bytes + 1)
    except OSError as error:
        raise UnreadableError(_reason(error)) from None
    if len(found) > limits.max_file_bytes:
        raise UnreadableError(f"It is larger than {limits.max_file_bytes:,} bytes.")
    return found


def readable_name(name: str) -> str:
    """A document's name as people write it: `handbook/how to.md`."""
    return unquote(name, errors="replace")


def _named(roots: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    taken: set[str] = set()
    for root in roots:
        base = quote(os.fsencode(root.name)) or "files"
        name, number = base, 2
        while name in taken:
            name, number = f"{base}-{number}", number + 1
        taken.add(name)
        yield root, name


def _walk(root: Path, excluded: Sequence[str], skipped: list[SkippedFile]) -> Iterator[Path]:
    if not root.is_dir():
        yield root
        return
    folders = [root]
    while folders:
        for entry in _entries(folders.pop(), skipped):
            if entry.name.startswith(".") or any(fnmatch(entry.name, pattern) for pattern in excluded):
                continue
            if entry.is_symlink():
                skipped.append(SkippedFile(entry.path, "It is a symbolic link, which is not followed."))
            elif entry.is_dir(follow_symlinks=False):
                folders.append(Path(entry.path))
            elif entry.is_file(follow_symlinks=False):
                yield Path(entry.path)


def _entries(folder: Path, skipped: list[SkippedFile]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        skipped.append(SkippedFile(str(folder), _reason(error)))
        return []


def _open_plainly(path: str, flags: int) -> int:
    # A pipe would wait for a writer. Windows has neither flag, and needs none.
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


def _reason(error: OSError) -> str:
    return f"It cannot be read ({error.strerror or type(error).__name__})."
