"""The list of models on disk and in memory: one file for each base URL, parsed once for each of its versions.

The file is replaced whole, so that other threads and processes read the old list or the new one, never a part. Whatever
else stands in its place counts as no list.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import math
import os
import re
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import orjson

from langchain_openrouter.cache_settings import cache_directory
from langchain_openrouter.model_list import ModelList, parse_models

_FORMAT = "langchain-openrouter-agents/models/1"
_LOG = logging.getLogger(__name__)


class Snapshot(NamedTuple):
    """The models as they were at one time."""

    fetched_at: float
    """Seconds since 1970."""
    models: ModelList


class _Signature(NamedTuple):
    """What changes with every version of a file."""

    modified_ns: int
    size: int
    inode: int


class _Held(NamedTuple):
    signature: _Signature | None
    snapshot: Snapshot


_held: dict[Path, _Held] = {}
# No lock around it: at worst two threads parse the same file, and a forked child cannot inherit a lock that is taken.
_download_locks: dict[tuple[int, Path], threading.Lock] = {}


class ModelCache:
    """Where the models of one base URL are kept.

    Args:
        base_url: The API that they are of.
        directory: Where files go; `None` means `OPENROUTER_CACHE_DIR`, else the user's cache directory.
    """

    def __init__(self, base_url: str, directory: str | os.PathLike[str] | None = None) -> None:
        # the URL itself may hold a password
        self._digest = hashlib.sha256(base_url.encode()).hexdigest()
        host = re.sub(r"[^a-z0-9.-]", "_", urlsplit(base_url).hostname or "")
        self.path = Path(directory or cache_directory()) / f"models-{host}-{self._digest[:16]}.json"

    @property
    def download_lock(self) -> threading.Lock:
        """Held by the thread of this process that downloads, so that others wait for its result."""
        return _download_locks.setdefault((os.getpid(), self.path), threading.Lock())

    def load(self) -> Snapshot | None:
        """The models that are kept, however old; `None` where there are none that can be read."""
        signature = _signature(self.path)
        held = _held.get(self.path)
        if held is not None and held.signature == signature:
            return held.snapshot
        snapshot = None if signature is None else self._read()
        if snapshot is not None:
            _held[self.path] = _Held(signature, snapshot)
        return snapshot

    def store(self, wire: Sequence[object], fetched_at: float) -> Snapshot:
        """Keep models. Where the disk does not take them, they are kept in memory.

        Args:
            wire: The objects of `GET /models`.
            fetched_at: Seconds since 1970.
        """
        snapshot = Snapshot(fetched_at, parse_models(wire))
        try:
            signature = self._write({"format": _FORMAT, "base": self._digest, "fetched_at": fetched_at, "models": wire})
        except (OSError, orjson.JSONEncodeError) as error:
            _LOG.debug("The models cannot be kept in %s: %s", self.path, error)
            signature = _signature(self.path)
        _held[self.path] = _Held(signature, snapshot)
        return snapshot

    def _read(self) -> Snapshot | None:
        try:
            file = orjson.loads(self.path.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return None
        if not isinstance(file, dict) or (file.get("format"), file.get("base")) != (_FORMAT, self._digest):
            return None
        fetched_at, wire = file.get("fetched_at"), file.get("models")
        if not isinstance(fetched_at, int | float) or not math.isfinite(fetched_at) or not isinstance(wire, list):
            return None
        models = parse_models(wire)
        return Snapshot(fetched_at, models) if models else None

    def _write(self, file: dict[str, object]) -> _Signature | None:
        content = orjson.dumps(file)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self.path.parent, prefix=".models-", suffix=".tmp")
        try:
            with os.fdopen(descriptor, "wb") as written:
                written.write(content)
            # taken before the file has its name: after that it may be another process's
            signature = _signature(Path(name))
            Path(name).replace(self.path)
        except OSError:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
        return signature


def _signature(path: Path) -> _Signature | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return _Signature(status.st_mtime_ns, status.st_size, status.st_ino)
