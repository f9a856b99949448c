"""Checks what a sandbox hands over before a model, a terminal or an image viewer sees it.

Whoever wrote the code may have wanted to reach exactly those. It is done here, once, for the sandboxes of this package
and for those of others.
"""

import re

from .plain_png import is_plain_png
from .sandbox import ExecResult
from .sandbox_files import is_safe_name

_TERMINAL = re.compile(
    r"\x1b[\]PX^_].*?(?:\x1b\\|[\x07\x9c]|$)"  # commands with text (titles, clipboard), to their end or the line's
    r"|[\x9d\x90\x98\x9e\x9f].*?(?:\x1b\\|[\x07\x9c]|$)"  # the same, in one character
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # colours and movements
    r"|\x1b[ -/]*[0-~]?",  # everything else
    re.MULTILINE,
)
_LINE_ENDS = re.compile(r"\r\n?|[\x85\u2028\u2029]")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def checked_result(result: ExecResult) -> ExecResult:
    """Return a result with plain text, plain PNG files and plainly named files only; notes say what is missing."""
    images = [image for image in result["images"] if is_plain_png(image)]
    dropped = len(result["images"]) - len(images)
    note = f"[{dropped} of the plots dropped: not plain PNG files]\n" if dropped else ""
    files = [file for file in result["files"] if is_safe_name(file["name"])]
    for file in result["files"]:
        if file not in files:
            note += f"[a file was not handed over: {file['name'][:100]!a} is no plain file name]\n"
    checked = result.copy()
    checked["stdout"] = plain_text(result["stdout"]) + note
    checked["value"] = None if result["value"] is None else plain_text(result["value"])
    checked["error"] = None if result["error"] is None else plain_text(result["error"])
    checked["images"] = images
    checked["files"] = files
    return checked


def plain_text(text: str) -> str:
    """Return a text without what moves a terminal's cursor, writes over lines or turns letters around.

    Commands to a terminal go away whole; each kind of line end becomes a line feed; tabs stay, as do letters of any
    script and emoji.
    """
    return _UNSEEN.sub("", _LINE_ENDS.sub("\n", _TERMINAL.sub("", text)))
