"""Tells a PNG file that any viewer can open safely from one that only starts like one."""

import struct
import zlib
from collections.abc import Iterator

MAX_SIDE = 4_096
"""Largest width and height in pixels: a file of kilobytes can claim gigapixels, which its viewer then allocates."""

_START = b"\x89PNG\r\n\x1a\n"
_CHUNKS = frozenset(b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB sBIT bKGD pHYs tIME tEXt".split())
"""Known chunks; compressed text, colour profiles and animations are not among them: each can unpack to anything."""

_FRAME = 12  # bytes around a chunk's content: length, type, checksum


def is_plain_png(image: bytes) -> bool:
    """Whether it is a whole PNG file of a sane size, with nothing hidden in it or behind it."""
    if not image.startswith(_START):
        return False
    try:
        chunks = list(_chunks(image))
    except ValueError:
        return False
    kinds = [kind for kind, _ in chunks]
    if kinds[:1] != [b"IHDR"] or kinds[-1:] != [b"IEND"] or kinds.count(b"IEND") != 1 or not _CHUNKS.issuperset(kinds):
        return False
    header = chunks[0][1]
    return len(header) == 13 and all(0 < side <= MAX_SIDE for side in struct.unpack(">II", header[:8]))  # noqa: PLR2004  # the format's


def _chunks(image: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_START)
    while at < len(image):
        if at + _FRAME > len(image):
            raise ValueError("a chunk is cut short, or something follows the last one")
        (length,) = struct.unpack_from(">I", image, at)
        content = image[at + 8 : at + 8 + length]
        checksum = image[at + 8 + length : at + _FRAME + length]
        if int.from_bytes(checksum, "big") != zlib.crc32(image[at + 4 : at + 8 + length]):
            raise ValueError("a checksum is wrong")
        yield image[at + 4 : at + 8], content
        at += _FRAME + length
