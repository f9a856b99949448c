"""Plots of tool results as PNG files."""

from __future__ import annotations

from pathlib import Path

from langchain_core.messages import ToolMessage

_PNG = b"\x89PNG\r\n\x1a\n"


class PlotFiles:
    """Saves plots into a directory, numbered in the order in which they come.

    Args:
        directory: Where to save; made when there is something to save. Files of earlier runs are overwritten.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._count = 0

    def save(self, message: ToolMessage) -> list[Path]:
        """Save the plots of a result, where there are any, and say where they are."""
        return [self._save(image) for image in _images(message.artifact)]

    def _save(self, image: bytes) -> Path:
        self.directory.mkdir(parents=True, exist_ok=True)
        self._count += 1
        path = self.directory / f"plot-{self._count}.png"
        path.write_bytes(image)
        return path


def _images(artifact: object) -> list[bytes]:
    images = artifact.get("images") if isinstance(artifact, dict) else None
    found = images if isinstance(images, list) else []
    return [image for image in found if isinstance(image, bytes) and image.startswith(_PNG)]
