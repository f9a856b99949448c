"""Programs that try to get out, to spy or to wear the host down. None may reach anything, hang, or leave a process."""

import os
import pickle
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from attack_files import read_attacks
from attacked_host import CANARY, AttackedHost
from container_images import ENGINES, container_sandbox, containers_left
from sandboxes_under_test import BACKENDS, PATIENCE_S, all_gone_after, call, note_workers

from openrouter_agents.tools.code_interpreter import CodeInterpreter
from openrouter_agents.tools.plain_png import is_plain_png
from openrouter_agents.tools.sandbox import SandboxLimits

ATTACKS = read_attacks()
HASTY = SandboxLimits(timeout_s=0.4, memory_bytes=512 << 20, disk_bytes=8 << 20)
PATIENT = SandboxLimits(timeout_s=5.0, memory_bytes=768 << 20, disk_bytes=8 << 20)
ONE_WORKER = {"environment", "files", "kernel", "network", "processes"}
"""Kinds whose programs leave nothing behind in their interpreter: they share one, which saves starting many."""

CONTAINERS = {"docker", "podman"}
"""Sandboxes whose walls are around all processes of a session together; the others allow no second process. They and
`wasi` are slow to start: by default they get every sixteenth program, and with `SANDBOX_ATTACKS=all` in the environment
all. `wasi` always gets those for which one worker is enough."""

UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
SAFE_NAME = re.compile(r"(?![.~ -])(?!(?i:con|nul|com1)\b)[^/\\:*?\"<>|\x00-\x1f\x7f\u200b\u202e]{1,100}(?<![. ])")


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    with AttackedHost(tmp_path_factory.mktemp("host")) as attacked:
        yield attacked


@pytest.fixture(scope="module", params=[*BACKENDS, *ENGINES])
def tools(request, host, tmp_path_factory):
    """A hasty and a patient interpreter, each with a conversation that has a secret of its own."""
    scratch = tmp_path_factory.mktemp("scratch")
    backend, containers = request.param, None
    if backend in ENGINES:
        backend, probe = container_sandbox(request.param)
        if not probe.ok:
            pytest.skip(probe.reason)
        containers = containers_left(request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CANARY_API_KEY", CANARY)
        patch.setenv("TMPDIR", str(scratch))
        patch.setattr(tempfile, "tempdir", None)
        with CodeInterpreter(backend=backend) as first:
            call(first, "1")  # what a sandbox keeps for all of its workers is there from now on
        before = _open_descriptors()
        with (
            all_gone_after(),
            CodeInterpreter(backend=backend, limits=HASTY, max_sessions=3) as hasty,
            CodeInterpreter(backend=backend, limits=PATIENT, max_sessions=3) as patient,
        ):
            yield hasty, patient
            note_workers()
        assert list(scratch.iterdir()) == []
        assert _open_descriptors() == before
        assert containers is None or containers_left(request.param) == containers


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_attack_reaches_nothing(tools, host, attack):
    tool = tools[attack.is_slow]
    if not _is_due(tool.sandbox.name, attack):
        pytest.skip("starting a worker takes long: SANDBOX_ATTACKS=all runs this too")
    call(tool, f"secret = '{CANARY}'", "bystander")
    conversation = attack.kind if attack.kind in ONE_WORKER else str(attack)
    forbids_processes = tool.sandbox.name not in CONTAINERS
    note_workers()
    messages = [
        _in_time(tool, program, conversation)
        for program in attack.aimed({**host.facts, "SYSCALLS": str(forbids_processes)})
    ]
    note_workers()
    for message in messages:
        _assert_harmless(message, tool.limits, ("REACHED", "RAN") if forbids_processes else ("REACHED",))
    assert messages[0].artifact["killed"] or not attack.dies
    host.assert_untouched()
    # Whatever it did, this conversation goes on, in the same worker or in a new one, and the others never noticed.
    _in_time(tool, "6 * 7", conversation)
    assert call(tool, f"secret == '{CANARY}'", "bystander").content == "True"


def _open_descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


def _is_due(sandbox, attack):
    every_time = {"jail", "monty"} if attack.kind not in ONE_WORKER else {"jail", "monty", "wasi"}
    return sandbox in every_time or ATTACKS.index(attack) % 16 == 0 or os.environ.get("SANDBOX_ATTACKS") == "all"


def _in_time(tool, program, conversation):
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(call, tool, program, conversation).result(tool.limits.timeout_s + PATIENCE_S)


def _assert_harmless(message, limits, words):
    result = message.artifact
    assert CANARY not in f"{message.content}{result}"
    printed = [*result["stdout"].splitlines(), *(result["value"] or "").splitlines()]
    assert not [line for line in printed if line.strip("'\"").startswith(words)], printed
    assert len(message.content) < limits.output_bytes * 2
    assert all(is_plain_png(image) for image in result["images"])
    assert [len(image) for image in result["images"] if len(image) > limits.image_bytes] == []
    for text in (message.content, result["stdout"], result["value"] or "", result["error"] or ""):
        assert type(text) is str
        assert not UNSEEN.search(text), ascii(UNSEEN.findall(text)[:5])
    for file in result.get("files", ()):
        assert SAFE_NAME.fullmatch(file["name"]), ascii(file["name"])
        assert CANARY.encode() not in file["data"]
    assert pickle.loads(pickle.dumps(result)) == result


@pytest.mark.parametrize(
    "name", ["environment", "read the canary file", "connect to loopback", "command line of every process"]
)
def test_without_a_sandbox_the_attack_succeeds(host, monkeypatch, name):
    """The control: these programs do what they say, so the walls are what stops them."""
    monkeypatch.setenv("CANARY_API_KEY", CANARY)
    (attack,) = [attack for attack in ATTACKS if attack.name == name]
    (program,) = attack.aimed(host.facts)
    printed = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, check=True, text=True).stdout
    assert CANARY in printed or printed == "REACHED\n"
    if printed == "REACHED\n":
        host.assert_reached()


def test_the_key_is_in_no_process_a_jail_consists_of(tools):
    """`--clearenv` alone leaves the host's environment in bwrap itself, which the code can see as process 1."""
    tool, _ = tools
    if tool.sandbox.name != "jail":
        pytest.skip("only a jail has a process of bwrap")
    call(tool, "1", "alone")
    session = tool._sessions._entries["alone"].session
    assert Path(f"/proc/{session.process.pid}/environ").read_bytes() == b""
    assert CANARY.encode() in os.environb[b"CANARY_API_KEY"]
