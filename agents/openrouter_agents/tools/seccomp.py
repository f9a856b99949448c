"""The system calls refused inside the jail, as a raw BPF program for `bwrap --seccomp`; and those inside a container.

A deny list, not an allow list: which harmless calls numpy, glibc or musl make changes with every release, and a
missed one would break users. What the list leaves open is closed by default in one place: calls newer than this file
do not exist inside the jail.
"""

import errno
import struct
import sys
from collections.abc import Iterable

_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT = 0x40000000
_NEWEST_KNOWN = 462  # mseal, Linux 6.10; numbers after it are the same on all architectures and are refused
_SETXATTRAT = 463
_CLONE_THREAD = 0x00010000

# BPF opcodes, and the offsets of `struct seccomp_data` in bytes.
_LOAD, _JUMP_EQUAL, _JUMP_GREATER_EQUAL, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT, _SECOND_ARGUMENT = 0, 4, 16, 24
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000

_DENIED: dict[str, tuple[int | None, int | None]] = {
    # New processes: a fork bomb, or a child that outlives its call. Threads are made by clone(2), checked below.
    "fork": (57, None),
    "vfork": (58, None),
    "execveat": (322, 281),
    # Signals and handles to other processes: nothing in here has any business with one.
    "kill": (62, 129),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    # Network, also inside the empty network namespace: abstract Unix and vsock sockets are not always bound to one.
    # socketpair(2) stays: asyncio's loop needs it, and it reaches nobody.
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    # Other processes' memory, and the kernel's largest sources of privilege escalation.
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "perf_event_open": (298, 241),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    # Keyrings are not namespaced: a key of the host's user could be read.
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # Mounts and namespaces: a new user namespace would give back every capability inside it.
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    "mknod": (133, None),
    "mknodat": (259, 33),
    # Memory outside the address space limit: it would be counted to nobody.
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    # The kernel's own memory, which no limit counts, or which is counted for all of the host user's processes together.
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "io_setup": (206, 0),
    "landlock_create_ruleset": (444, 444),
    "remap_file_pages": (216, 234),
    # The machine itself. Needs capabilities the jail has not got; refused so that a kernel bug does not matter.
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "syslog": (103, 116),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "vhangup": (153, 58),
    "personality": (135, 92),
    # Old calls for x86 hardware and for NUMA: seldom tested kernel code, of no use in here.
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "lookup_dcookie": (212, 18),
    "nfsservctl": (180, 42),
    "uselib": (134, None),
    "ustat": (136, None),
    "sysfs": (139, None),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
    "mbind": (237, 235),
    "set_mempolicy": (238, 237),
    "set_mempolicy_home_node": (450, 450),
}
_CLONE = (56, 220)
_CLONE3 = (435, 435)
_FCNTL = (72, 25)
_SET_LOCK, _SET_LOCK_AND_WAIT, _SET_PIPE_SIZE, _SET_OWN_LOCK, _SET_OWN_LOCK_AND_WAIT = 6, 7, 1031, 37, 38


def supported(machine: str) -> bool:
    """Whether the numbers of this machine's system calls are known (`platform.machine()`'s name)."""
    return machine in _AUDIT_ARCH and sys.byteorder == "little"


def bpf_program(machine: str, *, threads: bool) -> bytes:
    """Build the filter for one architecture.

    Args:
        machine: `x86_64` or `aarch64`, as `platform.machine()` says it.
        threads: Whether new threads may be started.

    Returns:
        The program as an array of `struct sock_filter`, eight bytes an instruction.

    Raises:
        KeyError: The architecture is not supported.
    """
    column = _column(machine)
    refuse, missing = _ERRNO | errno.EPERM, _ERRNO | errno.ENOSYS
    program = _entrance(machine)
    program += _when(_JUMP_GREATER_EQUAL, _NEWEST_KNOWN + 1, missing)
    # The flags of clone3 lie in memory, where a filter cannot look: "not implemented" makes libc fall back to clone.
    program += _when(_JUMP_EQUAL, _CLONE3[column], missing)
    program += _on_calls((numbers[column] for numbers in _DENIED.values()), refuse)
    if not threads:
        program += _when(_JUMP_EQUAL, _CLONE[column], refuse)
    program += _on_call(_CLONE[column], _FIRST_ARGUMENT, _unless(_JUMP_ANY_BIT, _CLONE_THREAD, refuse))
    program += _on_call(_FCNTL[column], _SECOND_ARGUMENT, _file_control())
    return b"".join([*program, _op(_RETURN, _ALLOW)])


def container_bpf_program(machine: str) -> bytes:
    """Build the filter of what a container's engine leaves open: attributes and lists of rights.

    They are kept in the kernel's own memory, which is not counted with a container's.

    Args:
        machine: As for `bpf_program`.

    Returns:
        The program, likewise.

    Raises:
        KeyError: The architecture is not supported.
    """
    column = _column(machine)
    numbers = (*(_DENIED[name][column] for name in ("setxattr", "lsetxattr", "fsetxattr")), _SETXATTRAT)
    return b"".join([*_entrance(machine), *_on_calls(numbers, _ERRNO | errno.EPERM), _op(_RETURN, _ALLOW)])


def _column(machine: str) -> int:
    return 0 if machine == "x86_64" else 1


def _entrance(machine: str) -> list[bytes]:
    program = [
        _op(_LOAD, _ARCHITECTURE),
        # Another architecture (32-bit x86) has other numbers, so no list below would hold: nothing honest does it.
        _op(_JUMP_EQUAL, _AUDIT_ARCH[machine], if_true=1),
        _op(_RETURN, _KILL),
        _op(_LOAD, _NUMBER),
    ]
    if machine == "x86_64":
        # The x32 calls reach the same kernel functions under other numbers.
        program += _when(_JUMP_GREATER_EQUAL, _X32_BIT, _KILL)
    return program


def _file_control() -> list[bytes]:
    # Records of locks cost memory without a limit. One process is never locked out by itself, so that saying yes to a
    # lock and not keeping it is all there is to it; locks of one open file against another are refused as unknown.
    kept, unknown, refuse = _ERRNO, _ERRNO | errno.EINVAL, _ERRNO | errno.EPERM
    verdicts = {
        _SET_LOCK: kept,
        _SET_LOCK_AND_WAIT: kept,
        _SET_OWN_LOCK: unknown,
        _SET_OWN_LOCK_AND_WAIT: unknown,
        # Pipes' memory is counted for all of the host user's processes together.
        _SET_PIPE_SIZE: refuse,
    }
    return [part for command, verdict in verdicts.items() for part in _when(_JUMP_EQUAL, command, verdict)]


def _on_calls(numbers: Iterable[int | None], verdict: int) -> list[bytes]:
    return [part for number in numbers if number is not None for part in _when(_JUMP_EQUAL, number, verdict)]


def _on_call(number: int, argument: int, tests: list[bytes]) -> list[bytes]:
    # The number is loaded once more behind it, for whatever is tested next.
    body = [_op(_LOAD, argument), *tests, _op(_LOAD, _NUMBER)]
    return [_op(_JUMP_EQUAL, number, if_false=len(body)), *body]


def _op(code: int, operand: int, *, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, operand)


def _unless(jump: int, operand: int, verdict: int) -> list[bytes]:
    return [_op(jump, operand, if_true=1), _op(_RETURN, verdict)]


def _when(jump: int, operand: int, verdict: int) -> list[bytes]:
    # One return for each test, because a jump reaches 255 instructions at most.
    return [_op(jump, operand, if_false=1), _op(_RETURN, verdict)]
