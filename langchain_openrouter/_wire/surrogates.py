"""Characters beyond the basic plane (emoji, mostly) that a server cut in two: JSON writes them as two halves."""

from __future__ import annotations


class SurrogateJoiner:
    """Joins the halves of characters in the text of a stream. A half alone cannot be printed or encoded."""

    def __init__(self) -> None:
        self._half = ""

    def join(self, piece: str) -> str:
        """The next piece of text, without a first half at its end, which waits for the second."""
        if not piece or not (self._half or _is_half(piece[0]) or _is_half(piece[-1])):
            return piece
        text = self._half + piece
        self._half = text[-1] if "\ud800" <= text[-1] <= "\udbff" else ""
        text = text[: len(text) - len(self._half)]
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")

    def close(self) -> str:
        """A half whose other never came."""
        half, self._half = self._half, ""
        return half


def _is_half(char: str) -> bool:
    return "\ud800" <= char <= "\udfff"
