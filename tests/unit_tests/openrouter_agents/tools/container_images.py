"""An image made of this machine's own Python, for tests of containers: nothing is fetched."""

import functools
import hashlib
import io
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

from openrouter_agents.tools.container import ContainerSandbox
from openrouter_agents.tools.sandbox import Probe

ENGINES = ("docker", "podman")
_LEFT_OUT = {"site-packages", "dist-packages", "test", "idlelib", "tkinter", "ensurepip", "turtledemo", "__pycache__"}
_PROGRAMS = ("/bin/sh", "/usr/bin/id", "/bin/true")
_FOLDERS = {"tmp": 0o1777, "proc": 0o755, "dev": 0o755, "sys": 0o755, "etc": 0o755}
_PATIENCE_S = 120


@functools.cache
def container_sandbox(engine):
    """The sandbox with the image, which is made if it is not there, and whether it works here."""
    python = Path(os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable))
    key = hashlib.sha256(f"3 {sys.version} {python}".encode()).hexdigest()[:16]
    image = f"localhost/openrouter-agents-test:{key}"
    sandbox = ContainerSandbox(engine, image)
    try:
        if _run([engine, "version"]).returncode != 0:
            return sandbox, Probe(ok=False, reason=f"{engine} does not answer on this machine")
        if _run([engine, "image", "inspect", image]).returncode != 0:
            imported = _run([engine, "import", "-", image], input=_root(python))
            if imported.returncode != 0:
                return sandbox, Probe(ok=False, reason=f"{engine} takes no image: {imported.stderr.decode()[-300:]}")
    except FileNotFoundError:
        return sandbox, Probe(ok=False, reason=f"{engine} is not installed on this machine")
    return sandbox, sandbox.probe()


def containers_left(engine, pid=None):
    """Containers that a process has started, this one by default: other processes test at the same time."""
    name = f"name=openrouter-agents-{pid or os.getpid()}-"
    listed = _run([engine, "ps", "--all", "--quiet", "--filter", name])
    assert listed.returncode == 0, listed.stderr
    return listed.stdout.split()


def _run(command, **options):
    return subprocess.run(command, capture_output=True, check=False, timeout=_PATIENCE_S, **options)


def _root(python):
    """A file system with the interpreter, its standard library, a shell and what they are linked to."""
    library = [
        Path(folder, name)
        for folder, folders, names in os.walk(sysconfig.get_path("stdlib"))
        if not folders.sort() and not _prune(folders)
        for name in names
    ]
    programs = [python, *map(Path, _PROGRAMS)]
    linked = _run(["ldd", *map(str, [*programs, *(file for file in library if file.suffix == ".so")])])
    needed = {Path(path) for path in re.findall(r"(/\S+\.so\S*) \(", linked.stdout.decode())}
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as tar:
        for file in [*programs, *library, *sorted(needed)]:
            tar.add(os.path.realpath(file), str(file).lstrip("/"), recursive=False)
        link = tarfile.TarInfo("usr/local/bin/python3")
        link.type, link.linkname = tarfile.SYMTYPE, str(python)
        tar.addfile(link)
        for name, mode in _FOLDERS.items():
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, mode
            tar.addfile(folder)
    return content.getvalue()


def _prune(folders):
    folders[:] = [name for name in folders if name not in _LEFT_OUT and not name.startswith("config-")]
