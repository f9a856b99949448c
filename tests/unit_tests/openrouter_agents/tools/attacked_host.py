"""A host worth attacking: a key in its environment, files, memory and processes, and open ears in every network."""

import contextlib
import ctypes
import os
import platform
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

CANARY = "sk-or-canary-5d41402abc4b2a76"
_REMOVE, _CREATE = 0, 0o1666  # IPC_RMID; IPC_CREAT with access for everybody


@dataclass
class AttackedHost:
    folder: Path
    facts: dict = field(default_factory=dict)
    _stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _ears: list = field(default_factory=list)

    def __enter__(self):
        file = self.folder / "canary.txt"
        file.write_text(CANARY)
        port = self._listen(socket.create_server(("127.0.0.1", 0))).getsockname()[1]
        udp = self._listen(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        # A path of a socket is 107 bytes long at most; pytest's folders may be longer.
        path = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="ear-"))) / "ear"
        abstract = f"openrouter-agents-{os.getpid()}"
        for address in (str(path), f"\0{abstract}"):
            ear = self._listen(socket.socket(socket.AF_UNIX))
            ear.bind(address)
            ear.listen()
        self._bystander = self._start_bystander()
        handle = os.open(file, os.O_RDONLY)
        self._stack.callback(os.close, handle)
        os.set_inheritable(handle, True)  # noqa: FBT003  # the standard library's signature
        self.facts = {
            "FILE": str(file),
            "FOLDER": str(self.folder),
            "PORT": str(port),
            "UDP_PORT": str(udp.getsockname()[1]),
            "SOCKET": str(path),
            "ABSTRACT": abstract,
            "PID": str(os.getpid()),
            "BYSTANDER": str(self._bystander.pid),
            "SHARED": str(self._share_memory()),
            "HOSTNAME": platform.node(),
        }
        return self

    def __exit__(self, *problem):
        self._stack.close()

    def assert_untouched(self):
        """State that nobody came, and that everything is as it was."""
        assert [path.name for path in self.folder.iterdir()] == ["canary.txt"]
        assert (self.folder / "canary.txt").read_text() == CANARY
        assert self._bystander.poll() is None
        for ear in self._ears:
            with contextlib.suppress(BlockingIOError):
                heard = ear.recv(100) if ear.type == socket.SOCK_DGRAM else ear.accept()[0].close()
                raise AssertionError(f"somebody came: {heard}")

    def assert_reached(self):
        """State that somebody came to the first of the listeners, and forget it."""
        self._ears[0].accept()[0].close()

    def _listen(self, ear):
        self._stack.enter_context(ear)
        ear.setblocking(False)  # noqa: FBT003  # the standard library's signature
        self._ears.append(ear)
        return ear

    def _start_bystander(self):
        code = "import sys; print(flush=True); sys.stdin.read()"
        process = subprocess.Popen(
            [sys.executable, "-c", code, CANARY],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"CANARY_API_KEY": CANARY},
        )
        self._stack.enter_context(process)  # closes its standard input, on which it ends, and waits for it
        process.stdout.readline()
        return process

    def _share_memory(self):
        libc = ctypes.CDLL(None)
        libc.shmat.restype = ctypes.c_void_p
        number = libc.shmget(0, 4096, _CREATE)
        self._stack.callback(libc.shmctl, number, _REMOVE, None)
        address = ctypes.c_void_p(libc.shmat(number, None, 0))
        ctypes.memmove(address, CANARY.encode(), len(CANARY))
        libc.shmdt(address)
        return number
