"""Reads what comes out of a jail. The code inside can write whatever it likes, so nothing is believed unchecked."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import TypeGuard

from .jail_process import JailProtocolError
from .sandbox import ERROR_CHARS, VALUE_CHARS, Limits

PNG_START = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Ready:
    """The driver has started and waits for programs."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A piece of printed text."""

    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of one call; fields as in `ExecResult`."""

    value: str | None
    error: str | None
    images: list[bytes]
    truncated: bool


def parse_reply(line: bytes, call: int, limits: Limits) -> Ready | Printed | Answer:
    """Read one line.

    Args:
        line: JSON, as `jail_driver` describes it.
        call: The number of the call that is waited for; the driver counts from 1.
        limits: Bound what an answer may hold.

    Raises:
        JailProtocolError: No driver would send this.
    """
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise JailProtocolError("It sent a line that is not JSON.") from problem
    if message == {"ready": True}:
        return Ready()
    if not isinstance(message, dict) or message.get("id") != call:
        raise JailProtocolError("It answered a question nobody asked.")
    printed = message.get("out")
    if isinstance(printed, str):
        return Printed(clean_text(printed))
    return Answer(
        value=_optional_text(message.get("value"), VALUE_CHARS),
        # Half as much again: the driver cuts the middle out, and a marker takes its place.
        error=_optional_text(message.get("error"), ERROR_CHARS * 3 // 2),
        images=_images(message.get("images"), limits),
        truncated=message.get("truncated") is True,
    )


def clean_text(text: str) -> str:
    """Replace lone surrogates, which JSON can carry and no UTF-8 encoder on the way to the model would take."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _optional_text(value: object, limit: int) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise JailProtocolError("It sent something else than text.")
    return clean_text(value[:limit])


def _images(encoded: object, limits: Limits) -> list[bytes]:
    if not _is_texts(encoded):
        raise JailProtocolError("It sent images that are not base64.")
    try:
        images = [base64.b64decode(text, validate=True) for text in encoded[: limits.images]]
    except (binascii.Error, ValueError) as problem:
        raise JailProtocolError("It sent images that are not base64.") from problem
    if not all(image.startswith(PNG_START) and len(image) <= limits.image_bytes for image in images):
        raise JailProtocolError("It sent images that are no PNG files of an allowed size.")
    return images


def _is_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
