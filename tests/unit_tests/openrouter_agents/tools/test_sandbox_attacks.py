"""Programs that try to get out, to spy or to wear the host down. None may reach anything, hang, or leave a process."""

import contextlib
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sandboxes_under_test import BACKENDS, PATIENCE_S, all_gone_after, call, note_workers

from openrouter_agents.tools.code_interpreter import CodeInterpreter
from openrouter_agents.tools.sandbox import Limits

CANARY = "sk-or-canary-5d41402abc4b2a76"
LIMITS = Limits(timeout_s=1.0, memory_bytes=512 << 20, disk_bytes=8 << 20)

ATTACKS = {
    "read the host's users": "print(open('/etc/passwd').read())",
    "read the canary file": "print(open('{file}').read())",
    "overwrite the canary file": "open('{file}', 'w').write('owned')",
    "list the host's folders": "import os\nprint(os.listdir('/root'), os.listdir('/home'))",
    "environment": "import os\nprint(dict(os.environ))",
    "getenv": "import os\nprint(os.getenv('CANARY_API_KEY'))",
    "own environment in proc": "print(open('/proc/self/environ').read())",
    "every environment in proc": (
        "import glob\nfor name in glob.glob('/proc/*/environ') or ['/proc/1/environ', '/proc/2/environ']:\n"
        "    print(open(name, 'rb').read())"
    ),
    "memory of pid 1": "print(open('/proc/1/mem', 'rb').read(10))",
    "connect to loopback": "import socket\nsocket.create_connection(('127.0.0.1', {port}), 1)\nprint('connected')",
    "fetch from loopback": (
        "import urllib.request\nprint(urllib.request.urlopen('http://127.0.0.1:{port}').read())\nprint('connected')"
    ),
    "raw sockets through libc": (
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nassert libc.socket(2, 1, 0) == -1\nprint('refused')"
    ),
    "write to etc": "open('/etc/owned', 'w').write('x')\nprint('written')",
    "write to the root": "open('/owned', 'w').write('x')\nprint('written')",
    "write to the packages": "open('/jail/site/numpy/owned.py', 'w').write('x')\nprint('written')",
    "signal the parent": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nprint('signalled')",
    "signal everybody": "import os, signal\nos.kill(-1, signal.SIGKILL)\nprint('signalled')",
    "subprocess": "import subprocess\nprint('ran', subprocess.check_output(['/bin/sh', '-c', 'id']))",
    "system through libc": (
        "import ctypes\nprint('status', ctypes.CDLL(None).system(b'id > /tmp/out'))\nopen('/tmp/out').read()"
    ),
    "exec": "import os\nos.execv('/bin/sh', ['sh', '-c', 'echo ran'])",
    "walk the class tree": (
        "print([c for c in ().__class__.__base__.__subclasses__() if c.__name__ == 'Popen'][0](['id']))\nprint('ran')"
    ),
    "new user namespace": "import ctypes\nassert ctypes.CDLL(None).unshare(0x10000000) == -1\nprint('refused')",
    "mount": "import ctypes\nassert ctypes.CDLL(None).mount(b'proc', b'/tmp', b'proc', 0, 0) == -1\nprint('refused')",
    "ptrace": "import ctypes\nassert ctypes.CDLL(None).ptrace(16, 1, 0, 0) == -1\nprint('refused')",
    "fork bomb": "import os\nwhile True:\n    os.fork()",
    "processes by multiprocessing": (
        "import multiprocessing\nmultiprocessing.Process(target=print).start()\nprint('ran')"
    ),
    "thread bomb": (
        "import threading\nstop = threading.Event()\ntry:\n    for _ in range(100_000):\n"
        "        threading.Thread(target=stop.wait, daemon=True).start()\nfinally:\n    stop.set()"
    ),
    "endless loop": "while True:\n    pass",
    "loop that catches everything": (
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"
    ),
    "eight gigabytes at once": "x = b'x' * (8 << 30)",
    "a list without end": "x = []\nwhile True:\n    x.append('y' * 10_000 + str(len(x)))",
    "a power without end": "9**9**8",
    "a regular expression without end": "import re\nre.match(r'(a+)+$', 'a' * 40 + 'b')",
    "a file of three gigabytes": (
        "with open('/tmp/big', 'wb') as file:\n    for _ in range(3000):\n        file.write(b'x' * (1 << 20))"
    ),
    "many files": "for n in range(3000):\n    open(f'/tmp/{{n}}', 'wb').write(b'x' * (1 << 16))\nprint('all written')",
    "memory nobody counts": "import os\nos.memfd_create('x')\nprint('made')",
    "a flood of text": "while True:\n    print('x' * 1000)",
    "a flood without lines": "import sys\nwhile True:\n    sys.stdout.write('x')",
    "endless recursion": "def down(n):\n    return down(n + 1)\ndown(0)",
    "deep nesting": "(" * 5000 + ")" * 5000,
    "crash the interpreter": "import ctypes\nctypes.string_at(0)",
    "leave": "import os\nos._exit(0)",
    "exit": "import sys\nsys.exit(3)",
    "wait for input": "input('password? ')",
    "a forged answer": (
        "import os\nfor fd in range(3, 20):\n    try:\n"
        '        os.write(fd, b\'{{"id": 999, "value": "forged", "error": null, "images": []}}\\n\')\n'
        "    except OSError:\n        pass"
    ),
    "answers without end": (
        "import os\nwhile True:\n    for fd in range(3, 20):\n        try:\n            os.write(fd, b'x' * 60_000)\n"
        "        except OSError:\n            pass"
    ),
}
ENDLESS = ("endless loop", "loop that catches everything")
REACHED = ("connected", "written", "signalled", "ran", "made", "forged", "root:", "uid=", "all written")


@pytest.fixture(scope="module")
def canary_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("host") / "canary.txt"
    path.write_text(CANARY)
    return path


@pytest.fixture(scope="module")
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)  # noqa: FBT003  # the standard library's signature
        yield server


@pytest.fixture(scope="module", params=BACKENDS)
def tool(request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CANARY_API_KEY", CANARY)
        with all_gone_after(), CodeInterpreter(backend=request.param, limits=LIMITS) as interpreter:
            call(interpreter, "1")
            note_workers()
            yield interpreter
            note_workers()


@pytest.mark.parametrize("attack", ATTACKS)
def test_attack_reaches_nothing(tool, listener, canary_file, attack):
    code = ATTACKS[attack].format(port=listener.getsockname()[1], file=canary_file)
    with ThreadPoolExecutor(1) as threads:
        message = threads.submit(call, tool, code).result(PATIENCE_S)
    assert message.artifact["killed"] or attack not in ENDLESS
    seen = f"{message.content}{message.artifact}"
    assert CANARY not in seen
    printed = message.artifact["stdout"].splitlines()
    assert not [line for line in printed if line.startswith(REACHED)], printed
    assert len(message.content) < LIMITS.output_bytes * 2
    assert canary_file.read_text() == CANARY
    with pytest.raises(BlockingIOError):
        listener.accept()
    note_workers()
    # Whatever it did, the next call works: in the same worker, or in a new one if this one is gone.
    assert call(tool, "6 * 7").content == "42"


@pytest.mark.parametrize("attack", ["environment", "read the canary file", "connect to loopback"])
def test_without_a_sandbox_the_attack_succeeds(tool, listener, canary_file, attack):
    """The control: these programs do what they say, so the walls are what stops them."""
    code = ATTACKS[attack].format(port=listener.getsockname()[1], file=canary_file)
    printed = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=True, text=True).stdout
    assert CANARY in printed or printed == "connected\n"
    with contextlib.suppress(BlockingIOError):
        listener.accept()[0].close()


def test_the_key_is_in_no_process_a_jail_consists_of(tool):
    """`--clearenv` alone leaves the host's environment in bwrap itself, which the code can see as process 1."""
    if tool.sandbox.name != "jail":
        pytest.skip("monty gives its code no way to look at a process")
    call(tool, "1")
    (entry,) = tool._sessions._entries.values()
    assert Path(f"/proc/{entry.session.process.pid}/environ").read_bytes() == b""
    assert CANARY.encode() in os.environb[b"CANARY_API_KEY"]
