"""Reads what comes out of a sandbox. The code inside can write whatever it likes, so nothing is believed unchecked."""

import base64
import binascii
import json
from dataclasses import dataclass

from .sandbox import ERROR_CHARS, VALUE_CHARS, OutputFile, SandboxLimits
from .sandbox_process import WorkerProtocolError

PNG_START = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Ready:
    """The driver has started and waits for programs."""

    python: str
    """Version of the Python inside."""

    packages: dict[str, str]
    """Versions of the packages inside, by name."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A piece of printed text."""

    text: str


@dataclass(frozen=True, slots=True)
class Fetch:
    """The program asks for a download, and waits for it."""

    url: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of one call; fields as in `ExecResult`."""

    value: str | None
    error: str | None
    images: list[bytes]
    files: list[OutputFile]
    truncated: bool


def parse_reply(line: bytes, call: int, limits: SandboxLimits) -> Ready | Printed | Fetch | Answer:
    """Read one line.

    Args:
        line: JSON, as `sandbox_driver` describes it.
        call: The number of the call that is waited for; they count from 1, and 0 is the start.
        limits: Bound what an answer may hold.

    Raises:
        WorkerProtocolError: No driver would send this.
    """
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise WorkerProtocolError("It sent a line that is not JSON.") from problem
    if not isinstance(message, dict):
        raise WorkerProtocolError("It answered a question nobody asked.")
    if call == 0:
        return _ready(message)
    if message.get("id") != call:
        raise WorkerProtocolError("It answered a question nobody asked.")
    printed = message.get("out")
    if isinstance(printed, str):
        return Printed(clean_text(printed))
    url = message.get("fetch")
    if isinstance(url, str) and limits.allowed_hosts:
        return Fetch(clean_text(url))
    return Answer(
        value=_optional_text(message.get("value"), VALUE_CHARS),
        # Half as much again: the driver cuts the middle out, and a marker takes its place.
        error=_optional_text(message.get("error"), ERROR_CHARS * 3 // 2),
        images=_images(message.get("images", []), limits),
        files=_files(message.get("files", []), limits),
        truncated=message.get("truncated") is True,
    )


def clean_text(text: str) -> str:
    """Replace lone surrogates, which JSON can carry and no UTF-8 encoder on the way to the model would take."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _ready(message: dict[str, object]) -> Ready:
    python, packages = message.get("python"), message.get("packages")
    if message.get("ready") is not True or not isinstance(python, str) or not isinstance(packages, dict):
        raise WorkerProtocolError("It did not say that it is ready.")
    return Ready(python, {str(name): str(version) for name, version in packages.items()})


def _optional_text(value: object, limit: int) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise WorkerProtocolError("It sent something else than text.")
    return clean_text(value[:limit])


def _images(encoded: object, limits: SandboxLimits) -> list[bytes]:
    if not isinstance(encoded, list):
        raise WorkerProtocolError("It sent something else than a list of images.")
    images = [_decoded(text) for text in encoded[: limits.images]]
    if not all(image.startswith(PNG_START) and len(image) <= limits.image_bytes for image in images):
        raise WorkerProtocolError("It sent images that are no PNG files of an allowed size.")
    return images


def _files(listed: object, limits: SandboxLimits) -> list[OutputFile]:
    if not isinstance(listed, list):
        raise WorkerProtocolError("It sent something else than a list of files.")
    return [_file(item) for item in listed[: limits.files]]


def _file(item: object) -> OutputFile:
    name = item.get("name") if isinstance(item, dict) else None
    if not isinstance(item, dict) or not isinstance(name, str):
        raise WorkerProtocolError("It sent a file without a name.")
    return OutputFile(name=clean_text(name), data=_decoded(item.get("data")))


def _decoded(text: object) -> bytes:
    try:
        if isinstance(text, str):
            return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        pass
    raise WorkerProtocolError("It sent something else than base64.")
