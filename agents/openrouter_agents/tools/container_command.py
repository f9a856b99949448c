"""The command that starts a container with nothing in it but an image and a small /tmp."""

import secrets
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from .sandbox import SandboxLimits
from .sandbox_start import START

Engine: TypeAlias = Literal["docker", "podman"]

_USERS: Final = range(52_000, 60_000)
"""Ids which no system gives to anybody by itself, and which rootless engines have too."""

_OF_ONE_ENGINE: Final[Mapping[Engine, tuple[str, ...]]] = {
    "docker": (),
    # Podman has more to take away: folders without a limit in memory, and the names of the host's neighbours.
    "podman": ("--read-only-tmpfs=false", "--no-hosts", "--http-proxy=false"),
}
# Docker's settings can put the host's proxies, passwords included, into each container.
_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY")


def container_command(engine: Engine, name: str, image: str, limits: SandboxLimits) -> list[str]:
    """Make the whole command; it reads requests on its stdin and answers on its stdout.

    Args:
        engine: Whose command line.
        name: The container's.
        image: Has a `python3` of 3.10 or later on its path.
        limits: What the container may use; the driver inside holds its own process to them as well.
    """
    return [engine, "run", *_life(name), *_walls(engine), *_bounds(limits), image, "python3", "-I", "-B", "-c", START]


def _life(name: str) -> list[str]:
    # Nothing of it is kept, and nothing is fetched: pulling an image inside a question would take minutes.
    # The first process of a container ignores the signal that stopping starts with, and the engine then waits.
    end = ("--rm", "--stop-signal", "KILL")
    return [*end, "--interactive", "--name", name, "--pull", "never", "--log-driver", "none", "--entrypoint", ""]


def _walls(engine: Engine) -> list[str]:
    proxies = [word for proxy in _PROXIES for name in (proxy, proxy.lower()) for word in ("--env", f"{name}=")]
    return [
        *("--network", "none"),
        *("--ipc", "none"),
        "--read-only",
        *("--cap-drop", "ALL"),
        *("--security-opt", "no-new-privileges"),
        *("--user", _nobody_else()),
        *("--hostname", "sandbox"),
        *_OF_ONE_ENGINE[engine],
        *proxies,
    ]


def _nobody_else() -> str:
    # A user of its own: keyrings and the number of processes are counted by user, across all containers.
    user = secrets.choice(_USERS)
    return f"{user}:{user}"


def _bounds(limits: SandboxLimits) -> list[str]:
    # Files in /tmp are memory too, and so are their entries, which the kernel counts with a container's memory.
    memory = f"{limits.memory_bytes + limits.disk_bytes}b"
    return [
        *("--memory", memory),
        *("--memory-swap", memory),
        *("--cpus", "1"),
        *("--pids-limit", str(limits.processes)),
        # By itself podman asks for more than it may be given.
        *("--ulimit", "nproc=1024:1024"),
        *("--ulimit", "nofile=256:256"),
        *("--ulimit", "core=0:0"),
        *("--tmpfs", f"/tmp:rw,nosuid,nodev,noexec,size={limits.disk_bytes},mode=1777"),  # noqa: S108  # the container's
        *("--workdir", "/tmp"),  # noqa: S108  # likewise
    ]
