"""Streamed audio: pieces of base64 that were encoded each on its own, as pieces that can be joined.

Source: https://openrouter.ai/docs/features/multimodal/audio
"""

from __future__ import annotations

import binascii

from langchain_openrouter._wire.types import Wire


class AudioFolder:
    """Folds the `audio` of deltas so that adding up chunks makes the audio of the whole answer.

    Base64 that ends in padding cannot be followed by more, so every piece given out stands for a multiple of three
    bytes; the rest waits for the next one.
    """

    def __init__(self) -> None:
        self._text = ""
        """Base64 that is no whole group of four characters yet."""
        self._bytes = b""
        """Bytes that are no whole group of three yet."""
        self._said: set[str] = set()

    def fold(self, audio: Wire) -> Wire:
        """Renew the audio of one delta: its data joinable, its transcript as it is, all else once."""
        news = {
            key: value
            for key, value in audio.items()
            if key not in {"data", "transcript"} and key not in self._said and value is not None
        }
        self._said.update(news)
        if audio.get("transcript"):
            news["transcript"] = audio["transcript"]
        if isinstance(audio.get("data"), str) and (data := self._take(audio["data"])):
            news["data"] = data
        return news

    def close(self) -> str:
        """The base64 of what still waits."""
        rest = binascii.b2a_base64(self._bytes, newline=False).decode() + self._text
        self._text, self._bytes = "", b""
        return rest

    def _take(self, piece: str) -> str:
        text = self._text + piece
        if not self._bytes and len(text) % 4 == 0 and not text.endswith("="):
            self._text = ""
            return text
        whole = len(text) // 4 * 4
        try:
            data = self._bytes + b"".join(map(binascii.a2b_base64, _groups(text[:whole])))
        except binascii.Error:
            return self.close() + piece
        self._text = text[whole:]
        given = len(data) // 3 * 3
        self._bytes = data[given:]
        return binascii.b2a_base64(data[:given], newline=False).decode()


def _groups(text: str) -> list[str]:
    """Split base64 behind each padding, where one piece of the wire ended."""
    groups, start = [], 0
    while (end := text.find("=", start)) >= 0:
        end = (end // 4 + 1) * 4
        groups.append(text[start:end])
        start = end
    return [*groups, text[start:]]
