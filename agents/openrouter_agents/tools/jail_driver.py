"""Runs inside the jail: takes programs on stdin, answers on stdout, one JSON object a line.

Request: `{"id", "code"}`. Answers: first `{"ready": true}`, then for each request any number of `{"id", "out"}` with
printed text as it comes (so that what was printed before a kill is not lost), then one `{"id", "value", "error",
"images", "truncated"}`. Images are PNG files in base64.

Imports the standard library only: the host's packages are not importable here. It defends nothing: the code it runs
shares its memory, so the host treats every line as hostile, and the walls are those of the process.
"""

import ast
import base64
import importlib
import io
import json
import linecache
import os
import resource
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, ModuleType
from typing import BinaryIO, TypedDict

_FRAME = "<call {}>"


class Settings(TypedDict):
    """The limits as the host sends them: bytes, seconds, and characters."""

    memory_bytes: int
    disk_bytes: int
    cpu_s: int
    output_bytes: int
    value_chars: int
    error_chars: int
    site: str


class Outbox(io.TextIOBase):
    """Stands for stdout and stderr: sends whole lines to the host at once, and drops what goes over the cap."""

    encoding = "utf-8"  # some packages read it from sys.stdout

    def __init__(self, pipe: BinaryIO, cap_bytes: int) -> None:
        self._pipe = pipe
        self._cap = cap_bytes
        self._left = 0
        self._pending = ""
        self._call: int | None = None
        self._lock = threading.RLock()
        self.truncated = False

    def writable(self) -> bool:
        """Say that it can be written to, as files do."""
        return True

    def begin(self, call: int) -> None:
        """Open the way for one call's text."""
        with self._lock:
            self._call, self._left, self._pending, self.truncated = call, self._cap, "", False

    def end(self) -> None:
        """Send what is left; a thread that prints between two calls prints to nobody."""
        with self._lock:
            self._send_pending()
            self._call = None

    def write(self, text: str, /) -> int:
        """Take text; never blocks on its size."""
        with self._lock:
            if self._call is not None:
                kept = _cut_bytes(text, self._left)
                self._left -= len(kept.encode("utf-8", "replace"))
                self.truncated = self.truncated or len(kept) < len(text)
                self._pending += kept
                if "\n" in kept or len(self._pending) > io.DEFAULT_BUFFER_SIZE:
                    self._send_pending()
        return len(text)

    def flush(self) -> None:
        """Send what is pending."""
        with self._lock:
            self._send_pending()

    def send(self, message: dict[str, object]) -> None:
        """Send one line to the host."""
        with self._lock:
            self._pipe.write(json.dumps(message).encode("ascii") + b"\n")
            self._pipe.flush()

    def _send_pending(self) -> None:
        if self._pending and self._call is not None:
            self.send({"id": self._call, "out": self._pending})
        self._pending = ""


class Interpreter:
    """The model's variables, and how its programs run."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # A real module, so that dataclasses and pickle find the classes which the code defines.
        self._main = ModuleType("__main__")
        sys.modules["__main__"] = self._main

    def run(self, call: int, code: str) -> dict[str, object]:
        """Run one program.

        Returns:
            The answer without its images: `id`, `value`, `error` and `truncated`.
        """
        name = _FRAME.format(call)
        linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
        value, error, truncated = None, None, False
        try:
            body, last = _compile(code, name)
            exec(body, self._main.__dict__)  # noqa: S102  # what this file is for
            if last is not None:
                text = _as_text(eval(last, self._main.__dict__))  # noqa: S307  # likewise
                limit = self._settings["value_chars"]
                value, truncated = (text and text[:limit], len(text or "") > limit)
        except SystemExit as leaving:
            error = None if leaving.code in (None, 0) else f"SystemExit: {leaving.code}"
        except BaseException as problem:  # noqa: BLE001  # the model's code may raise anything
            error = _own_traceback(problem, self._settings["error_chars"])
        return {"id": call, "value": value, "error": error, "truncated": truncated}


def main() -> None:
    """Serve programs until the host closes the pipe."""
    settings: Settings = json.loads(sys.argv[1])
    requests, pipe = _take_pipes()
    sys.path.append(settings["site"])
    sys.path.append("/jail")
    out = Outbox(pipe, settings["output_bytes"])
    sys.stdout = sys.__stdout__ = sys.stderr = sys.__stderr__ = out  # type: ignore[assignment,misc]
    interpreter = Interpreter(settings)
    _limit_resources(settings)
    out.send({"ready": True})
    for line in requests:
        request = json.loads(line)
        out.begin(request["id"])
        with _figures(request["code"], out) as images:
            answer = interpreter.run(request["id"], request["code"])
        out.flush()
        answer["truncated"] = answer["truncated"] or out.truncated
        out.end()
        out.send({**answer, "images": [base64.b64encode(image).decode("ascii") for image in images]})


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    # The protocol moves to other descriptors, so that C code printing to 1 and 2 cannot garble it.
    requests, pipe = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    return requests, pipe


def _limit_resources(settings: Settings) -> None:
    # Hard limits: without capabilities nobody in here can raise them again. RLIMIT_NPROC is missing because it counts
    # all of the user's processes on older kernels; new processes are refused by seccomp, and threads by RLIMIT_AS.
    for limit, value in (
        (resource.RLIMIT_AS, settings["memory_bytes"]),
        (resource.RLIMIT_FSIZE, settings["disk_bytes"]),
        (resource.RLIMIT_CPU, settings["cpu_s"]),
        (resource.RLIMIT_NOFILE, 128),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def _compile(code: str, name: str) -> tuple[CodeType, CodeType | None]:
    tree = ast.parse(code, name)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        return compile(tree, name, "exec"), None
    tree.body.pop()
    return compile(tree, name, "exec"), compile(ast.Expression(last.value), name, "eval")


def _as_text(value: object) -> str | None:
    if value is None:
        return None
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return repr(value)
    # Wide enough for a table to stay in one piece; its rows and columns are cut in the middle as pandas does.
    with pandas.option_context("display.width", 160, "display.max_columns", 30, "display.max_rows", 60):
        return repr(value)


def _own_traceback(problem: BaseException, limit: int) -> str:
    report = traceback.TracebackException.from_exception(problem)
    seen: set[int] = set()
    todo: list[traceback.TracebackException | None] = [report]
    while todo:
        link = todo.pop()
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        own = [frame for frame in link.stack if frame.filename.startswith("<call ")]
        link.stack = traceback.StackSummary.from_list(own)
        todo += [link.__cause__, link.__context__]
    text = "".join(report.format()).rstrip()
    # The end names the error, so it is the middle that goes.
    return text if len(text) <= limit else f"{text[: limit // 4]}\n  ...\n{text[-limit * 3 // 4 :]}"


def _cut_bytes(text: str, limit: int) -> str:
    if len(text) * 4 <= limit:
        return text
    return text.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore")


@contextmanager
def _figures(code: str, out: Outbox) -> Iterator[list[bytes]]:
    images: list[bytes] = []
    # pyplot brings the collector in by itself, as its backend; this is for figures made without pyplot.
    if "matplotlib" in code:
        _collector()
    try:
        yield images
    finally:
        if "jail_plots" in sys.modules:
            notes = _collector().drain(images)
            out.write("".join(f"[{note}]\n" for note in notes))


def _collector() -> ModuleType:
    return importlib.import_module("jail_plots")  # mounted beside this file


if __name__ == "__main__":
    main()
