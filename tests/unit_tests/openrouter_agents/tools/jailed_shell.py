"""An implementation of deepagents' `SandboxBackendProtocol`: a shell and files in bubblewrap, for tests.

Commands run in one set of namespaces, several at a time, so that what one leaves in the background is there for others.
"""

import base64
import itertools
import json
import subprocess
import sys
import threading
from concurrent.futures import Future
from dataclasses import dataclass

from openrouter_agents.tools.jail_command import bwrap_binary

_SERVER = """
import base64, json, subprocess, sys, threading

def answer(request):
    try:
        if "command" in request:
            command = ["/bin/sh", "-c", request["command"]]
            ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   timeout=request["timeout"])
            return {"output": ended.stdout.decode("utf-8", "replace"), "exit_code": ended.returncode}
        if "data" in request:
            with open(request["path"], "wb") as file:
                file.write(base64.b64decode(request["data"]))
            return {}
        with open(request["path"], "rb") as file:
            return {"content": base64.b64encode(file.read()).decode()}
    except subprocess.TimeoutExpired:
        return {"output": "timed out", "exit_code": 124}
    except OSError as problem:
        return {"error": problem.strerror}

def serve(request):
    print(json.dumps({"id": request["id"], **answer(request)}) + "\\n", end="", flush=True)

for line in sys.stdin:
    threading.Thread(target=serve, args=(json.loads(line),), daemon=True).start()
"""


@dataclass
class Answer:
    output: str = ""
    exit_code: int | None = None
    truncated: bool = False
    content: bytes | None = None
    error: str | None = None


class JailedShell:
    python = sys.executable

    def __init__(self):
        walls = "--unshare-all --die-with-parent --new-session --clearenv --cap-drop ALL --ro-bind / / --proc /proc"
        places = "--dev /dev --tmpfs /tmp --setenv PATH /usr/bin:/bin"
        self._process = subprocess.Popen(
            [bwrap_binary(), *walls.split(), *places.split(), sys.executable, "-c", _SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={},
        )
        self.id = f"jailed-shell-{self._process.pid}"
        self._numbers = itertools.count()
        self._waiting = {}
        self._sending = threading.Lock()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def execute(self, command, *, timeout=None):
        return self._ask(command=command, timeout=timeout)

    def upload_files(self, files):
        return [self._ask(path=path, data=base64.b64encode(content).decode()) for path, content in files]

    def download_files(self, paths):
        return [self._ask(path=path) for path in paths]

    def close(self):
        self._process.kill()
        self._process.wait()
        self._reader.join()
        self._process.stdin.close()
        self._process.stdout.close()

    def _ask(self, **request):
        with self._sending:
            if not self._reader.is_alive():
                raise ConnectionError("the machine is gone")
            number = next(self._numbers)
            future = self._waiting[number] = Future()
            self._process.stdin.write(json.dumps({"id": number, **request}).encode() + b"\n")
            self._process.stdin.flush()
        return future.result()

    def _read(self):
        for line in self._process.stdout:
            answer = json.loads(line)
            future = self._waiting.pop(answer.pop("id"))
            if "content" in answer:
                answer["content"] = base64.b64decode(answer["content"])
            future.set_result(Answer(**answer))
        for future in self._waiting.values():
            future.set_exception(ConnectionError("the machine is gone"))
