import json
import signal
import subprocess
import sys
import threading
import time

import pytest
from container_images import ENGINES, container_sandbox, containers_left
from sandboxes_under_test import PATIENCE_S

from openrouter_agents.tools.container import ContainerSandbox
from openrouter_agents.tools.container_command import container_command
from openrouter_agents.tools.sandbox import SandboxFileError, SandboxLimits, SandboxUnavailableError

LIMITS = SandboxLimits(timeout_s=PATIENCE_S, memory_bytes=256 << 20, disk_bytes=8 << 20)
PROXY = "http://user:canary@127.0.0.1:9"
HOST = """
import sys
from openrouter_agents.tools.container import ContainerSandbox
from openrouter_agents.tools.sandbox import SandboxLimits
session = ContainerSandbox(*sys.argv[1:]).open(SandboxLimits(timeout_s=600))
print(session.run("6 * 7")["value"], flush=True)
session.run("import time\\ntime.sleep(600)")
"""


@pytest.fixture(scope="module", params=ENGINES)
def sandbox(request):
    made, probe = container_sandbox(request.param)
    if not probe.ok:
        pytest.skip(probe.reason)
    return made


@pytest.fixture(scope="module")
def session(sandbox):
    opened = sandbox.open(LIMITS)
    yield opened
    opened.close()


@pytest.fixture
def leaves_nothing(sandbox):
    before = containers_left(sandbox.name)
    yield
    assert containers_left(sandbox.name) == before


def test_variables_and_files_stay(session):
    session.run("x = 20\nopen('notes.txt', 'w').write('kept')")
    assert session.run("x + 1, open('/tmp/notes.txt').read()")["value"] == "(21, 'kept')"


def test_files_go_in_and_out(session):
    session.put("data/sales.csv", b"1,2\n" * 1_000)
    assert session.run("len(open('data/sales.csv').read())")["value"] == "4000"
    assert session.get("data/sales.csv") == b"1,2\n" * 1_000
    result = session.run("open('/tmp/outputs/report.csv', 'w').write('a,b')\nNone")
    assert result["files"] == [{"name": "report.csv", "data": b"a,b"}]
    with pytest.raises(SandboxFileError):
        session.get("../etc/passwd")


def test_programs_of_the_image_run_and_processes_of_the_host_are_not_there(session):
    shown = session.run(
        "import os, subprocess\nprint(subprocess.check_output(['/bin/sh', '-c', 'id']).decode())\n"
        "os.uname().nodename, len([name for name in os.listdir('/proc') if name.isdigit()]) < 5"
    )
    assert shown["stdout"].startswith("uid=5")
    assert shown["value"] == "('sandbox', True)"


def test_keys_and_proxies_of_the_host_stay_there(sandbox, monkeypatch, tmp_path):
    """Docker can be told to put proxies into every container, and podman does so by itself."""
    proxies = {"httpProxy": PROXY, "httpsProxy": PROXY, "noProxy": PROXY}
    (tmp_path / "config.json").write_text(json.dumps({"proxies": {"default": proxies}}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    for name in ("HTTP_PROXY", "https_proxy", "all_proxy", "CANARY_API_KEY"):
        monkeypatch.setenv(name, PROXY)
    opened = sandbox.open(LIMITS)
    shown = opened.run("import os\ndict(os.environ), open('/proc/1/environ').read(), open('/proc/self/environ').read()")
    opened.close()
    assert "HOME" in shown["value"]
    assert "canary" not in shown["value"]


def test_sessions_are_users_of_their_own(sandbox, session):
    """Keyrings belong to users, whatever container they are in."""
    other = sandbox.open(LIMITS)
    assert session.run("import os\nos.getuid()")["value"] != other.run("import os\nos.getuid()")["value"]
    other.close()


def test_the_limits_hold_for_all_processes_together(session):
    memory = session.run("import subprocess\nsubprocess.run(['python3', '-c', 'x = bytearray(1 << 30)']).returncode")
    assert memory["value"] != "0"
    disk = session.run("open('/tmp/big', 'wb').write(bytes(16 << 20))")
    assert "OSError" in disk["error"]
    processes = session.run(
        "import subprocess\nchildren = []\ntry:\n    for _ in range(200):\n"
        "        children.append(subprocess.Popen(['/bin/sh', '-c', 'read x'], stdin=subprocess.PIPE))\n"
        "finally:\n    started = len(children)\n    for child in children:\n"
        "        child.kill()\n        child.communicate()"
    )
    assert processes["error"] is not None
    assert int(session.run("started")["value"]) < 64


def test_the_time_limit_ends_the_container(sandbox, leaves_nothing):
    hasty = sandbox.open(SandboxLimits(timeout_s=0.5))
    result = hasty.run("import subprocess\nprint('so far')\nsubprocess.run(['/bin/sh', '-c', 'while :; do :; done'])")
    assert result["killed"]
    assert result["stdout"] == "so far\n"
    assert result["error"].startswith("Stopped after 0.5 s")


def test_a_program_that_ends_the_interpreter_says_how(sandbox, leaves_nothing):
    leaving = sandbox.open(LIMITS)
    assert leaving.run("import os\nos._exit(3)")["error"].startswith("The interpreter ended: exit status 3.")
    leaving.close()


def test_a_killed_call_returns_and_leaves_nothing(sandbox, leaves_nothing):
    killed = sandbox.open(LIMITS)
    killed.run("1")
    timer = threading.Timer(0.2, killed.kill)
    timer.start()
    assert killed.run("import time\ntime.sleep(600)")["error"].startswith("Stopped: the call was cancelled.")
    timer.join()
    killed.close()


def test_no_container_outlives_a_killed_host(sandbox):
    with subprocess.Popen([sys.executable, "-c", HOST, sandbox.name, sandbox._image], stdout=subprocess.PIPE) as host:
        assert host.stdout.readline() == b"42\n"
        assert containers_left(sandbox.name, host.pid)
        host.send_signal(signal.SIGKILL)
    give_up = time.monotonic() + PATIENCE_S
    while containers_left(sandbox.name, host.pid):
        assert time.monotonic() < give_up, "a container is left over"


def test_says_which_image_is_missing(sandbox):
    probe = ContainerSandbox(sandbox.name, "localhost/there-is-none").probe()
    assert not probe.ok
    assert f"run `{sandbox.name} pull localhost/there-is-none`" in probe.reason


def test_the_description_says_what_is_inside(sandbox):
    text = sandbox.describe(LIMITS)
    assert f"Python {'.'.join(map(str, sys.version_info[:3]))}" in text
    assert "no packages" in text
    assert "256 MB of memory" in text


def test_says_which_program_is_missing(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SandboxUnavailableError, match="no `podman` here"):
        ContainerSandbox("podman").open(LIMITS)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_command_takes_everything_away(engine):
    command = container_command(engine, "name", "image", LIMITS)
    options = command[: command.index("image")]
    for words in ("--network none", "--cap-drop ALL", "--security-opt no-new-privileges"):
        name, value = words.split()
        assert options[options.index(name) + 1] == value
    assert "--read-only" in options
    assert options[options.index("--user") + 1] != "0"
    assert not {"--privileged", "--volume", "-v", "--mount", "--device", "--pid"} & set(options)
