"""Server-sent events: bytes in any pieces to the payloads of whole events. No I/O.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import orjson

DONE = b"[DONE]"
"""The payload that ends a stream of OpenRouter."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class SSEDecoder:
    """Splits a byte stream into event payloads, wherever the network cut it.

    Comments (OpenRouter's `: OPENROUTER PROCESSING` keep-alives) and fields other than `data` are dropped.
    """

    def __init__(self) -> None:
        self._pending: list[bytes] = []
        """Pieces of a line whose end has not come yet. A list, so that a long line costs linear time."""
        self._data: list[bytes] = []
        """The `data` lines of an event whose blank line has not come yet."""

    def feed(self, data: bytes) -> list[bytes]:
        """Take the next bytes and return the payloads of the events that they complete, in wire order."""
        if b"\r" in data or (self._pending and self._pending[-1].endswith(b"\r")):
            data = self._normalise(data)
        if b"\n" not in data:
            self._pending.append(data)
            return []
        if self._pending:
            data = b"".join(self._pending) + data
        lines = data.split(b"\n")
        self._pending = [lines.pop()]
        payloads: list[bytes] = []
        for line in lines:
            self._take(line, payloads)
        return payloads

    def close(self) -> list[bytes]:
        """Return the payload of a last event that lacks its blank line; one that was cut short is dropped."""
        payloads: list[bytes] = []
        self._take(b"".join(self._pending).rstrip(b"\r"), payloads)
        self._take(b"", payloads)
        self._pending = []
        return [payload for payload in payloads if _is_whole(payload)]

    def _take(self, line: bytes, payloads: list[bytes]) -> None:
        if line.startswith(b"data:"):
            # the space after the colon is JSON whitespace; some proxies send comments as data
            payload = line[5:].strip()
            if payload and not payload.startswith(b":"):
                self._data.append(payload)
        elif not line and self._data:
            payloads.append(self._data[0] if len(self._data) == 1 else b"\n".join(self._data))
            self._data = []
        elif line.startswith(_BYTE_ORDER_MARK):
            self._take(line.removeprefix(_BYTE_ORDER_MARK), payloads)

    def _normalise(self, data: bytes) -> bytes:
        """Make every line end a line feed, also one whose carriage return came in the piece before."""
        data = b"".join(self._pending) + data
        self._pending = []
        held = data.endswith(b"\r")
        if held:
            data = data[:-1]
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return data + b"\r" if held else data


def _is_whole(payload: bytes) -> bool:
    if payload == DONE:
        return True
    try:
        orjson.loads(payload)
    except orjson.JSONDecodeError:
        return False
    return True
