"""What is sent into a sandbox to start the driver there: its source, and the limits."""

import base64
import dataclasses
import functools
import json
from pathlib import Path

from .sandbox import ERROR_CHARS, OUTPUT_FOLDER, VALUE_CHARS, SandboxLimits

_HERE = Path(__file__).parent

START = """
import json, sys, types
start = json.loads(sys.stdin.buffer.readline())
driver = sys.modules["sandbox_driver"] = types.ModuleType("sandbox_driver")
exec(compile(start["driver"], "sandbox_driver.py", "exec", dont_inherit=True), driver.__dict__)
driver.serve(start["settings"], watch=start["watch"])
"""
"""The program that a Python inside is started with; it reads `start_line` on its stdin."""


def start_line(
    limits: SandboxLimits,
    packages: tuple[str, ...],
    *,
    site: str | None = None,
    watch: bool = False,
    seccomp: bytes | None = None,
) -> bytes:
    """Write the first line for a worker.

    Args:
        limits: What the driver holds the code to, beside the walls around both.
        packages: Whose versions the driver reports when it is ready.
        site: A folder with packages inside the sandbox.
        watch: Whether the driver itself must notice that the host has gone.
        seccomp: A filter of system calls that the driver puts on before it takes programs; `None`: none.
    """
    settings = {
        "modules": {name: _source(name) for name in _modules(limits)},
        "site": site,
        "seccomp": None if seccomp is None else base64.b64encode(seccomp).decode("ascii"),
        "packages": packages,
        "output_folder": OUTPUT_FOLDER,
        "value_chars": VALUE_CHARS,
        "error_chars": ERROR_CHARS,
        **dataclasses.asdict(limits),
    }
    return json.dumps({"driver": _source("sandbox_driver"), "settings": settings, "watch": watch}).encode("ascii")


def _modules(limits: SandboxLimits) -> tuple[str, ...]:
    return ("sandbox_plots", "sandbox_web") if limits.allowed_hosts else ("sandbox_plots",)


@functools.cache
def _source(name: str) -> str:
    return (_HERE / f"{name}.py").read_text("utf-8")
