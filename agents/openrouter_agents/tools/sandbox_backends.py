"""Which sandboxes there are by name, and which one is taken."""

from collections.abc import Callable
from importlib import import_module
from typing import Final, Literal, TypeAlias

from .sandbox import Sandbox, SandboxUnavailableError

BackendName: TypeAlias = Literal["auto", "wasi", "jail", "monty", "docker", "podman"]
"""What one can ask for."""

_CLASSES: Final[dict[str, tuple[str, str]]] = {
    "wasi": ("wasi", "WasiSandbox"),
    "jail": ("jail", "JailSandbox"),
    "monty": ("monty", "MontySandbox"),
    "docker": ("container", "docker_sandbox"),
    "podman": ("container", "podman_sandbox"),
}

BACKENDS: Final = tuple(_CLASSES)
"""The names there are."""

BEST_FIRST: Final = ("wasi", "jail", "monty")
"""What `auto` tries, in this order: those with data packages first, and of these the one with the fewest ways out.
Containers are taken when they are asked for: they need a service and an image, and share more with their host."""


def named_sandbox(name: str) -> Sandbox:
    """Make the sandbox of that name, whether or not it works here.

    Raises:
        SandboxUnavailableError: There is none of that name.
    """
    if name not in _CLASSES:
        raise SandboxUnavailableError(f"There is no sandbox {name!r}; there are {', '.join(BACKENDS)}.")
    module, attribute = _CLASSES[name]
    make: Callable[[], Sandbox] = getattr(import_module(f"{__package__}.{module}"), attribute)
    return make()


def choose_sandbox(backend: str | Sandbox) -> Sandbox:
    """Take the sandbox that is asked for, or with `auto` the best that works on this machine.

    Raises:
        SandboxUnavailableError: The one asked for, or any at all, does not work here; the message says what to do.
    """
    if backend != "auto":
        sandbox = named_sandbox(backend) if isinstance(backend, str) else backend
        probe = sandbox.probe()
        if not probe.ok:
            raise SandboxUnavailableError(f"The {sandbox.name} sandbox does not work here. {probe.reason}")
        return sandbox
    reasons: dict[str, str] = {}
    for name in BEST_FIRST:
        sandbox = named_sandbox(name)
        probe = sandbox.probe()
        if probe.ok:
            return sandbox
        reasons[name] = probe.reason
    raise SandboxUnavailableError(
        "No sandbox works here, and code is never run without one. "
        + " ".join(f"{name}: {reason}" for name, reason in reasons.items())
    )
