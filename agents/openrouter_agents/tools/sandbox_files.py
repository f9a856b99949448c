"""Which names files may have on their way into a sandbox and out of it.

A name that comes out was chosen by the model's code, and somebody will save the file under it. So it must not climb
out of a folder, hide, be taken for an option, look like another name, or mean a device on any system.
"""

import re

from .sandbox import SandboxFileError

_MAX_NAME_BYTES = 100
_MAX_DEPTH = 8
# Letters and digits of any script, and what means nothing to a shell, a web address or a file system.
_PLAIN = re.compile(r"[\w.() +,=@#&~-]+")
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{device}{number}" for device in ("com", "lpt") for number in range(10))]
)


def is_safe_name(name: str) -> bool:
    """Whether this is a plain file name, without folders, on every system."""
    return (
        0 < len(name.encode("utf-8", "replace")) <= _MAX_NAME_BYTES
        and _PLAIN.fullmatch(name) is not None
        and not name.startswith((".", "-", " ", "~"))
        and not name.endswith((".", " "))
        and name.split(".", 1)[0].strip().casefold() not in _DEVICES
    )


def checked_path(path: str) -> str:
    """Return a relative path of plain names as it is.

    Raises:
        SandboxFileError: It is something else.
    """
    parts = path.split("/")
    if len(parts) > _MAX_DEPTH or not all(map(is_safe_name, parts)):
        raise SandboxFileError(
            f"{path[:200]!a} is no file name for a sandbox: give a relative path such as 'data/sales.csv', of at most "
            f"{_MAX_DEPTH} plain names."
        )
    return path
