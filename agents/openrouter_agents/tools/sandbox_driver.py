"""Runs inside a sandbox: takes programs, answers in JSON objects, one a line.

Requests are `{"id", "code"}`, `{"id", "put", "data"}` and `{"id", "get"}`. Answers: first `{"ready": true, "python",
"packages"}`, then for each request any number of `{"id", "out"}` with printed text as it comes (so that what was
printed before a kill is not lost), then one `{"id", "value", "error", "images", "files", "truncated"}`. Images (PNG),
files (`{"name", "data"}`) and `data` are in base64. While it runs, a program may also ask the host, with
`{"id", "fetch"}`, to download something; the next line is the host's answer.

Its source is sent in and run by `START`. It imports the standard library of Python 3.10 and nothing else. It defends
nothing: the code it runs shares its memory, so the host treats every line as hostile, and the walls are those of the
process.
"""

from __future__ import annotations

import ast
import base64
import importlib
import importlib.abc
import importlib.util
import io
import json
import linecache
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from types import CodeType, ModuleType
from typing import BinaryIO, TypedDict

_FRAME = "<call {}>"
_HOME = "/tmp"  # noqa: S108  # the sandbox's own


class Settings(TypedDict):
    """The limits as the host sends them: bytes, seconds, and characters."""

    modules: dict[str, str]
    site: str | None
    seccomp: str | None
    packages: list[str]
    output_folder: str
    memory_bytes: int
    disk_bytes: int
    cpu_s: int
    processes: int
    output_bytes: int
    images: int
    image_bytes: int
    files: int
    file_bytes: int
    value_chars: int
    error_chars: int


class Outbox(io.TextIOBase):
    """Stands for stdout and stderr: sends whole lines to the host at once, and drops what goes over the cap."""

    encoding = "utf-8"  # some packages read it from sys.stdout

    def __init__(self, send: Callable[[bytes], object], cap_bytes: int) -> None:
        self._send_line = send
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
            self._send_line(json.dumps(message).encode("ascii"))

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
            The answer without images and files: `id`, `value`, `error` and `truncated`.
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


class OutputFolder:
    """The folder whose files are handed to the user when they are new or have changed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._seen: dict[str, tuple[int, int]] = {}
        with suppress(OSError):
            os.makedirs(settings["output_folder"], exist_ok=True)  # noqa: PTH103  # smaller than pathlib to load

    def drain(self, notes: list[str]) -> list[dict[str, str]]:
        """Read what this call wrote, and say what is left out, and why."""
        files: list[dict[str, str]] = []
        for path, name in self._changed():
            if len(files) == self._settings["files"]:
                notes.append(f"{name} was not handed over: at most {len(files)} files a call are")
                continue
            data = _read(path, self._settings["file_bytes"])
            if data is None:
                notes.append(f"{name} was not handed over: it is over {self._settings['file_bytes']} bytes")
                continue
            files.append({"name": name, "data": base64.b64encode(data).decode("ascii")})
        return files

    def _changed(self) -> list[tuple[str, str]]:
        found = []
        with suppress(OSError), os.scandir(self._settings["output_folder"]) as entries:
            for entry in entries:
                if not entry.is_file(follow_symlinks=False):
                    continue
                state = entry.stat(follow_symlinks=False)
                stamp = (state.st_mtime_ns, state.st_size)
                if self._seen.get(entry.name) != stamp:
                    self._seen[entry.name] = stamp
                    found.append((entry.path, entry.name))
        return sorted(found)


class _Modules(importlib.abc.InspectLoader):
    """Lets modules that came as text, such as the matplotlib backend, be imported."""

    def __init__(self, sources: dict[str, str]) -> None:
        self._sources = sources

    def find_spec(self, name: str, path: object = None, target: object = None) -> object:  # noqa: ARG002  # the protocol
        return importlib.util.spec_from_loader(name, self) if name in self._sources else None

    def get_source(self, fullname: str) -> str:
        return self._sources[fullname]


class Driver:
    """Answers requests, one after the other.

    Args:
        settings: The limits.
        send: Sends one line, given without its end.
        receive: Waits for the next line, where the host was asked something.
    """

    def __init__(self, settings: Settings, send: Callable[[bytes], object], receive: Callable[[], bytes | str]) -> None:
        self._settings = settings
        self._receive = receive
        self._call: int | None = None
        self._asking = threading.Lock()
        _settle(settings)
        self._out = Outbox(send, settings["output_bytes"])
        sys.stdout = sys.__stdout__ = sys.stderr = sys.__stderr__ = self._out  # type: ignore[assignment,misc]
        self._interpreter = Interpreter(settings)
        self._outputs = OutputFolder(settings)
        if "sandbox_web" in settings["modules"]:
            importlib.import_module("sandbox_web").install(self._fetch)

    def say_ready(self) -> None:
        """Tell the host that programs are taken, and what they may use."""
        python = ".".join(map(str, sys.version_info[:3]))
        wanted = self._settings["packages"]
        self._out.send({"ready": True, "python": python, "packages": _versions(wanted) if wanted else {}})

    def answer(self, line: bytes | str) -> None:
        """Do what one request asks for."""
        request = json.loads(line)
        if "put" in request:
            answer = _put(request)
        elif "get" in request:
            answer = _get(request, self._settings["disk_bytes"])
        else:
            answer = self._run(request["id"], request["code"])
        self._out.send(answer)

    def _run(self, call: int, code: str) -> dict[str, object]:
        self._out.begin(call)
        self._call = call
        with _figures(code, self._out) as images:
            answer = self._interpreter.run(call, code)
        with self._asking:  # a thread of the program may still wait for the host
            self._call = None
        notes: list[str] = []
        answer["files"] = self._outputs.drain(notes)
        self._out.write("".join(f"[{note}]\n" for note in notes))
        self._out.flush()
        answer["truncated"] = answer["truncated"] or self._out.truncated
        self._out.end()
        return {**answer, "images": [base64.b64encode(image).decode("ascii") for image in images]}

    def _fetch(self, url: str) -> dict[str, str]:
        with self._asking:
            if self._call is None:
                return {"error": "Nothing is downloaded between two calls."}
            self._out.flush()
            self._out.send({"id": self._call, "fetch": url})
            found: dict[str, str] = json.loads(self._receive())
            return found


def serve(settings: Settings, *, watch: bool) -> None:
    """Answer requests on stdin until the host closes it.

    Args:
        settings: The limits.
        watch: End the process as soon as the host has gone, though a program runs: where nobody else would.
    """
    requests, pipe = _take_pipes()

    def send(line: bytes) -> None:
        pipe.write(line + b"\n")
        pipe.flush()

    if settings["site"] is not None:
        sys.path.append(settings["site"])
    lines = _watched(requests) if watch else iter(requests)
    driver = Driver(settings, send, lambda: next(lines))
    _limit_resources(settings)
    if settings["seccomp"] is not None:
        _filter_calls(base64.b64decode(settings["seccomp"]))
    driver.say_ready()
    for line in lines:
        driver.answer(line)


def _watched(requests: Iterable[bytes]) -> Iterator[bytes]:
    import queue

    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def read() -> None:
        for line in requests:
            waiting.put(line)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    while True:
        yield waiting.get()


def _settle(settings: Settings) -> None:
    sys.meta_path.append(_Modules(settings["modules"]))  # type: ignore[arg-type]  # a finder by its method
    os.environ.update(
        HOME=_HOME,
        MPLBACKEND="module://sandbox_plots",
        MPLCONFIGDIR=f"{_HOME}/.matplotlib",
        SANDBOX_MAX_IMAGES=str(settings["images"]),
        SANDBOX_MAX_IMAGE_BYTES=str(settings["image_bytes"]),
        # A thread for each core reserves address space by the gigabyte, which the memory limit counts.
        OPENBLAS_NUM_THREADS="1",
        OMP_NUM_THREADS="1",
        MKL_NUM_THREADS="1",
    )
    os.chdir(_HOME)


def _versions(packages: list[str]) -> dict[str, str]:
    import importlib.metadata

    found = {}
    for package in packages:
        with suppress(importlib.metadata.PackageNotFoundError):
            found[package] = importlib.metadata.version(package)
    return found


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    # The protocol moves to other descriptors, so that C code printing to 1 and 2 cannot garble it.
    requests, pipe = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    return requests, pipe


def _limit_resources(settings: Settings) -> None:
    import resource

    # Hard limits: without capabilities nobody in here can raise them again. Before Linux 5.14 the user's processes
    # outside count too, so that new ones are refused earlier.
    for limit, value in (
        (resource.RLIMIT_AS, settings["memory_bytes"]),
        (resource.RLIMIT_FSIZE, settings["disk_bytes"]),
        (resource.RLIMIT_CPU, settings["cpu_s"]),
        (resource.RLIMIT_NPROC, settings["processes"]),
        (resource.RLIMIT_NOFILE, 128),
        (resource.RLIMIT_SIGPENDING, 64),  # timers too
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def _filter_calls(program: bytes) -> None:
    import ctypes

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))

    set_no_new_privileges, set_seccomp, filter_mode = 38, 22, 2
    libc = ctypes.CDLL(None, use_errno=True)
    whole = Program(len(program) // 8, program)
    if libc.prctl(set_no_new_privileges, 1, 0, 0, 0) or libc.prctl(set_seccomp, filter_mode, ctypes.byref(whole), 0, 0):
        raise OSError(ctypes.get_errno(), "no filter of system calls can be put on")


def _put(request: dict[str, str]) -> dict[str, object]:
    path = os.path.join(_HOME, request["put"])  # noqa: PTH118  # smaller than pathlib to load
    try:
        if "/" in request["put"]:
            os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120  # likewise
        with open(path, "wb") as file:  # noqa: PTH123  # likewise
            file.write(base64.b64decode(request["data"]))
    except OSError as problem:
        return {"id": request["id"], "error": f"{request['put']} was not written: {problem.strerror or problem}"}
    return {"id": request["id"]}


def _get(request: dict[str, str], most_bytes: int) -> dict[str, object]:
    name = request["get"]
    try:
        data = _read(os.path.join(_HOME, name), most_bytes)  # noqa: PTH118  # smaller than pathlib to load
    except OSError as problem:
        return {"id": request["id"], "error": f"{name} was not read: {problem.strerror or problem}"}
    if data is None:
        return {"id": request["id"], "error": f"{name} was not read: it is over {most_bytes} bytes"}
    return {"id": request["id"], "files": [{"name": name, "data": base64.b64encode(data).decode("ascii")}]}


def _read(path: str, most_bytes: int) -> bytes | None:
    # A folder is refused by opening it, and a device or a pipe without an end by the limit and the host's clock.
    with open(path, "rb") as file:  # noqa: PTH123  # smaller than pathlib to load
        data = file.read(most_bytes + 1)
    return data if len(data) <= most_bytes else None


def _compile(code: str, name: str) -> tuple[CodeType, CodeType | None]:
    tree = ast.parse(code, name)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        return compile(tree, name, "exec", dont_inherit=True), None
    tree.body.pop()
    body = compile(tree, name, "exec", dont_inherit=True)
    return body, compile(ast.Expression(last.value), name, "eval", dont_inherit=True)


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
        with suppress(ImportError):  # the code's own import says it better
            _collector()
    try:
        yield images
    finally:
        if "sandbox_plots" in sys.modules:
            notes = _collector().drain(images)
            out.write("".join(f"[{note}]\n" for note in notes))


def _collector() -> ModuleType:
    return importlib.import_module("sandbox_plots")
