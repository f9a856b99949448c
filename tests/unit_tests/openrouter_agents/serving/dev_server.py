"""A real `langgraph dev` in a process of its own, and what it leaves behind when it is stopped."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import openrouter_agents
from tests.processes import children
from tests.waiting import wait_until

AGENTS = Path(openrouter_agents.__file__).parent.parent
CAREFUL = Path(__file__).with_name("careful_agent.py")


class DevServer(NamedTuple):
    """A server that runs."""

    url: str
    pid: int


@contextmanager
def dev_server(folder: Path, environment: dict[str, str]) -> Iterator[DevServer]:
    """Serve what `agents/langgraph.json` says, and an agent that asks before it uses its tools.

    In the end it is interrupted as from a keyboard, and all that it has started must be gone.

    Args:
        folder: Where the server runs and keeps its threads.
        environment: Variables beside those of this process.
    """
    settings = json.loads((AGENTS / "langgraph.json").read_text())
    settings["graphs"]["careful"] = f"./{CAREFUL.name}:make_graph"
    (folder / "langgraph.json").write_text(json.dumps(settings))
    (folder / "openrouter_agents").symlink_to(AGENTS / "openrouter_agents")
    (folder / CAREFUL.name).symlink_to(CAREFUL)
    port = _free_port()
    command = [sys.executable, "-m", "langgraph_cli", "dev", "--no-browser", "--no-reload", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=folder, env=_variables(environment), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: server.poll() is not None or _answers(f"{url}/ok"))
        assert server.poll() is None, (folder / "log").read_text()[-3000:]
        yield DevServer(url, server.pid)
        started = children(server.pid)
        server.send_signal(signal.SIGINT)
        server.wait(30)
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started))
    finally:
        server.kill()
        server.wait()


def _variables(more: dict[str, str]) -> dict[str, str]:
    root = AGENTS.parent
    path = os.pathsep.join([str(root), str(AGENTS), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": path, "LANGSMITH_TRACING": "false", **more}


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
