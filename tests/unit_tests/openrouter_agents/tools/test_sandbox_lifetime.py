"""Workers live exactly as long as they should: not with the thread that started them, and not without their host."""

import os
import select
import signal
import subprocess
import sys
import threading

import pytest
from sandboxes_under_test import BACKENDS, PATIENCE_S, call, descendants

from openrouter_agents.tools.code_interpreter import CodeInterpreter
from openrouter_agents.tools.sandbox import SandboxLimits

HOST = """
import sys
from openrouter_agents.tools.code_interpreter import CodeInterpreter
from openrouter_agents.tools.sandbox import SandboxLimits
interpreter = CodeInterpreter(backend=sys.argv[1], limits=SandboxLimits(timeout_s=float(sys.argv[3])))
print(interpreter.invoke({"code": "6 * 7"}), flush=True)
if sys.argv[2] == "busy":
    interpreter.invoke({"code": "while True:\\n    pass"})
if sys.argv[2] == "waiting":
    sys.stdin.read()
"""


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_worker_outlives_the_thread_that_asked_for_it(backend):
    with CodeInterpreter(backend=backend, limits=SandboxLimits(timeout_s=PATIENCE_S)) as interpreter:
        first = threading.Thread(target=call, args=(interpreter, "kept = 1"))
        first.start()
        first.join(PATIENCE_S)
        assert call(interpreter, "kept").content == "1"


@pytest.mark.parametrize("backend", BACKENDS)
def test_no_worker_outlives_a_killed_host(backend):
    """The kernel ends a jail with its host at once; monty's worker notices at its next word, or at its time limit."""
    with _host(backend, "busy", {"jail": 600, "wasi": 600, "monty": 1}[backend]) as host:
        handles = [os.pidfd_open(pid) for pid in descendants(host.pid)]
        assert handles
        host.send_signal(signal.SIGKILL)
        _await_end(handles)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_host_that_forgets_to_close_leaves_nothing(backend):
    with _host(backend, "waiting") as host:
        handles = [os.pidfd_open(pid) for pid in descendants(host.pid)]
        assert handles
        host.stdin.close()
        assert host.wait(PATIENCE_S) == 0
        assert host.stderr.read() == b""
        _await_end(handles)


def _host(backend, doing, timeout_s=PATIENCE_S):
    host = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", HOST, backend, doing, str(timeout_s)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert host.stdout.readline() == b"42\n"
    return host


def _await_end(handles):
    for handle in handles:
        ready, _, _ = select.select([handle], [], [], PATIENCE_S)
        os.close(handle)
        assert ready, "a worker is left over"
