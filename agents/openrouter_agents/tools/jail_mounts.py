"""What of the host is visible inside the jail: the Python interpreter, a few packages, and nothing else."""

import functools
import importlib.metadata
import os
import platform
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

SITE = "/jail/site"
"""Where the packages are found inside."""

_SYSTEM_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")
_LOADER_CACHE = "/etc/ld.so.cache"  # how the dynamic loader finds libraries outside the default folders
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")


def interpreter() -> str:
    """Find the real interpreter behind the virtual environment, whose own packages are not wanted inside."""
    base = getattr(sys, "_base_executable", None) or sys.executable
    return os.path.realpath(base)


def system_arguments() -> list[str]:
    """Make bwrap's arguments for the interpreter, its libraries and four devices, all read-only.

    Only `lib` folders and the one binary: without `/usr/bin` there is no program to start. `/proc` is missing on
    purpose: it shows other processes' environments, and mounting it is what most often fails in containers.
    """
    arguments: list[str] = []
    for folder in _SYSTEM_LIBRARIES:
        if Path(folder).is_symlink():
            arguments += ["--symlink", str(Path(folder).readlink()), folder]
        elif Path(folder).is_dir():
            arguments += ["--ro-bind", folder, folder]
    binary = interpreter()
    library = str(Path(sys.base_prefix, "lib"))
    if library not in _SYSTEM_LIBRARIES:
        arguments += ["--ro-bind", library, library]
    arguments += ["--ro-bind", binary, binary, "--ro-bind-try", _LOADER_CACHE, _LOADER_CACHE]
    for device in _DEVICES:
        arguments += ["--dev-bind", device, device]
    return arguments


@functools.cache  # reading the packages' metadata takes longer than starting a jail
def package_arguments(packages: tuple[str, ...]) -> tuple[str, ...]:
    """Make bwrap's arguments for some installed packages and all they need, read-only.

    Each top-level folder is mounted by itself: the rest of the environment may hold the user's own code, and what is
    not mounted cannot be read.
    """
    arguments: list[str] = []
    for distribution in _with_requirements(packages):
        names = {file.parts[0] for file in distribution.files or ()}
        for name in sorted(names - {"..", "__pycache__"}):
            source = str(distribution.locate_file(name))
            if Path(source).exists():
                arguments += ["--ro-bind", source, f"{SITE}/{name}"]
    return tuple(arguments)


def installed(packages: tuple[str, ...]) -> dict[str, str]:
    """Look up the versions of those packages which this environment has, in the order given."""
    versions: dict[str, str] = {}
    for package in packages:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def python_version() -> str:
    """Say the version of the Python inside: that of the host."""
    return platform.python_version()


def _with_requirements(packages: tuple[str, ...]) -> Iterator[importlib.metadata.Distribution]:
    todo, seen = list(packages), set[str]()
    while todo:
        name = todo.pop(0)
        key = re.sub(r"[-_.]+", "-", name).lower()
        if key in seen:
            continue
        seen.add(key)
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        yield distribution
        todo += _required_names(distribution)


def _required_names(distribution: importlib.metadata.Distribution) -> Iterator[str]:
    for line in distribution.requires or ():
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue  # old packages; whoever needs that one gets an ImportError inside
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement.name
