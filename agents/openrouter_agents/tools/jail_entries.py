"""Bounds how many files a jail's /tmp may hold.

The bytes of a tmpfs are counted without those of its entries: each empty file, folder or link takes a kilobyte of the
kernel's own memory. There is an option against that, `nr_inodes`, which bwrap does not pass on. So a helper enters the
jail's namespaces, where whoever made them may mount, and mounts /tmp anew with it.
"""

import json
import subprocess

from .jail_mounts import interpreter
from .sandbox import SandboxUnavailableError
from .sandbox_session import START_S

_NO_BOUND = (
    "The number of files in the jail cannot be bounded, so it is not used: this process may not enter the namespaces "
    "that bwrap makes. Take a bwrap that is not set-uid, or another sandbox. ({problem})"
)
_HELPER = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
def do(call, *arguments):
    if call(*arguments):
        sys.exit(f"{call.__name__}: {os.strerror(ctypes.get_errno())}")
for name in ("user", "mnt"):
    do(libc.setns, os.open(f"/proc/{sys.argv[1]}/ns/{name}", os.O_RDONLY), 0)
remount, nosuid, nodev = 32, 2, 4
do(libc.mount, b"tmpfs", b"/tmp", b"tmpfs", remount | nosuid | nodev, f"nr_inodes={sys.argv[2]}".encode())
"""


def bound_entries(info: bytes, most: int) -> None:
    """Bound the number of files, folders and links in the /tmp of a jail that has started and runs no program yet.

    Args:
        info: What bwrap wrote to its `--info-fd`.
        most: How many.

    Raises:
        SandboxUnavailableError: They cannot be bounded.
    """
    pid = json.loads(info)["child-pid"]
    done = subprocess.run(  # noqa: S603  # the arguments are ours
        [interpreter(), "-I", "-S", "-B", "-c", _HELPER, str(pid), str(most)],
        env={},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
        timeout=START_S,
    )
    if done.returncode != 0:
        raise SandboxUnavailableError(_NO_BOUND.format(problem=done.stderr.decode("utf-8", "replace").strip()[-300:]))
