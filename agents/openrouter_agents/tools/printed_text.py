"""Printed text on its way out of a sandbox: cut at the limit for the result, and told while the code runs."""

import time
from typing import Final

from .result_check import plain_text
from .sandbox import Listener

PROMPT_LINES: Final = 100
"""Pieces that are told as they come; after them, what has come together."""

INTERVAL_S: Final = 0.5
"""How far these are apart."""


class PrintedText:
    """What one call has printed, up to the limit: the cap inside the sandbox belongs to the code that runs there.

    Args:
        limit_bytes: UTF-8 bytes to keep.
        listener: Hears each piece of them; `None`: nobody does.
    """

    def __init__(self, limit_bytes: int, listener: Listener | None = None) -> None:
        self._kept = bytearray()
        self._limit = limit_bytes
        self._listener = listener
        self.truncated = False

    def add(self, text: str) -> None:
        """Take a piece; what goes over the limit is dropped."""
        data = text.encode("utf-8", "replace")
        room = self._limit - len(self._kept)
        self.truncated = self.truncated or len(data) > room
        kept = data[:room]
        self._kept += kept
        if kept and self._listener is not None:
            self._listener(kept.decode("utf-8", "ignore"))

    def text(self) -> str:
        """Join what is kept."""
        return self._kept.decode("utf-8", "ignore")


class ToldLines:
    """Tells printed text as plain lines, and not more often than anybody reads.

    Args:
        tell: Takes one or more lines, without the last one's end.
    """

    def __init__(self, tell: Listener) -> None:
        self._tell = tell
        self._waiting: list[str] = []
        self._told = 0
        self._last = 0.0

    def add(self, text: str) -> None:
        """Take a piece; it is told now, or with one of the next."""
        self._waiting.append(text)
        if self._told < PROMPT_LINES or time.monotonic() - self._last >= INTERVAL_S:
            self.flush()

    def flush(self) -> None:
        """Tell what waits."""
        text = plain_text("".join(self._waiting)).strip("\n")
        self._waiting.clear()
        if text:
            self._told += 1
            self._last = time.monotonic()
            self._tell(text)
