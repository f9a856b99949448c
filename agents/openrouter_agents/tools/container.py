"""Containers: Docker and Podman, with the same driver inside as in the jail.

Never taken by itself, because a container shares more with its host than a jail does, an image must be there, and the
right to run containers is, with most engines, the right to do anything on the machine.
"""

import functools
import os
import platform
import secrets
import shutil
import subprocess
import sys
from typing import Final

from .container_command import Engine, container_command
from .container_worker import ContainerWorker
from .jail import PACKAGES
from .sandbox import Probe, SandboxLimits, SandboxUnavailableError
from .sandbox_description import describe_python
from .sandbox_replies import Ready
from .sandbox_session import START_S, DriverSession
from .sandbox_start import start_line
from .seccomp import container_bpf_program, supported

IMAGE: Final = "docker.io/library/python:3.13-slim"
"""The image by default: Python alone. Build one on it for numpy, pandas and matplotlib."""

_SELF_TEST: Final = """
import os, socket
found = []
if os.getuid() == 0:
    found.append("it is root")
if {name for _, name in socket.if_nameindex()} - {"lo"}:
    found.append("it has a network")
for folder in ("/", "/etc", "/run", "/var/tmp", "/dev/shm"):
    try:
        open(folder + "/written", "w")
        found.append(f"it can write to {folder}")
    except OSError:
        pass
try:
    open("/tmp/written", "w").close()
    try:
        os.setxattr("/tmp/written", "user.kept", b"x")
        found.append("it can keep attributes in the kernel's memory")
    except OSError:
        pass
    os.remove("/tmp/written")
except OSError:
    found.append("it cannot write to /tmp, whose folder in the image must be open to everybody (mode 1777)")
with open("/proc/self/status") as file:
    state = dict(line.split(":\\t", 1) for line in file.read().splitlines() if ":\\t" in line)
if int(state["CapEff"], 16) or int(state["CapBnd"], 16):
    found.append("it has capabilities")
if state.get("NoNewPrivs") != "1":
    found.append("it can gain privileges")
if state.get("Seccomp") != "2":
    found.append("no system call is refused to it")
"; ".join(found) or "walled in"
"""


def docker_sandbox() -> "ContainerSandbox":
    """Make the sandbox `docker`."""
    return ContainerSandbox("docker")


def podman_sandbox() -> "ContainerSandbox":
    """Make the sandbox `podman`."""
    return ContainerSandbox("podman")


def _filter() -> bytes | None:
    # Where the engine runs in a virtual machine, the kernel's memory is that of the machine.
    machine = platform.machine()
    return container_bpf_program(machine) if sys.platform == "linux" and supported(machine) else None


class ContainerSandbox:
    """Opens containers.

    ```python
    CodeInterpreter(backend=ContainerSandbox("podman", image="localhost/data-science"))
    ```

    Args:
        engine: `docker` or `podman`, whose program must be on the path and may run containers.
        image: With a `python3` of 3.10 or later; it must be there already.
        packages: Distributions which the model is told of, where the image has them.
    """

    def __init__(self, engine: Engine, image: str = IMAGE, packages: tuple[str, ...] = PACKAGES) -> None:
        self.name = engine
        self._engine: Engine = engine
        self._image = image
        self._packages = packages

    def probe(self) -> Probe:
        """Start a container and check its walls from the inside; the answer is kept once it is good."""
        try:
            _ = self._inside
        except SandboxUnavailableError as problem:
            return Probe(ok=False, reason=str(problem))
        return Probe(ok=True)

    def describe(self, limits: SandboxLimits) -> str:
        """Tell the model what the code may use."""
        walls = "Nothing can be installed; there is no network, no process of the host and no input()."
        return describe_python(self._inside.python, self._inside.packages, limits, walls)

    def open(self, limits: SandboxLimits) -> DriverSession:
        """Start a container.

        Raises:
            SandboxUnavailableError: It does not start; the message says what to do.
        """
        return self._open(limits)[0]

    @functools.cached_property
    def _inside(self) -> Ready:
        """What is inside, after a look at the walls."""
        session, ready = self._open(SandboxLimits(timeout_s=START_S))
        found = session.examine(_SELF_TEST)
        if found is not None:
            raise SandboxUnavailableError(f"{self.name}'s self-test failed, so it is not used: {found}")
        return ready

    def _open(self, limits: SandboxLimits) -> tuple[DriverSession, Ready]:
        if shutil.which(self._engine) is None:
            raise SandboxUnavailableError(f"There is no `{self._engine}` here: install it, or take another sandbox.")
        name = f"openrouter-agents-{os.getpid()}-{secrets.token_hex(8)}"
        worker = ContainerWorker(container_command(self._engine, name, self._image, limits), name)
        session = DriverSession(worker, limits)
        with session.starting(self._what_to_do):
            # Only the driver notices that a client was killed together with its program.
            return session, session.start(start_line(limits, self._packages, watch=True, seccomp=_filter()))

    def _what_to_do(self, last_words: str) -> str:
        if not self._has("version"):
            return f"{self.name} does not answer: is its service running, and may this user reach it? ({last_words})"
        if not self._has("image", "inspect", self._image):
            return f"{self.name} has no image {self._image}: run `{self.name} pull {self._image}`, or build it."
        return f"The container did not start: {last_words or f'{self.name} ended without a word'}"

    def _has(self, *words: str) -> bool:
        asked = subprocess.run([self._engine, *words], capture_output=True, check=False, timeout=START_S)  # noqa: S603  # the words are ours
        return asked.returncode == 0
