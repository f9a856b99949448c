"""The peers, each in an environment of its own, and probes that run there."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
ENVIRONMENTS = HERE / ".environments"
PROBES = HERE / "probes"
LONGEST_PROBE = 300
"""Seconds after which a client counts as one that fails."""

PEERS = {
    "official": ["langchain-openrouter"],
    "chat-openai": ["langchain-openai"],
    "litellm": ["litellm"],
    "pydantic-ai": ["pydantic-ai-slim[openai]"],
}
"""Distributions of each peer, the one that is measured first."""

BUDGETS = {
    "agentbudget": ["agentbudget", "openai"],
    "shekel": ["shekel[openai]"],
    "token-budget-py": ["token-budget-py", "openai"],
}
"""Those of libraries that keep others within budgets."""

AGENTS = {"deepagents": ["deepagents"]}
"""Those of libraries that make agents."""

_DISTRIBUTIONS = PEERS | BUDGETS | AGENTS

_OURS = ("langchain-openrouter-agents", "langchain-core", "httpx", "aiohttp", "pydantic")
_FLOORS = ("orjson", "httpx-aiohttp")

_ERROR = re.compile(r"^[\w.]*(?:Error|Exception)\b.*", re.MULTILINE)

_VERSIONS = """
import importlib.metadata, sys
for name in sys.argv[1:]:
    print(name, importlib.metadata.version(name.partition("[")[0]))
"""


def check_python() -> None:
    """End the program with one line where this interpreter lacks what is measured."""
    missing = [name for name in (*_OURS, *_FLOORS) if not _is_installed(name)]
    if missing:
        sys.exit(
            f"{sys.executable} lacks {', '.join(missing)}: use the Python of the environment that `make setup` makes, "
            f"{HERE.parent / '.venv' / 'bin' / 'python'}."
        )


def peer_of(client: str) -> str:
    """Whose environment a client is in: `litellm` of `litellm:manager`, which is one way to use it."""
    return client.partition(":")[0]


def python_for(client: str) -> str:
    """The interpreter that has a client: a peer's own, made at first use, or this one."""
    peer = peer_of(client)
    if peer not in _DISTRIBUTIONS:
        return sys.executable
    environment = ENVIRONMENTS / peer
    python = environment / "bin" / "python"
    if not python.exists():
        print(f"installing {', '.join(_DISTRIBUTIONS[peer])} ...", file=sys.stderr, flush=True)
        try:
            subprocess.run([sys.executable, "-m", "venv", environment], check=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", *_DISTRIBUTIONS[peer]], check=True)
        except BaseException:
            shutil.rmtree(environment, ignore_errors=True)  # half an environment would pass for a whole one
            raise
    return str(python)


def run_probe(client: str, probe: str, *arguments: object) -> dict[str, float] | None:
    """What `probes/PROBE.py CLIENT ARGUMENTS...` measured in the client's environment; `None` where it failed."""
    done = run_python(client, PROBES / f"{probe}.py", client, *arguments)
    if done.returncode:
        print(f"{client}: {probe} failed: {_reason(done.stderr)}", file=sys.stderr, flush=True)
        return None
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def run_python(client: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the interpreter of a client, in an environment where nothing but the client itself can be imported."""
    command = [python_for(client), *map(str, arguments)]
    try:
        return subprocess.run(
            command, check=False, capture_output=True, text=True, env=_variables(client), timeout=LONGEST_PROBE
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"no end after {LONGEST_PROBE} s")


def describe(clients: Iterable[str]) -> str:
    """When and on what the figures were measured, and which versions of whom."""
    versions = _versions(sys.executable, _OURS)
    for peer in dict.fromkeys(map(peer_of, clients)):
        if peer in _DISTRIBUTIONS:
            versions += _versions(python_for(peer), _DISTRIBUTIONS[peer][:1])
    command = " ".join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *_shown_arguments()])
    machine = f"{os.cpu_count()} cores ({platform.machine()}, {platform.system()}), Python {platform.python_version()}"
    return f"`{command}`, {datetime.now(UTC):%Y-%m-%d}, {machine}; {', '.join(versions)}."


def _is_installed(distribution: str) -> bool:
    try:
        return bool(importlib.metadata.version(distribution))
    except importlib.metadata.PackageNotFoundError:
        return False


def _variables(client: str) -> dict[str, str]:
    # what is installed has its bytecode; a PYTHONPATH would let a peer import this checkout in place of itself
    hidden = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONPROFILEIMPORTTIME")
    variables = {name: value for name, value in os.environ.items() if name not in hidden}
    if peer_of(client) not in _DISTRIBUTIONS:
        variables["PYTHONPATH"] = os.pathsep.join(map(str, (HERE.parent, HERE.parent / "agents")))
    return {**variables, "OPENROUTER_CACHE_TTL_MODELS": "0", "LANGSMITH_TRACING": "false"}


def _reason(said: str) -> str:
    # clients warn of what they left open after the exception that ended them
    errors = _ERROR.findall(said)
    return str(errors[-1]) if errors else said.strip() or "no message"


def _versions(python: str, distributions: Iterable[str]) -> list[str]:
    done = subprocess.run([python, "-c", _VERSIONS, *distributions], check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def _shown_arguments() -> list[str]:
    shown = sys.argv[1:]
    if "--plot" in shown:
        at = shown.index("--plot")
        del shown[at : at + 2]
    return shown
