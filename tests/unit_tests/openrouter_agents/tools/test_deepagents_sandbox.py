import threading

import pytest
from jailed_shell import JailedShell
from sandboxes_under_test import PATIENCE_S, all_gone_after, call, needs_jail, note_workers

from openrouter_agents.tools.code_interpreter import CodeInterpreter
from openrouter_agents.tools.deepagents_sandbox import DeepAgentsSandbox
from openrouter_agents.tools.sandbox import SandboxError, SandboxLimits, SandboxUnavailableError

LIMITS = SandboxLimits(timeout_s=PATIENCE_S, disk_bytes=8 << 20)
pytestmark = needs_jail


class Machines:
    """A provider of machines: counts those that are not given back."""

    def __init__(self):
        self.running = []

    def make(self):
        self.running.append(JailedShell())
        return self.running[-1]

    def dispose(self, machine):
        machine.close()
        self.running.remove(machine)


@pytest.fixture
def machines():
    made = Machines()
    yield made
    assert made.running == []


@pytest.fixture
def sandbox(machines):
    return DeepAgentsSandbox(machines.make, dispose=machines.dispose, python=JailedShell.python)


@pytest.fixture
def session(sandbox):
    opened = sandbox.open(LIMITS)
    yield opened
    opened.close()


def test_works_as_an_interpreter(sandbox):
    with all_gone_after(), CodeInterpreter(backend=sandbox, limits=LIMITS) as tool:
        assert call(tool, "print('hello')\nkept = 20").content == "hello"
        assert call(tool, "kept + 1").content == "21"
        assert "NameError" in call(tool, "kept", "another conversation").content
        message = call(tool, "def half():\n    return 1 / 0\nhalf()")
        assert message.status == "error"
        assert message.content.endswith("ZeroDivisionError: division by zero")
        note_workers()
    assert "Python 3" in tool.description


def test_plots_and_files_come_back(session):
    result = session.run(
        "import matplotlib.pyplot as plt\nplt.plot([1, 3])\nopen('/tmp/outputs/report.csv', 'w').write('a,b')\nNone"
    )
    assert result["error"] is None
    assert [image[:8] for image in result["images"]] == [b"\x89PNG\r\n\x1a\n"]
    assert result["files"] == [{"name": "report.csv", "data": b"a,b"}]


def test_files_go_in_and_out(session):
    session.put("data/sales.csv", b"1,2\n" * 100_000)
    assert session.run("len(open('data/sales.csv').read())")["value"] == "400000"
    assert session.get("data/sales.csv") == b"1,2\n" * 100_000


def test_the_time_limit_ends_the_worker(sandbox):
    hasty = sandbox.open(SandboxLimits(timeout_s=0.5))
    result = hasty.run("print('so far')\nwhile True:\n    pass")
    assert result["killed"]
    assert result["stdout"] == "so far\n"
    assert result["error"].startswith("Stopped after 0.5 s")
    assert not hasty.alive


def test_a_program_that_ends_the_interpreter_says_how(sandbox):
    leaving = sandbox.open(LIMITS)
    assert leaving.run("import os\nos._exit(3)")["error"].startswith("The interpreter ended: exit status 3.")


def test_a_killed_call_returns(session):
    session.run("1")
    timer = threading.Timer(0.2, session.kill)
    timer.start()
    assert session.run("while True:\n    pass")["error"].startswith("Stopped: the call was cancelled.")
    timer.join()


def test_answers_that_the_code_forged_cost_the_session(sandbox):
    forging = sandbox.open(LIMITS)
    result = forging.run("import glob\nopen(glob.glob('/tmp/openrouter-agents-*/out')[0], 'a').write('nonsense\\n')")
    assert result["killed"]
    assert "interfered with the interpreter" in result["error"]


def test_a_machine_without_python_says_so(machines):
    sandbox = DeepAgentsSandbox(machines.make, dispose=machines.dispose, python="/no/such/python")
    probe = sandbox.probe()
    assert not probe.ok
    assert "/no/such/python" in probe.reason


def test_a_provider_that_fails_says_how(machines):
    def fail():
        raise ConnectionError("no machines left")

    with pytest.raises(SandboxUnavailableError, match="no machines left"):
        DeepAgentsSandbox(fail).open(LIMITS)
    session = DeepAgentsSandbox(machines.make, dispose=machines.dispose, python=JailedShell.python).open(LIMITS)
    machines.running[0].close()
    with pytest.raises(SandboxError, match="the machine is gone"):
        session.run("1")
