"""What a stream carries beside text and tool calls, so that adding up its chunks makes the unstreamed answer."""

from __future__ import annotations

from typing import Any

from langchain_openrouter._wire.answer import parse_extras
from langchain_openrouter._wire.audio import AudioFolder
from langchain_openrouter._wire.reasoning import DetailFolder
from langchain_openrouter._wire.surrogates import SurrogateJoiner
from langchain_openrouter._wire.types import ReadOnlyWire, Wire, as_list, as_object


class ExtrasFolder:
    """Folds the `additional_kwargs` of one stream.

    LangChain joins strings, merges list entries of the same `index` and adds numbers up. So entries are numbered, and
    what cannot be joined comes at the end, once: numbers, and what LangChain's events would keep the last piece of.

    Args:
        details_are_numbered: Whether the fragments of `reasoning_details` come with the numbers of their entries.
    """

    def __init__(self, *, details_are_numbered: bool = False) -> None:
        self._details = None if details_are_numbered else DetailFolder()
        self._audio = AudioFolder()
        self._halves = SurrogateJoiner()
        self._images = 0
        self._refusal: list[str] = []
        self._held: dict[str, Any] = {}

    def fold(self, delta: ReadOnlyWire) -> dict[str, Any]:
        """Make the `additional_kwargs` of the chunk of one delta."""
        extras = parse_extras(delta)
        if not extras:
            return extras
        if "reasoning_content" in extras:
            extras["reasoning_content"] = self._halves.join(extras["reasoning_content"])
        if self._details is not None and isinstance(extras.get("reasoning_details"), list):
            extras["reasoning_details"] = self._details.fold(extras["reasoning_details"])
        if isinstance(extras.get("audio"), dict):
            extras["audio"] = self._audio.fold(extras["audio"])
        if isinstance(extras.get("images"), list):
            extras["images"] = [self._number_image(image) for image in extras["images"]]
        self._hold(extras)
        return extras

    def close(self) -> dict[str, Any]:
        """What comes at the end."""
        if self._refusal:
            self._held["refusal"] = "".join(self._refusal)
        if half := self._halves.close():
            self._held["reasoning_content"] = half
        if rest := self._audio.close():
            self._held["audio"] = {"data": rest}
        return self._held

    @property
    def holds_any(self) -> bool:
        """Whether anything comes at the end."""
        return bool(self._held or self._refusal)

    def _hold(self, extras: dict[str, Any]) -> None:
        if "annotations" in extras:
            self._held.setdefault("annotations", []).extend(as_list(extras.pop("annotations")))
        if isinstance(extras.get("refusal"), str):
            self._refusal.append(extras.pop("refusal"))
        for key in [key for key, value in extras.items() if isinstance(value, int | float)]:
            self._held[key] = extras.pop(key)

    def _number_image(self, image: object) -> Wire:
        # every delta has whole images, and LangChain would join those whose index is the same
        self._images += 1
        return {**as_object(image), "index": self._images - 1}
